using Switchboard.Features.Access;
using Switchboard.Features.DoNotDisturb;
using Switchboard.Features.Extensions;
using Switchboard.Features.Phones;
using Switchboard.Features.Rooms;
using Switchboard.Features.Stays;

namespace Switchboard.Features.RoomBoard;

/// <summary>A room as it is just now, put together from the features that know. No names: it hangs where everybody sees it.</summary>
/// <param name="Guests">Guests who are checked in here.</param>
/// <param name="Occupied">Null where not every guest is checked in here, and nobody knows.</param>
/// <param name="Languages">What prompts are said in.</param>
/// <param name="Reachable">Null while the PBX cannot be asked.</param>
/// <param name="LockPending">The PBX does not have the lock's last change yet.</param>
/// <param name="Level">Null for a room of another PBX, whose worker knows it.</param>
public sealed record RoomNow(
    string Number, string? Floor, string Pbx, int Guests, bool? Occupied, string Languages, bool? Reachable, bool InCall, bool Locked, bool LockPending, int? Level, string? ForwardTo);

/// <summary>Every room as it is just now.</summary>
internal sealed class RoomBoardDesk(RoomRegister rooms, StayRegister stays, LockDesk locks, ExtensionDesk extensions, ExtensionProjection projection, PhoneBoard phones)
{
    public async Task<IReadOnlyList<RoomNow>> ListAsync(Caller caller, CancellationToken ct)
    {
        var guests = (await stays.OpenStaysAsync(null, ct)).ToLookup(s => s.Room, StringComparer.Ordinal);
        var locked = (await locks.ListAsync(caller, ct)).ToDictionary(l => l.Room, StringComparer.Ordinal);
        var lines = (await extensions.ListAsync(ct)).ToDictionary(e => e.Room, StringComparer.Ordinal);
        return
        [
            .. (await rooms.AllAsync(ct)).Select(r =>
            {
                var (reach, staying) = (phones.Of(r.Number), guests[r.Number].ToList());
                var line = lines.GetValueOrDefault(r.Number);
                var itsLock = locked.GetValueOrDefault(r.Number);
                return new RoomNow(r.Number, r.Floor, r.Pbx, staying.Count, staying.Count > 0 ? true : stays.IsComplete ? false : null, string.Join(' ', projection.Spoken(r, staying)),
                    reach.Reach switch { PhoneReach.Reachable => true, PhoneReach.Gone => false, _ => null }, reach.InCall, itsLock is not null, itsLock?.Pending == true, line?.Level, line?.ForwardTo);
            }),
        ];
    }
}
