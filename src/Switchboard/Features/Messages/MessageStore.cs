using Microsoft.EntityFrameworkCore;
using NodaTime;
using Switchboard.Features.Deliveries;
using Switchboard.Features.Notices;
using Switchboard.Pbx;
using Switchboard.Persistence.Local;

namespace Switchboard.Features.Messages;

/// <summary>
/// Loads messages and takes their steps: each is a row and its history in one transaction, in PostgreSQL or, while that is away, on this machine;
/// what is returned is done after the commit (lamps, files, log, listeners).
/// </summary>
internal sealed class MessageStore(
    UnitOfWork work, NoticeBoard notices, DeliveryDesk deliveries, DeliveryStore deliveryRows, HotelPbx pbx, RecordingFiles files, MessageSignal signal, IClock clock, ILogger<MessageStore> log)
{
    public UnitOfWork Work => work;
    public IClock Clock => clock;

    /// <summary>The message of this number, held until the transaction ends; null where there is none (of the last days, while the database is away).</summary>
    public async Task<Message?> FindAsync(long number, CancellationToken ct) => work.IsOffline
        ? work.Attach(work.Copy.Where<Message>(m => m.Number == number).SingleOrDefault())
        : await work.Db.Set<Message>().FromSql($"select *, xmin from messages where number = {number} for update").SingleOrDefaultAsync(ct);

    public async Task<Message?> FindAsync(Guid id, CancellationToken ct) => work.IsOffline
        ? work.Attach(work.Copy.Find<Message>(id))
        : await work.Db.Set<Message>().FromSql($"select *, xmin from messages where id = {id} for update").SingleOrDefaultAsync(ct);

    /// <summary>
    /// The same, to be ended: its deliveries are held before it, as whoever acknowledges one does. Two who each held one and waited for the other's
    /// would end as an error for one of them.
    /// </summary>
    public async Task<Message?> FindToEndAsync(long number, CancellationToken ct)
    {
        if (work.IsOffline) return await FindAsync(number, ct);
        var id = await work.Db.Set<Message>().Where(m => m.Number == number).Select(m => (Guid?)m.Id).SingleOrDefaultAsync(ct);
        return id is { } known ? await FindToEndAsync(known, ct) : null;
    }

    public async Task<Message?> FindToEndAsync(Guid id, CancellationToken ct)
    {
        await deliveryRows.HoldOpenAsync(id, ct);
        return await FindAsync(id, ct);
    }

    /// <summary>The room's open ones, held until the transaction ends; the oldest first.</summary>
    public async Task<List<Message>> HoldOpenAsync(string room, CancellationToken ct) => work.IsOffline
        ? [.. work.Copy.Where<Message>(m => m.Room == room && m.IsOpen).OrderBy(m => m.TakenAt).Select(m => work.Attach(m)!)]
        : await work.Db.Set<Message>().FromSql($"select *, xmin from messages where room = {room} and ended_at is null order by taken_at for update").ToListAsync(ct);

    /// <summary>Those that wait, or were kept, as they are known now; of a room or of this PBX.</summary>
    public async Task<IReadOnlyList<Message>> OpenAsync(string? room, CancellationToken ct)
    {
        if (work.MustLookLocally) return [.. work.Copy.Where<Message>(m => m.IsOpen && m.Pbx == pbx.Name && (room is null || m.Room == room)).OrderBy(m => m.TakenAt)];
        var open = work.Db.Set<Message>().AsNoTracking().Where(m => m.EndedAt == null && m.Pbx == pbx.Name);
        if (room is not null) open = open.Where(m => m.Room == room);
        return await open.OrderBy(m => m.TakenAt).ToListAsync(ct);
    }

    /// <summary>Takes a message: the information desk is told, and one for a person of the directory goes on its way.</summary>
    public async Task<Action> TakeAsync(Message message, string how, CancellationToken ct)
    {
        work.Db.Add(message);
        work.Db.Add(new MessageEvent(message.Id, message.TakenAt, "taken", message.TakenBy, how));
        var what = message.LeftAt is null ? $"a message waits for {message.To}" : $"a message waits for a guest who has left {message.To}";
        var after = notices.Post("message", message.Room, what, message.TakenBy);
        if (message.Person is { } person) after += await deliveries.RequestAsync(message.Id, person, message.TakenBy, ct);
        return after + Told(message, "taken", message.TakenBy, how);
    }

    /// <summary>A recording that came to nothing: the row says who called when, so that somebody may call back.</summary>
    public Action TakeFailed(Message message)
    {
        work.Db.Add(message);
        work.Db.Add(new MessageEvent(message.Id, message.TakenAt, "recording failed", message.TakenBy, "caller"));
        return notices.Post("message-failed", message.Room, $"a caller's message for {message.To} could not be recorded; the caller was put through to an operator", null);
    }

    /// <summary>Somebody looked at it, heard it or printed it: stored before it is shown.</summary>
    public Action Looked(Message message, string what, string by, string how)
    {
        work.Db.Add(new MessageEvent(message.Id, clock.GetCurrentInstant(), what, by, how));
        return () => log.Stepped(message.Number, message.To.ToString(), what, by, how);
    }

    /// <summary>Its guest heard it at the phone.</summary>
    public Action Heard(Message message, string by)
    {
        var now = clock.GetCurrentInstant();
        var what = message.Hear(now) ? "heard" : "heard again";
        return Stepped(message, what, by, "guest", now);
    }

    /// <summary>It ended, by what was done with it just now; what is still being delivered of it is stopped.</summary>
    public async Task<Action> EndedAsync(Message message, string by, string how, CancellationToken ct)
    {
        var after = Stepped(message, message.EndStep, by, how, message.EndedAt!.Value);
        if (message.Person is not null && how != ByDelivery) after += await deliveries.StopAsync(message.Id, by, $"message {message.Number}: {message.EndStep}", ct);
        return after + RemoveFile(message);
    }

    /// <summary>Any other step.</summary>
    public Action Stepped(Message message, string what, string by, string how, Instant at)
    {
        work.Db.Add(new MessageEvent(message.Id, at, what, by, how));
        return Told(message, what, by, how);
    }

    /// <summary>After the commit: the lamp of a room that a message has left.</summary>
    public void LampChanged(string room) => signal.Changed(room);

    /// <summary>How of a message that reached somebody by a delivery.</summary>
    public const string ByDelivery = "delivery";

    private Action Told(Message message, string what, string by, string how) => () =>
    {
        if (message.Room is { } room) signal.Changed(room);
        log.Stepped(message.Number, message.To.ToString(), what, by, how);
    };

    // Never before the commit: else a message might stand there without its recording.
    private Action RemoveFile(Message message) => message is { Recording: { } name, RecordingRemovedAt: not null } ? () => files.Remove(name) : () => { };
}

/// <summary>Rooms whose lamp may have changed, and that the round over messages has something to look at.</summary>
internal sealed class MessageSignal
{
    private readonly System.Threading.Channels.Channel<string> _rooms = System.Threading.Channels.Channel.CreateUnbounded<string>();

    public void Changed(string room) => _rooms.Writer.TryWrite(room);

    /// <summary>All that have changed by now; waits for the first.</summary>
    public async Task<IReadOnlySet<string>> ReadAsync(CancellationToken ct)
    {
        var rooms = new HashSet<string>(StringComparer.Ordinal) { await _rooms.Reader.ReadAsync(ct) };
        while (_rooms.Reader.TryRead(out var room)) rooms.Add(room);
        return rooms;
    }
}
