using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using NodaTime;
using Npgsql;
using NpgsqlTypes;
using Switchboard.Pbx;
using Switchboard.Persistence;
using Switchboard.Persistence.Local;
using Switchboard.Web;

namespace Switchboard.Features.WakeUpCalls;

/// <summary>
/// Marks attempts as sent, ringing and answered while they happen, many in one statement, so that a wave of a thousand rooms costs few
/// round trips. Losing a mark is harmless: the result carries the same times.
/// </summary>
internal sealed class AttemptProgress(IServiceScopeFactory scopes, LocalStore local, StoreTrouble trouble, TimeProvider time, ILogger<AttemptProgress> log)
{
    private readonly Channel<(Guid Attempt, RoomCallStep Step, Instant At)> _steps =
        Channel.CreateBounded<(Guid, RoomCallStep, Instant)>(new BoundedChannelOptions(50_000) { FullMode = BoundedChannelFullMode.DropOldest });

    public void Mark(Guid attempt, RoomCallStep step, Instant at) => _steps.Writer.TryWrite((attempt, step, at));

    public async Task RunAsync(CancellationToken ct)
    {
        while (await _steps.Reader.WaitToReadAsync(ct))
        {
            var batch = new List<(Guid Attempt, RoomCallStep Step, Instant At)>();
            while (batch.Count < 2000 && _steps.Reader.TryRead(out var step)) batch.Add(step);
            try
            {
                if (local.IsOnline) await StoreAsync(batch, ct);
                else await StoreLocallyAsync(batch, ct);
            }
            catch (Exception away) when (away is NpgsqlException or InvalidOperationException or TimeoutException or StoreAwayException)
            {
                trouble.Tell("marks", away, log.MarksFailed);
                await Task.Delay(TimeSpan.FromSeconds(1), time, ct);
            }
        }
    }

    /// <summary>Without the database: one unit of work of the attempts that this machine knows.</summary>
    private async Task StoreLocallyAsync(List<(Guid Attempt, RoomCallStep Step, Instant At)> batch, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        await using var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(ct);
        if (!work.IsOffline)
        {
            // It came back in this moment.
            await work.DisposeAsync();
            await StoreAsync(batch, ct);
            return;
        }

        foreach (var some in batch.GroupBy(b => b.Attempt))
        {
            if (work.Attach(work.Copy.Find<WakeUpAttempt>(some.Key)) is { } attempt) Mark(attempt, some);
        }

        await work.CommitAsync(ct);
    }

    private static void Mark(WakeUpAttempt attempt, IEnumerable<(Guid Attempt, RoomCallStep Step, Instant At)> steps)
    {
        foreach (var (_, step, at) in steps.OrderBy(s => s.At))
        {
            switch (step)
            {
                case RoomCallStep.Sent: attempt.SentAt ??= at; break;
                case RoomCallStep.Ringing: attempt.RangAt ??= at; break;
                case RoomCallStep.Answered: attempt.AnsweredAt ??= at; break;
            }
        }
    }

    private async Task StoreAsync(List<(Guid Attempt, RoomCallStep Step, Instant At)> batch, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<SwitchboardDb>();
        await db.Database.ExecuteSqlRawAsync("""
            update wake_up_attempts a set
              sent_at = coalesce(a.sent_at, s.sent), rang_at = coalesce(a.rang_at, s.rang), answered_at = coalesce(a.answered_at, s.answered)
            from (
              select id, min(at) filter (where step = 0) as sent, min(at) filter (where step = 1) as rang, min(at) filter (where step = 2) as answered
              from unnest(@ids, @steps, @ats) as t(id, step, at) group by id) s
            where a.id = s.id
            """,
            [
                new NpgsqlParameter("ids", NpgsqlDbType.Array | NpgsqlDbType.Uuid) { Value = batch.Select(b => b.Attempt).ToArray() },
                new NpgsqlParameter("steps", NpgsqlDbType.Array | NpgsqlDbType.Integer) { Value = batch.Select(b => (int)b.Step).ToArray() },
                new NpgsqlParameter("ats", NpgsqlDbType.Array | NpgsqlDbType.TimestampTz) { Value = batch.Select(b => b.At).ToArray() },
            ], ct);
        // A worker that is started while the database is away must know what was sent.
        local.Apply<WakeUpAttempt>(batch.GroupBy(b => b.Attempt).Select(some => ((object)some.Key, (Action<WakeUpAttempt>)(attempt => Mark(attempt, some)))));
    }
}
