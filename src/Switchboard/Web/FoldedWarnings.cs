namespace Switchboard.Web;

/// <summary>
/// Tells the same thing once at once and then at most once a minute with how often it happened meanwhile, so that a
/// misconfigured client cannot fill the log, and nothing that happened is left out of the count.
/// </summary>
internal sealed class FoldedWarnings(TimeProvider time) : IDisposable
{
    private const int MostKeys = 1000;

    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Fold> _folds = [];

    /// <summary>Calls <paramref name="log"/> with 1 now, or with the number of times at the end of the running minute.</summary>
    public void Tell(string key, Action<int> log)
    {
        lock (_lock)
        {
            // Addresses are free to choose for an attacker: strangers beyond the limit share one entry.
            if (!_folds.ContainsKey(key) && _folds.Count >= MostKeys) key = "";
            if (_folds.TryGetValue(key, out var running))
            {
                running.Times++;
                running.Log = log;
                return;
            }

            var fold = new Fold { Log = log };
            _folds[key] = fold;
            fold.Timer = time.CreateTimer(_ => End(key), null, Pause, Timeout.InfiniteTimeSpan);
        }

        log(1);
    }

    private void End(string key)
    {
        Fold fold;
        int times;
        lock (_lock)
        {
            if (!_folds.TryGetValue(key, out fold!)) return;
            times = fold.Times;
            fold.Times = 0;
            if (times == 0)
            {
                _folds.Remove(key);
                fold.Timer?.Dispose();
                return;
            }

            fold.Timer?.Change(Pause, Timeout.InfiniteTimeSpan);
        }

        fold.Log(times);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var fold in _folds.Values) fold.Timer?.Dispose();
            _folds.Clear();
        }
    }

    private sealed class Fold
    {
        public required Action<int> Log { get; set; }

        public int Times { get; set; }

        public ITimer? Timer { get; set; }
    }
}
