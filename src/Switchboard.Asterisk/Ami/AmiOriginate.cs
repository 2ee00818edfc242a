namespace Switchboard.Asterisk.Ami;

/// <summary>How an originate ended.</summary>
public enum AmiOriginateKind
{
    /// <summary>The channel answered (reason 4).</summary>
    Answered,

    /// <summary>It rang or was tried until the timeout (reason 3).</summary>
    NoAnswer,

    /// <summary>Any other reason; busy, declined and unreachable all come as 0.</summary>
    Failed,

    /// <summary>The session died, or Asterisk never said; the call may live.</summary>
    Unknown,
}

/// <summary>The end of an originate.</summary>
/// <param name="Kind">See <see cref="AmiOriginateKind"/>.</param>
/// <param name="Reason">Asterisk's reason number, where it gave one.</param>
public sealed record AmiOriginateResult(AmiOriginateKind Kind, int? Reason);

/// <summary>An originate that Asterisk has accepted. Its outcome comes exactly once and never as an exception.</summary>
public sealed class AmiOriginate
{
    private readonly TaskCompletionSource<AmiOriginateResult> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal AmiOriginate(string actionId) => ActionId = actionId;

    /// <summary>The id that Asterisk repeats in OriginateResponse.</summary>
    public string ActionId { get; }

    /// <summary>The outcome.</summary>
    public Task<AmiOriginateResult> Outcome => _outcome.Task;

    internal void End(AmiMessage response)
    {
        var reason = int.TryParse(response["Reason"], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : (int?)null;
        _outcome.TrySetResult(new(reason switch { 4 => AmiOriginateKind.Answered, 3 => AmiOriginateKind.NoAnswer, _ => AmiOriginateKind.Failed }, reason));
    }

    internal void EndUnknown() => _outcome.TrySetResult(new(AmiOriginateKind.Unknown, null));
}
