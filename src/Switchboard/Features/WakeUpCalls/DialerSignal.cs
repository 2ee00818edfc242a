using Switchboard.Persistence.Local;

namespace Switchboard.Features.WakeUpCalls;

/// <summary>How the desk speaks to the dialer: look again now, or hang this one up. It never waits and never fails.</summary>
internal sealed class DialerSignal : WakeSignal
{
    private volatile bool _rederive;

    /// <summary>The zone data changed: derive the instants anew.</summary>
    public void AskRederive()
    {
        _rederive = true;
        Wake();
    }

    /// <summary>The call ended or moved on while this attempt of it may be claimed, queued or ringing.</summary>
    public void HangUp(Guid attemptId) => HangUpAsked?.Invoke(attemptId);

    internal event Action<Guid>? HangUpAsked;

    internal bool TakeRederive()
    {
        var asked = _rederive;
        _rederive = false;
        return asked;
    }
}
