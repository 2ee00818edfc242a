using System.Globalization;
using Microsoft.EntityFrameworkCore;
using NodaTime;
using Switchboard.Features.Rooms;
using Switchboard.Persistence.Local;

namespace Switchboard.Features.Extensions;

/// <summary>Loads the state of extensions and takes a change with its history; what is returned is done after the commit.</summary>
internal sealed class ExtensionStore(UnitOfWork work, ExtensionSignal signal, IClock clock, ILogger<ExtensionStore> log)
{
    public UnitOfWork Work => work;
    public IClock Clock => clock;

    /// <summary>The room's, held until the transaction ends; made where there was none.</summary>
    public async Task<ExtensionState> HoldAsync(Room room, CancellationToken ct)
    {
        // One of this transaction that is not stored yet.
        if (work.Db.ChangeTracker.Entries<ExtensionState>().FirstOrDefault(e => e.Entity.Room == room.Number) is { } tracked) return tracked.Entity;
        if (work.IsOffline)
        {
            if (work.Attach(work.Copy.Find<ExtensionState>(room.Number)) is { } kept) return kept;
        }
        else
        {
            // Of two who make it at once the second finds the first one's.
            await work.Db.Database.ExecuteSqlAsync($"insert into extension_states (room, pbx) values ({room.Number}, {room.Pbx}) on conflict do nothing", ct);
            return await work.Db.Set<ExtensionState>().FromSql($"select *, xmin from extension_states where room = {room.Number} for update").SingleAsync(ct);
        }

        var made = new ExtensionState(room);
        work.Db.Add(made);
        return made;
    }

    public Action SetLevel(ExtensionState state, int? level, string by, string how)
    {
        if (state.Level == level) return () => { };
        var from = state.Level;
        state.SetLevel(level);
        work.Db.Add(new ExtensionChange(state.Room, clock.GetCurrentInstant(), "level", Text(from), Text(level), by, how));
        return () =>
        {
            signal.Changed(state.Room);
            log.LevelSet(state.Room, level ?? -1, by, how);
        };
    }

    public Action Forward(ExtensionState state, string? to, Instant at, string by, string how)
    {
        if (state.ForwardTo == to)
        {
            // Not forwarded, said once more: what a phone wrote before that is older.
            state.Forward(to, at);
            return () => signal.Changed(state.Room);
        }

        var from = state.ForwardTo;
        state.Forward(to, at);
        work.Db.Add(new ExtensionChange(state.Room, clock.GetCurrentInstant(), "forward", from, to, by, how));
        return () =>
        {
            signal.Changed(state.Room);
            log.Forwarded(state.Room, to ?? "nowhere", by, how);
        };
    }

    /// <summary>Every extension's state of a PBX, or those of some rooms of it.</summary>
    public async Task<IReadOnlyList<ExtensionState>> AllAsync(string pbx, CancellationToken ct, IReadOnlySet<string>? only = null)
    {
        if (work.MustLookLocally) return work.Copy.Where<ExtensionState>(s => s.Pbx == pbx && only?.Contains(s.Room) != false);
        var states = work.Db.Set<ExtensionState>().AsNoTracking().Where(s => s.Pbx == pbx);
        if (only is not null)
        {
            var rooms = only.ToList();
            states = states.Where(s => rooms.Contains(s.Room));
        }

        return await states.ToListAsync(ct);
    }

    private static string? Text(int? level) => level?.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Rooms whose entries in AstDB are to be made anew.</summary>
internal sealed class ExtensionSignal
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

/// <summary>Event ids 4450 to 4499.</summary>
internal static partial class ExtensionLog
{
    [LoggerMessage(4450, LogLevel.Information, "Room {Room}: long-distance level {Level} by {By} ({How})")]
    public static partial void LevelSet(this ILogger logger, string room, int level, string by, string how);

    [LoggerMessage(4451, LogLevel.Information, "Room {Room}: calls are forwarded to {To} by {By} ({How})")]
    public static partial void Forwarded(this ILogger logger, string room, string to, string by, string how);

    [LoggerMessage(4452, LogLevel.Warning, "{Room} was refused {Count} calls to the outside within {Within} (the last for {Why}, it needs level {Needs}). Do: ask the guest, or look who uses that phone; switchboard level list")]
    public static partial void BarredOften(this ILogger logger, string room, int count, TimeSpan within, string why, int needs);

    [LoggerMessage(4453, LogLevel.Warning, "Room {Room}, phone {Phone}, calls emergency number {Number}")]
    public static partial void Emergency(this ILogger logger, string room, string phone, string number);

    [LoggerMessage(4454, LogLevel.Warning, "The entries of {Count} rooms in AstDB could not be made, all are made anew: {Reason}")]
    public static partial void NotMade(this ILogger logger, int count, string reason);

    [LoggerMessage(4455, LogLevel.Warning, "Room {Room} has the number of an emergency call: who dials it reaches that, never the room; an operator who transfers to it reaches the room. Do: give the room another number if you can")]
    public static partial void IsEmergencyNumber(this ILogger logger, string room);

    [LoggerMessage(4456, LogLevel.Warning, "Room {Room}: {Phone} is behind a gateway, and the PBX cannot tell whose call it is: level, forwarding and codes do not work at that phone, and its calls to the outside are barred. Do: give it an endpoint of its own")]
    public static partial void IsBehindGateway(this ILogger logger, string room, string phone);
}
