using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.Features.Deliveries;
using Switchboard.Features.Directories;
using Switchboard.Features.Hotel;

namespace Switchboard.Features.DoNotDisturb;

/// <summary>
/// A welfare check on its way to the duty manager, by the directory's ways (extension, mobile, mail, the deputies) until somebody says that they have it. The
/// check itself stays due until its outcome is recorded.
/// </summary>
internal sealed class WelfareDeliveries(LockStore store, DirectoryBook directory, DeliveryDesk deliveries, IOptions<LockOptions> options, IOptions<HotelOptions> hotel)
{
    private const string How = "delivery";

    /// <summary>Asks for it in the caller's unit of work. Told says in words who is told, for the log and the operators.</summary>
    public async Task<(string Told, Action After)> RequestAsync(WelfareCheck check, CancellationToken ct)
    {
        var key = options.Value.WelfareTo;
        if (key.Length == 0) return ("the duty manager is to be told", () => { });
        if (await directory.ByKeyAsync(key, ct) is null) return ($"the directory has no {key}: the duty manager is to be told", () => { });
        Action after = () => { };
        // One call for one room: yesterday's, if it still goes on, asks for the same.
        foreach (var older in store.Work.Copy.Where<WelfareCheck>(c => c.RoomLockId == check.RoomLockId && c.Id != check.Id))
            after += await deliveries.StopAsync(older.Id, DeliverySetup.Itself, "asked for again", ct);
        after += await deliveries.RequestAsync(check.Id, key, DeliverySetup.Itself, ct);
        return ($"{key} is being told", after);
    }

    /// <summary>Ends it in the caller's unit of work: somebody has seen to the guest.</summary>
    public async Task<Action> StopAsync(IEnumerable<WelfareCheck> done, string by, CancellationToken ct)
    {
        Action after = () => { };
        foreach (var check in done) after += await deliveries.StopAsync(check.Id, by, "the check is done", ct);
        return after;
    }

    /// <summary>See <see cref="DeliveryContent"/>. Nothing is left of it once the check is done or the room released: then the guest has been seen, or has spoken.</summary>
    public async Task<DeliveredContent?> ContentAsync(Guid subject, CancellationToken ct)
    {
        if (await store.CheckAsync(subject, ct) is not ({ DoneAt: null } check, { IsOpen: true } locked)) return null;
        var person = await directory.ByKeyAsync(options.Value.WelfareTo, ct);
        var language = person is { Languages.Count: > 0 } ? person.Languages[0] : hotel.Value.LanguageList[0];
        var since = LockTimes.Wall(locked.SetAt, hotel.Value.Zone);
        return new DeliveredContent(Text(language, locked.Room, since), AudioFile: null, From: null, check.AskedAt, language);
    }

    /// <summary>See <see cref="DeliveryAcknowledged"/>.</summary>
    public async Task<Action?> AcknowledgedAsync(Guid subject, string by, Instant at, CancellationToken ct)
    {
        if (await store.CheckAsync(subject, ct) is not var (_, locked)) return null;
        store.Work.Db.Add(new RoomLockEvent(locked.Id, at, "welfare check: told", by, How));
        return null;
    }

    private static string Text(string language, string room, string since) => language == "zh"
        ? $"{room} 房间自 {since} 起请勿打扰。请查看客人是否安好，并将结果告知总机。"
        : $"Room {room} has been set to do not disturb since {since}. Please see whether the guest is well, and tell the operator what you found.";
}
