namespace Switchboard.Persistence.Local;

/// <summary>
/// The rows that are kept in memory. What is in here is never changed: whoever wants to change a row takes a clone and puts it back.
/// Thread-safe.
/// </summary>
internal sealed class LocalCopy
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Type, Dictionary<object, object>> _rows = [];
    private HashSet<(Type, object)>? _touched;
    private long _unnamed;

    public T? Find<T>(object key) where T : class
    {
        lock (_lock) return _rows.TryGetValue(typeof(T), out var rows) && rows.TryGetValue(key, out var row) ? (T)row : null;
    }

    public object? Find(Type type, object key)
    {
        lock (_lock) return _rows.TryGetValue(type, out var rows) ? rows.GetValueOrDefault(key) : null;
    }

    public bool Contains(Type type, object key) => Find(type, key) is not null;

    public List<T> Where<T>(Func<T, bool> wanted) where T : class
    {
        lock (_lock) return _rows.TryGetValue(typeof(T), out var rows) ? [.. rows.Values.Cast<T>().Where(wanted)] : [];
    }

    public int Count<T>(Func<T, bool> wanted) where T : class
    {
        lock (_lock) return _rows.TryGetValue(typeof(T), out var rows) ? rows.Values.Cast<T>().Count(wanted) : 0;
    }

    /// <summary>Keeps a row; one whose key only the database can give gets a key of this copy's own.</summary>
    public void Put(object row, object? key)
    {
        lock (_lock)
        {
            if (!_rows.TryGetValue(row.GetType(), out var rows)) _rows[row.GetType()] = rows = [];
            key ??= --_unnamed;
            rows[key] = row;
            _touched?.Add((row.GetType(), key));
        }
    }

    public void Remove(Type type, object key)
    {
        lock (_lock)
        {
            if (_rows.TryGetValue(type, out var rows)) rows.Remove(key);
            _touched?.Add((type, key));
        }
    }

    /// <summary>From now on what is put or removed is newer than what is being read from the database.</summary>
    public void BeginFilling()
    {
        lock (_lock) _touched = [];
    }

    /// <summary>Takes what was read, but for what was changed meanwhile; what is not among it goes.</summary>
    public void Fill(IEnumerable<(object Row, object Key)> read)
    {
        lock (_lock)
        {
            var touched = _touched ?? [];
            var kept = _rows.SelectMany(t => t.Value.Where(r => touched.Contains((t.Key, r.Key)))).Select(r => (Row: r.Value, r.Key)).ToList();
            _rows.Clear();
            _touched = null;
            foreach (var (row, key) in read.Where(r => !touched.Contains((r.Row.GetType(), r.Key)))) Put(row, key);
            foreach (var (row, key) in kept) Put(row, key);
        }
    }

    /// <summary>Everything, for the file.</summary>
    public List<object> All()
    {
        lock (_lock) return [.. _rows.Values.SelectMany(r => r.Values)];
    }

    /// <summary>Nothing is left.</summary>
    public void Clear()
    {
        lock (_lock) _rows.Clear();
    }
}
