using System.Threading.Channels;
using NodaTime;

namespace Switchboard.Pbx;

/// <summary>An entry of AstDB as it should be; without a value it should not be there.</summary>
internal readonly record struct StateEntry(string Family, string Key, string? Value);

/// <summary>An entry where the PBX holds something else than it should.</summary>
internal readonly record struct StateDifference(string Key, string? AtPbx, string? Wanted);

/// <summary>
/// A family of AstDB that a feature owns: what live calls need to know when nobody is there to ask. The feature is its truth; the PBX is kept
/// equal to it. Features register theirs as singletons.
/// </summary>
/// <param name="Name">One of those that extensions_switchboard_state.conf lets in.</param>
/// <param name="WantedAsync">All that it should hold, as it is committed now; an exception means that nobody knows now.</param>
internal sealed record StateFamily(string Name, Func<CancellationToken, Task<IReadOnlyDictionary<string, string>>> WantedAsync)
{
    /// <summary>
    /// Where phones write it as well: takes over what is newer at the PBX, and returns those entries as they are wanted from then on. Of an entry
    /// that it does not return the PBX's is wrong.
    /// </summary>
    public Func<IReadOnlyList<StateDifference>, CancellationToken, Task<IReadOnlyDictionary<string, string?>>>? TakeOverAsync { get; init; }

    /// <summary>
    /// The PBX does something with an entry when it is written, and forgets that when it restarts: all of it is written anew after each connect, though
    /// AstDB has it still.
    /// </summary>
    public bool WrittenAfterConnect { get; init; }

    /// <summary>Told that the PBX holds these now, as wanted; of a family that phones write also those that needed no writing.</summary>
    public Action<IReadOnlyList<StateEntry>>? Held { get; init; }
}

/// <summary>What of AstDB is not yet as it should be. Whoever commits a change sets it here; <see cref="PbxStateKeeper"/> brings it to the PBX. Thread-safe.</summary>
internal sealed class PbxState
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Family, string Key), string?> _due = [];
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Channel<bool> _readAsked = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<(string Family, string Key), TaskCompletionSource> _awaited = [];
    private readonly Dictionary<(string Family, string Key), Instant> _changed = [];
    private HashSet<(string, string)>? _touched;

    /// <summary>May this worker write, and store what is reported? Not while another one holds the PBX's lock. Set once by who knows; until then it may not.</summary>
    public Func<bool> MayWrite { get; set; } = () => false;

    /// <summary>
    /// May what differs be set right? Not while PostgreSQL is away: another worker may have taken the lock since, and its word is then the newer
    /// one. What is changed here is written all the same, and so is a family that the PBX has lost as a whole.
    /// </summary>
    public Func<bool> MayCorrect { get; set; } = () => true;

    /// <summary>What was found the last time that AstDB was read, for status; null before.</summary>
    public StateReading? LastReading { get; private set; }

    /// <summary>When that was.</summary>
    public Instant LastReadAt { get; private set; }

    /// <summary>Entries that were found wrong so far.</summary>
    public long WrongSoFar { get; private set; }

    /// <summary>The change is committed: the PBX is to hold this from now on.</summary>
    /// <param name="family">One of ours.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">Null: nothing.</param>
    /// <param name="changedAt">Where two may come here in another order than they were committed in: when it was changed.</param>
    public void Set(string family, string key, string? value, Instant? changedAt = null)
    {
        lock (_lock)
        {
            if (changedAt is { } at)
            {
                if (_changed.TryGetValue((family, key), out var known) && known > at) return;
                _changed[(family, key)] = at;
            }

            _due[(family, key)] = value;
            _touched?.Add((family, key));
        }

        Signal();
    }

    /// <summary>Is the PBX not known yet to hold what was set?</summary>
    public bool IsPending(string family, string key)
    {
        lock (_lock) return _due.ContainsKey((family, key));
    }

    /// <summary>Completes when the PBX holds what was last set; true at once where it does. False where it took longer than that.</summary>
    public async Task<bool> IsHeldWithinAsync(string family, string key, TimeSpan atMost, TimeProvider time, CancellationToken ct)
    {
        Task held;
        lock (_lock)
        {
            if (!_due.ContainsKey((family, key))) return true;
            if (!_awaited.TryGetValue((family, key), out var awaited))
                _awaited[(family, key)] = awaited = new(TaskCreationOptions.RunContinuationsAsynchronously);
            held = awaited.Task;
        }

        await Task.WhenAny(held, Task.Delay(atMost, time, ct));
        return held.IsCompleted;
    }

    /// <summary>How many entries wait to be written.</summary>
    public int Pending
    {
        get
        {
            lock (_lock) return _due.Count;
        }
    }

    /// <summary>Reads AstDB anew and sets right what differs, as after a connect.</summary>
    public void RequestReading() => _readAsked.Writer.TryWrite(true);

    internal void Took(StateReading reading, Instant at) => (LastReading, LastReadAt, WrongSoFar) = (reading, at, WrongSoFar + reading.Wrong);

    internal void Signal() => _signal.Writer.TryWrite(true);

    internal ValueTask<bool> WaitForWorkAsync(CancellationToken ct) => _signal.Reader.ReadAsync(ct);

    internal ValueTask<bool> WaitForReadingAsync(CancellationToken ct) => _readAsked.Reader.ReadAsync(ct);

    internal List<StateEntry> Due(int atMost)
    {
        lock (_lock) return [.. _due.Take(atMost).Select(d => new StateEntry(d.Key.Family, d.Key.Key, d.Value))];
    }

    /// <summary>These are at the PBX; those that were set anew meanwhile still wait. Returns the ones that hold.</summary>
    internal List<StateEntry> Written(IReadOnlyList<StateEntry> entries)
    {
        lock (_lock)
        {
            return [.. entries.Where(e => _due.TryGetValue((e.Family, e.Key), out var now) && now == e.Value && Remove(e))];
        }
    }

    /// <summary>From now on what is set is newer than what is being read.</summary>
    internal void BeginReading()
    {
        lock (_lock) _touched = [];
    }

    /// <summary>Takes what a reading came to: these are to be written, those are right; but for what was set meanwhile. Returns those that hold.</summary>
    internal List<StateEntry> EndReading(IEnumerable<StateEntry> wrong, IEnumerable<StateEntry> right)
    {
        lock (_lock)
        {
            var touched = _touched ?? [];
            _touched = null;
            foreach (var entry in wrong.Where(e => !touched.Contains((e.Family, e.Key)))) _due[(entry.Family, entry.Key)] = entry.Value;
            var hold = right.Where(e => !touched.Contains((e.Family, e.Key))).ToList();
            foreach (var entry in hold) Remove(entry);
            return hold;
        }
    }

    private bool Remove(StateEntry entry)
    {
        if (_awaited.Remove((entry.Family, entry.Key), out var awaited)) awaited.TrySetResult();
        return _due.Remove((entry.Family, entry.Key));
    }
}

/// <summary>What a reading of AstDB found. Entries of other families are not even looked at.</summary>
/// <param name="Entries">Entries that there should be.</param>
/// <param name="Missing">Of them not there.</param>
/// <param name="Different">Of them with another value.</param>
/// <param name="Surplus">There, though they should not be.</param>
/// <param name="TakenOver">Written by phones and newer than ours: these were right.</param>
internal sealed record StateReading(int Entries, int Missing, int Different, int Surplus, int TakenOver)
{
    public int Wrong => Missing + Different + Surplus;
}
