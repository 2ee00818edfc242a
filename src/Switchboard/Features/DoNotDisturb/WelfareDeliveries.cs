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

    /// <summary>
    /// Ends, in the caller's unit of work, what still goes on of a lock's earlier checks: one room, one call. Null where nothing did. Before the lock itself is
    /// held, in the order in which an acknowledgement holds them.
    /// </summary>
    public async Task<Action?> StopEarlierAsync(Guid lockId, CancellationToken ct) =>
        await deliveries.StopAsync(await store.ChecksOfAsync(lockId, ct), DeliverySetup.Itself, "asked for again", ct);

    /// <summary>Does the directory have who is to be told?</summary>
    public async Task<bool> CanTellAsync(CancellationToken ct) => options.Value.WelfareTo is { Length: > 0 } key && await directory.ByKeyAsync(key, ct) is not null;

    /// <summary>Asks for it in the caller's unit of work.</summary>
    public Task<Action> RequestAsync(WelfareCheck check, CancellationToken ct) => deliveries.RequestAsync(check.Id, options.Value.WelfareTo, DeliverySetup.Itself, ct);

    /// <summary>Who is told, in words for the log and the operators.</summary>
    /// <param name="requested">The duty manager is being called.</param>
    /// <param name="again">So far nobody has said that they know.</param>
    public string Words(bool requested, bool again) => (requested, options.Value.WelfareTo) switch
    {
        (true, var key) => $"{key} is being told{(again ? " again: nobody has acknowledged the last one" : "")}",
        (false, "") => "the duty manager is to be told",
        (false, var key) => $"{key} of the directory cannot be told from here: the duty manager is to be told",
    };

    /// <summary>Ends it in the caller's unit of work: somebody has seen to the guest. Null where nothing goes on.</summary>
    public Task<Action?> StopAsync(IEnumerable<WelfareCheck> done, string by, CancellationToken ct) => deliveries.StopAsync(done.Select(c => c.Id), by, "the check is done", ct);

    /// <summary>See <see cref="DeliveryContent"/>. Nothing is left of it once the check is done or the room released: then the guest has been seen, or has spoken.</summary>
    public async Task<DeliveredContent?> ContentAsync(Guid subject, CancellationToken ct)
    {
        if (await store.CheckAsync(subject, ct) is not ({ DoneAt: null } check, { IsOpen: true } locked)) return null;
        var person = await directory.ByKeyAsync(options.Value.WelfareTo, ct);
        // The first of theirs that the text is written in.
        var language = (person is { Languages.Count: > 0 } ? person.Languages : hotel.Value.LanguageList).FirstOrDefault(l => l is "zh" or "en") ?? "en";
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
