namespace Switchboard.Asterisk.FastAgi;

/// <summary>Tells the same thing at most once in a while, with how often it happened: who knocks a thousand times must not fill the log.</summary>
internal sealed class AgiFoldedLines(TimeProvider time, TimeSpan pause)
{
    private const int MostKeys = 1000;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (long Told, int Times)> _told = new(StringComparer.Ordinal);

    public void Tell(string key, Action<int> log)
    {
        int times;
        lock (_gate)
        {
            // Names and addresses are a stranger's to choose: those beyond the limit share one line.
            if (_told.Count >= MostKeys && !_told.ContainsKey(key)) key = "";
            var known = _told.TryGetValue(key, out var line);
            times = line.Times + 1;
            if (known && time.GetElapsedTime(line.Told) < pause)
            {
                _told[key] = (line.Told, times);
                return;
            }

            _told[key] = (time.GetTimestamp(), 0);
        }

        log(times);
    }
}
