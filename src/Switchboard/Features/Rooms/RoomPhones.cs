using System.Collections.Frozen;
using Switchboard.Persistence.Local;

namespace Switchboard.Features.Rooms;

/// <summary>Whose room a phone is, in memory: asked for every event of the PBX, so it never asks the database.</summary>
internal sealed class RoomPhones
{
    private FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _rooms =
        FrozenDictionary<string, string>.Empty.ToFrozenDictionary(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The room of this phone, such as <c>PJSIP/1203</c>; null where it is no room's.</summary>
    public string? RoomOf(ReadOnlySpan<char> phone) => _rooms.TryGetValue(phone, out var room) ? room : null;

    /// <summary>Takes the phones of the hotel's rooms; one that several rooms name is the first one's.</summary>
    public void Take(LocalCopy copy)
    {
        var phones = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var room in copy.Where<Room>(_ => true).OrderBy(r => r.Number, StringComparer.Ordinal))
        {
            foreach (var phone in room.DialStrings) phones.TryAdd(phone, room.Number);
        }

        _rooms = phones.ToFrozenDictionary(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    }
}
