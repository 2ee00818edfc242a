using System.Data.Common;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.Features.Hotel;
using Switchboard.Features.Notices;
using Switchboard.Pbx;
using Switchboard.Persistence.Local;
using Switchboard.Web;

namespace Switchboard.Features.Phones;

/// <summary>
/// Lets the phones be watched, stores when a room's phone goes and comes back, and tells of one that stays away: one line and one notice for each
/// absence, or for many that fall due in the same look.
/// </summary>
internal sealed class PhoneKeeper(
    PhoneWatch watch, PhoneBoard board, PhoneMeter meter, LocalStore local, IServiceScopeFactory scopes, IOptions<PhoneOptions> options, IOptions<HotelOptions> hotel,
    TimeProvider time, IClock clock, ILogger<PhoneKeeper> log) : BackgroundService
{
    private const int ToldOneByOne = 5;
    private const int RoomsNamed = 10;
    private bool _loaded;
    private bool _failing;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        meter.Watch(board);
        await Task.WhenAll(watch.RunAsync(stoppingToken), LoopAsync(stoppingToken));
    }

    private async Task LoopAsync(CancellationToken ct)
    {
        while (true)
        {
            try
            {
                if (watch.IsHeard && local.CanServe) await LookAsync(ct);
                _failing = false;
            }
            catch (Exception away) when (away is StoreAwayException or DbException or DbUpdateException or TimeoutException or IOException or InvalidOperationException { InnerException: DbException })
            {
                // Told elsewhere; what is due stays due.
            }
            catch (Exception fault) when (fault is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                if (!_failing) log.LookFailed(fault);
                _failing = true;
            }

            await Task.Delay(options.Value.LookEvery, time, ct);
        }
    }

    private async Task LookAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        if (!_loaded)
        {
            // Absences of an earlier life go on and were perhaps told already.
            board.Take(work.MustLookLocally
                ? work.Copy.Where<PhoneAbsence>(a => a.BackAt is null)
                : await work.Db.Set<PhoneAbsence>().AsNoTracking().Where(a => a.BackAt == null).ToListAsync(ct));
            _loaded = true;
        }

        var due = board.Look();
        if (due.Count == 0) return;
        var now = clock.GetCurrentInstant();
        await work.BeginAsync(ct);
        var absences = due.Select(d => Store(work, d, now)).ToList();
        var gone = absences.Where(a => a.WarnedAt == now).ToList();
        var posted = Post(scope.ServiceProvider.GetRequiredService<NoticeBoard>(), gone);
        await work.CommitAsync(ct);
        board.Take(absences);
        Tell(gone, now);
        foreach (var action in posted) action();
        TellBack([.. due.Zip(absences).Where(d => d.First.Phone.IsListed && d.Second is { BackAt: not null, WarnedAt: not null }).Select(d => d.Second)]);
    }

    private PhoneAbsence Store(UnitOfWork work, PhoneDue due, Instant now)
    {
        // What the board has stays as it is until this is stored. Nothing is tracked yet, so that none of two thousand need be looked for.
        var absence = due.IsNew ? due.Absence : local.Images.Clone(due.Absence);
        if (due.IsNew) work.Db.Add(absence);
        else work.Db.Attach(absence);
        if (due.IsOverdue) absence.Warn(now);
        if (due.BackAt is { } back) absence.End(back);
        return absence;
    }

    private List<Action> Post(NoticeBoard notices, List<PhoneAbsence> gone) => gone.Count > ToldOneByOne
        ? [notices.Post("phone-gone", null, $"{gone.Count} room phones are gone: rooms {Rooms(gone)}", null)]
        : [.. gone.Select(a => notices.Post("phone-gone", a.Room, $"phone {a.Phone} is gone since {Local(a.GoneAt)} ({a.State})", null))];

    private void Tell(List<PhoneAbsence> gone, Instant now)
    {
        if (gone.Count > ToldOneByOne) log.ManyGone(gone.Count, Local(gone.Min(a => a.GoneAt)), Rooms(gone));
        else foreach (var a in gone) log.Gone(a.Room, a.Phone, Local(a.GoneAt), Lasted(now - a.GoneAt), a.State);
    }

    private void TellBack(List<PhoneAbsence> back)
    {
        if (back.Count > ToldOneByOne) log.ManyBack(back.Count, Rooms(back));
        else foreach (var a in back) log.Back(a.Room, a.Phone, Lasted(a.BackAt!.Value - a.GoneAt), Local(a.GoneAt));
    }

    private static string Rooms(List<PhoneAbsence> absences)
    {
        var rooms = absences.Select(a => a.Room).Distinct().ToList();
        return string.Join(", ", rooms.Take(RoomsNamed)) + (rooms.Count > RoomsNamed ? $" and {rooms.Count - RoomsNamed} more" : "");
    }

    private static string Lasted(Duration lasted) => lasted < Duration.FromMinutes(2) ? $"{lasted.TotalSeconds:F0} s" : $"{lasted.TotalMinutes:F0} min";

    private string Local(Instant at) => at.InZone(hotel.Value.Zone).ToString("uuuu-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}

/// <summary>Event ids 4700 to 4749.</summary>
internal static partial class PhoneLog
{
    [LoggerMessage(4700, LogLevel.Warning,
        "Room {Room}: phone {Phone} is gone since {Since} ({Lasted}), {State}. Guests: neither calls nor wake-ups ring it. Do: see that it is plugged in and its network cable is; then its registration at the PBX.")]
    public static partial void Gone(this ILogger logger, string room, string phone, string since, string lasted, string state);

    [LoggerMessage(4701, LogLevel.Warning,
        "{Count} room phones are gone, the first since {Since}: rooms {Rooms}. Guests: neither calls nor wake-ups ring them. Do: so many at once are a switch, a floor's power or the network: look there; switchboard phone list --gone shows all.")]
    public static partial void ManyGone(this ILogger logger, int count, string since, string rooms);

    [LoggerMessage(4702, LogLevel.Information, "Room {Room}: phone {Phone} is back after {Lasted} (gone since {Since})")]
    public static partial void Back(this ILogger logger, string room, string phone, string lasted, string since);

    [LoggerMessage(4703, LogLevel.Information, "{Count} room phones are back: rooms {Rooms}")]
    public static partial void ManyBack(this ILogger logger, int count, string rooms);

    [LoggerMessage(4704, LogLevel.Error, "What phones are gone could not be looked at; trying again")]
    public static partial void LookFailed(this ILogger logger, Exception exception);
}
