using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.Features.Access;
using Switchboard.Features.Directories;
using Switchboard.Features.Hotel;
using Switchboard.Features.Rooms;
using Switchboard.Features.Stays;
using Switchboard.Pbx;
using Switchboard.Web;

namespace Switchboard.Features.Extensions;

/// <summary>Where people set a room's level and forwarding.</summary>
internal sealed partial class ExtensionDesk(ExtensionStore store, RoomRegister rooms, StayRegister stays, DirectoryBook directory, HotelPbx pbx, IOptions<OutsideOptions> options, IOptions<HotelOptions> hotel)
{
    [GeneratedRegex(@"^[A-Za-z0-9]{1,10}\z")]
    private static partial Regex Extension();

    /// <summary>Could it be an extension of the house? Numbers outside never are what a room is forwarded to: that is how lines are stolen.</summary>
    public static bool IsExtension(string text) => Extension().IsMatch(text);

    public async Task<ExtensionView> SetLevelAsync(string number, LevelSet asked, Caller caller, CancellationToken ct)
    {
        Caller.CheckStaffNumber("by", asked.By);
        if (asked.Level is not (>= 0 and <= 3))
            throw new InvalidInputException("level", asked.Level?.ToString(CultureInfo.InvariantCulture), "must be 0 (internal), 1 (local), 2 (national) or 3 (international)");
        await store.Work.BeginAsync(ct);
        var room = await rooms.GetServedAsync(number, pbx.Name, ct);
        if (asked.Level > 0 && await stays.IsVacantAsync(room.Number, ct))
            throw new ConflictException($"room {room.Number} is vacant: its level stays 0 until a guest is checked in");
        var state = await store.HoldAsync(room, ct);
        var after = store.SetLevel(state, asked.Level, caller.By(asked.By), "desk");
        await store.Work.CommitAsync(ct);
        after();
        return await ViewAsync(room, state, ct);
    }

    public async Task<ExtensionView> ForwardAsync(string number, ForwardSet asked, Caller caller, CancellationToken ct)
    {
        Caller.CheckStaffNumber("by", asked.By);
        await store.Work.BeginAsync(ct);
        var room = await rooms.GetServedAsync(number, pbx.Name, ct);
        if (asked.To is { } to)
        {
            if (!IsExtension(to)) throw new InvalidInputException("to", to, "must be an extension of the house, 1 to 10 letters or digits; calls are not forwarded to the outside");
            if (to == room.Number) throw new InvalidInputException("to", to, "is the room itself");
            if (ExtensionProjection.IsEmergency(to, options.Value)) throw new InvalidInputException("to", to, "is an emergency number");
        }

        var state = await store.HoldAsync(room, ct);
        if (asked.To is null && state.ForwardTo is null) throw new ConflictException($"calls to room {room.Number} are not forwarded");
        var after = store.Forward(state, asked.To, store.Clock.GetCurrentInstant(), caller.By(asked.By), "desk");
        await store.Work.CommitAsync(ct);
        after();
        var view = await ViewAsync(room, state, ct);
        return asked.To is null || await IsKnownAsync(asked.To, ct) ? view
            : view with { Notes = [$"{asked.To} is neither a room nor in the directory: unless it stands in the PBX's [switchboard-house], the room's own phone rings."] };
    }

    private async Task<bool> IsKnownAsync(string extension, CancellationToken ct) =>
        (await rooms.GetManyAsync([extension], ct)).Count > 0 || await directory.ByExtensionAsync(extension, ct) is not null;

    /// <summary>Every room's level and forwarding.</summary>
    public async Task<IReadOnlyList<ExtensionView>> ListAsync(CancellationToken ct)
    {
        var states = (await store.AllAsync(pbx.Name, ct)).ToDictionary(s => s.Room, StringComparer.Ordinal);
        var occupied = (await stays.OpenStaysAsync(null, ct)).Select(s => s.Room).ToHashSet(StringComparer.Ordinal);
        return [.. (await rooms.OfPbxAsync(pbx.Name, ct)).Select(r => View(r, states.GetValueOrDefault(r.Number), stays.IsComplete && !occupied.Contains(r.Number)))];
    }

    /// <summary>What was changed of a room, by whom, the newest first.</summary>
    public async Task<IReadOnlyList<ExtensionChangeView>> HistoryAsync(string number, CancellationToken ct)
    {
        var room = await rooms.GetAsync(number, ct);
        return await store.Work.Db.Set<ExtensionChange>().AsNoTracking().Where(c => c.Room == room.Number).OrderByDescending(c => c.Id).Take(200)
            .Select(c => new ExtensionChangeView(c.At, c.What, c.FromValue, c.ToValue, c.By, c.How, hotel.Value.TimeZone)).ToListAsync(ct);
    }

    private async Task<ExtensionView> ViewAsync(Room room, ExtensionState state, CancellationToken ct) => View(room, state, await stays.IsVacantAsync(room.Number, ct));

    private ExtensionView View(Room room, ExtensionState? state, bool vacant) =>
        new(room.Number, vacant ? 0 : state?.Level ?? options.Value.DefaultLevel, state?.ForwardTo, vacant, []);
}
