using System.Collections.Frozen;
using Switchboard.Persistence.Local;

namespace Switchboard.Features.Rooms;

/// <summary>A room of the hotel with its phones.</summary>
internal sealed record RoomWithPhones(string Room, string Pbx, IReadOnlyList<string> Phones);

/// <summary>Whose room a phone is, in memory: asked for every event of the PBX, so it never asks the database.</summary>
internal sealed class RoomPhones
{
    private FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _rooms =
        FrozenDictionary<string, string>.Empty.ToFrozenDictionary(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    private volatile IReadOnlyList<RoomWithPhones> _list = [];

    /// <summary>All rooms, of every PBX, by their numbers; none before they were read.</summary>
    public IReadOnlyList<RoomWithPhones> List => _list;

    /// <summary>Raised when <see cref="List"/> was taken anew.</summary>
    public event Action? Changed;

    /// <summary>The room of this phone, such as <c>PJSIP/1203</c>; null where it is no room's.</summary>
    public string? RoomOf(ReadOnlySpan<char> phone) => _rooms.TryGetValue(phone, out var room) ? room : null;

    /// <summary>Takes the phones of the hotel's rooms.</summary>
    public void Take(LocalCopy copy)
    {
        var rooms = copy.Where<Room>(_ => true).OrderBy(r => r.Number, StringComparer.Ordinal).Select(r => new RoomWithPhones(r.Number, r.Pbx, r.DialStrings)).ToList();
        Take(rooms.Select(r => (r.Room, r.Phones)));
        _list = rooms;
        Changed?.Invoke();
    }

    /// <summary>Takes the phones of these rooms; one that several rooms name is the first one's.</summary>
    public void Take(IEnumerable<(string Room, IReadOnlyList<string> DialStrings)> rooms)
    {
        var phones = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (room, dialStrings) in rooms)
        {
            foreach (var phone in dialStrings) phones.TryAdd(phone, room);
        }

        _rooms = phones.ToFrozenDictionary(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    }
}
