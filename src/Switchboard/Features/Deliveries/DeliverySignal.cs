using Switchboard.Persistence.Local;

namespace Switchboard.Features.Deliveries;

/// <summary>How the desk speaks to the runner: look again now, or hang this attempt's call up. It never waits and never fails.</summary>
internal sealed class DeliverySignal : WakeSignal
{
    /// <summary>The delivery has ended while something of it may ring; the call in which that was said goes on.</summary>
    public void HangUp(Guid deliveryId, Guid? exceptAttempt = null) => HangUpAsked?.Invoke(deliveryId, exceptAttempt);

    internal event Action<Guid, Guid?>? HangUpAsked;
}
