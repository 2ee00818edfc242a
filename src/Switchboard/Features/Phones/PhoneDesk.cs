using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Switchboard.Features.Hotel;
using Switchboard.Features.Rooms;
using Switchboard.Persistence.Local;

namespace Switchboard.Features.Phones;

/// <summary>Shows the rooms' phones and their past.</summary>
internal sealed class PhoneDesk(PhoneBoard board, RoomRegister rooms, UnitOfWork work, IOptions<HotelOptions> hotel)
{
    private const int AtMost = 200;

    /// <summary>Every phone of this PBX's rooms; or only those that are gone, the longest gone first.</summary>
    public IReadOnlyList<PhoneView> List(bool gone)
    {
        var all = board.List().Select(p => new PhoneView(
            p.Phone.Room, p.Phone.Phone, p.Reachable switch { true => "yes", false => "gone", null => "unknown" }, p.State?.State, p.Since, hotel.Value.TimeZone, p.State?.Contacts ?? []));
        return gone ? [.. all.Where(p => p.Reachable == "gone").OrderBy(p => p.Since)] : [.. all];
    }

    /// <summary>The last absences of a room's phones, the latest first; without the database, those that are not over.</summary>
    public async Task<IReadOnlyList<PhoneAbsenceView>> HistoryAsync(string number, CancellationToken ct)
    {
        var room = (await rooms.GetAsync(number, ct)).Number;
        var absences = work.MustLookLocally
            ? [.. work.Copy.Where<PhoneAbsence>(a => a.Room == room).OrderByDescending(a => a.GoneAt)]
            : await work.Db.Set<PhoneAbsence>().AsNoTracking().Where(a => a.Room == room).OrderByDescending(a => a.GoneAt).Take(AtMost).ToListAsync(ct);
        return [.. absences.Select(a => new PhoneAbsenceView(a.Room, a.Phone, a.State, a.GoneAt, a.WarnedAt, a.BackAt, hotel.Value.TimeZone))];
    }
}
