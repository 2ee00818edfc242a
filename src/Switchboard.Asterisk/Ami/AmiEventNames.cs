using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Switchboard.Asterisk.Ami;

/// <summary>
/// The few hundred names that events have, each decoded once: filters compare names before anything else of an event is decoded.
/// For one reader; not thread-safe.
/// </summary>
internal sealed class AmiEventNames
{
    // A peer that invents names does not fill our memory.
    private const int MaxKept = 2000;
    private readonly Dictionary<string, string> _names;
    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<byte>> _byBytes;

    public AmiEventNames()
    {
        _names = new(new BytesAsName());
        _byBytes = _names.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public string Of(ReadOnlySpan<byte> bytes)
    {
        if (_byBytes.TryGetValue(bytes, out var known)) return known;
        var name = Encoding.UTF8.GetString(bytes);
        // What was decoded with replacement is not what the next lookup would bring.
        if (_names.Count < MaxKept && Ascii.IsValid(bytes)) _names.Add(name, name);
        return name;
    }

    private sealed class BytesAsName : IEqualityComparer<string>, IAlternateEqualityComparer<ReadOnlySpan<byte>, string>
    {
        public bool Equals(string? x, string? y) => string.Equals(x, y, StringComparison.Ordinal);

        public bool Equals(ReadOnlySpan<byte> alternate, string other) => Ascii.Equals(alternate, other);

        public int GetHashCode([DisallowNull] string name)
        {
            var hash = name.Length;
            foreach (var letter in name) hash = (hash * 31) + letter;
            return hash;
        }

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = alternate.Length;
            foreach (var letter in alternate) hash = (hash * 31) + letter;
            return hash;
        }

        public string Create(ReadOnlySpan<byte> alternate) => Encoding.UTF8.GetString(alternate);
    }
}
