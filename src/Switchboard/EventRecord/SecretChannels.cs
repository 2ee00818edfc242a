using System.Text;

namespace Switchboard.EventRecord;

/// <summary>
/// Channels whose caller types something secret: of their keys the record keeps when, but not which. Who asks for a PIN hides the channel first;
/// it stays hidden until it has hung up.
/// </summary>
public sealed class SecretChannels
{
    /// <summary>So many at a time; then the oldest is hidden no more, for no PIN is typed for as long.</summary>
    internal const int Most = 1000;

    private readonly Lock _lock = new();
    private readonly HashSet<string> _hidden = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private volatile bool _any;

    /// <summary>From now on, until it hangs up.</summary>
    public void Hide(string uniqueId)
    {
        lock (_lock)
        {
            if (!_hidden.Add(uniqueId)) return;
            _order.Enqueue(uniqueId);
            // What has hung up leaves its place in the order only here.
            while (_hidden.Count > Most || _order.Count > 2 * Most) _hidden.Remove(_order.Dequeue());
            _any = true;
        }
    }

    /// <summary>Is there any? Asked for every event.</summary>
    internal bool IsEmpty => !_any;

    internal bool IsHidden(ReadOnlySpan<byte> uniqueId)
    {
        if (uniqueId.IsEmpty) return false;
        var id = Encoding.UTF8.GetString(uniqueId);
        lock (_lock) return _hidden.Contains(id);
    }

    internal void Forget(ReadOnlySpan<byte> uniqueId)
    {
        var id = Encoding.UTF8.GetString(uniqueId);
        lock (_lock)
        {
            if (!_hidden.Remove(id) || _hidden.Count > 0) return;
            _order.Clear();
            _any = false;
        }
    }
}
