namespace Switchboard.Asterisk.Ami.Events;

/// <summary>An asynchronous originate has ended; see <see cref="AmiOriginate"/>, which waits for it.</summary>
/// <param name="Message">The event.</param>
public readonly record struct OriginateResponseEvent(AmiMessage Message) : IAmiEvent<OriginateResponseEvent>
{
    /// <inheritdoc/>
    public static string EventName => "OriginateResponse";

    /// <summary>It was answered.</summary>
    public bool Succeeded => "Success".Equals(Message["Response"], StringComparison.OrdinalIgnoreCase);

    /// <summary>0 failure of any kind (busy too), 3 not answered in time, 4 answered (include/asterisk/frame.h, ast_control_frame_type).</summary>
    public int? Reason => Message.Number("Reason");

    /// <summary>The channel's id.</summary>
    public string? UniqueId => Message["Uniqueid"];

    /// <inheritdoc/>
    public static OriginateResponseEvent Of(AmiMessage message) => new(message);
}
