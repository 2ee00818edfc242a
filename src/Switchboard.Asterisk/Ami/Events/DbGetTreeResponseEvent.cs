namespace Switchboard.Asterisk.Ami.Events;

/// <summary>One entry of AstDB, an item of the list that DBGetTree answers with.</summary>
/// <param name="Message">The event.</param>
public readonly record struct DbGetTreeResponseEvent(AmiMessage Message) : IAmiEvent<DbGetTreeResponseEvent>
{
    /// <inheritdoc/>
    public static string EventName => "DBGetTreeResponse";

    /// <summary>With its family: <c>/family/key</c>.</summary>
    public string? Key => Message["Key"];

    /// <summary>The value.</summary>
    public string? Value => Message["Val"];

    /// <inheritdoc/>
    public static DbGetTreeResponseEvent Of(AmiMessage message) => new(message);
}
