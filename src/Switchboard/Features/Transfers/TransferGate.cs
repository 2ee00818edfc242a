using NodaTime;
using Switchboard.Web;

namespace Switchboard.Features.Transfers;

/// <summary>
/// One transfer of a call at a time. Whoever comes second looked at a call that is no more where he saw it, so he is not made to wait for his turn but told who
/// was first; a moment later he has seen it and may put it through again.
/// </summary>
internal sealed class TransferGate(IClock clock)
{
    /// <summary>So long after a transfer nobody else can have seen what it did.</summary>
    internal static readonly Duration Moment = Duration.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Passage> _passages = new(StringComparer.Ordinal);

    /// <exception cref="ConflictException">Somebody is putting this call through, or has just done so.</exception>
    public Passage Enter(string linkedId, string to, string by)
    {
        lock (_lock)
        {
            var now = clock.GetCurrentInstant();
            foreach (var (old, _) in _passages.Where(p => p.Value.DoneAt is { } done && now - done >= Moment).ToList()) _passages.Remove(old);
            if (_passages.TryGetValue(linkedId, out var first))
            {
                throw new ConflictException(first.DoneAt is { } done
                    ? $"call {linkedId} was put through to {first.To} by {first.By} {Math.Max(0, (int)(now - done).TotalSeconds)} s ago: see where it is (switchboard calls --live), then ask again"
                    : $"call {linkedId} is being put through to {first.To} by {first.By} just now");
            }

            return _passages[linkedId] = new Passage(this, linkedId, to, by);
        }
    }

    /// <summary>A transfer on its way. Not done when it is disposed of, it was none, and the next one may try at once.</summary>
    internal sealed class Passage(TransferGate gate, string linkedId, string to, string by) : IDisposable
    {
        public string To => to;
        public string By => by;
        public Instant? DoneAt { get; private set; }

        public void Done()
        {
            lock (gate._lock) DoneAt = gate.Now;
        }

        public void Dispose()
        {
            lock (gate._lock)
            {
                if (DoneAt is null) gate._passages.Remove(linkedId);
            }
        }
    }

    private Instant Now => clock.GetCurrentInstant();
}
