using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using NodaTime;
using Npgsql;
using Switchboard.Duty;

namespace Switchboard.Persistence;

/// <summary>
/// One worker serves one PBX: it holds a PostgreSQL advisory lock on a connection of its own, and claims nothing without it. The database frees the lock by
/// itself when this process dies, and also when it restarts itself: so whoever gets the lock asks at the PBX as well before it serves. A worker that does
/// not get it stands by.
/// </summary>
public sealed class WorkerLease(string pbx, WorkerDuty duty, FindRival findRival, IOptions<DatabaseOptions> options, TimeProvider time, ILogger<WorkerLease> log)
{
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan TryEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LookWhoEvery = TimeSpan.FromSeconds(5);

    // Whoever serves at the PBX gets the lock back meanwhile.
    private static readonly TimeSpan Aside = TimeSpan.FromSeconds(5);

    // At boot everything starts together: PostgreSQL is waited for a moment before it is done without.
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(3);

    // Who served until a moment ago has the newest copy there is, and guests who are due: it goes on as soon as PostgreSQL has refused once.
    private static readonly TimeSpan OwnPatience = TimeSpan.FromMilliseconds(100);

    // The server frees the lock of a machine that lost power or its network after some four seconds, not after two hours.
    private const string ServerWatchesUs = "-c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=2 -c tcp_user_timeout=4000";
    private volatile bool _held;
    private bool _prepared;
    private bool _toldHeld;
    private string? _toldRival;

    // While it stood by its own connection broke: then PostgreSQL, or the whole machine of it and the PBX, may have been gone for a moment.
    private bool _lost;
    private bool _silence;
    private long? _awaySince;

    /// <summary>May this worker claim?</summary>
    public bool IsHeld => _held;

    /// <summary>Why the connection that holds the lock was lost and is not back, or null.</summary>
    public string? Trouble { get; private set; }

    /// <summary>The database answers; it is another worker that has the lock.</summary>
    public bool IsTaken { get; private set; }

    /// <summary>Another worker serves, and this one waits until it ends.</summary>
    internal bool StandsBy => duty.State == DutyState.StandingBy;

    /// <summary>How long PostgreSQL is waited for at the start before it is done without.</summary>
    internal TimeSpan Patience { get; private set; } = StartPatience;

    /// <summary>Raised when <see cref="IsHeld"/> changes.</summary>
    public event Action? Changed;

    /// <summary>Takes the lock as soon as it is free, does what is to be done once <paramref name="before"/> this worker serves, and keeps it until <paramref name="ct"/>.</summary>
    internal async Task HoldAsync(Func<CancellationToken, Task> before, CancellationToken ct)
    {
        while (duty.State != DutyState.StoodDown)
        {
            ct.ThrowIfCancellationRequested();
            var pause = TimeSpan.FromMilliseconds(500);
            try
            {
                await using var connection = await TakeAsync(ct);
                Trouble = null;
                (IsTaken, _awaySince) = (false, null);
                if (!await MayBeginAsync(ct)) pause = Aside;
                else
                {
                    if (!_prepared) await before(ct);
                    _prepared = true;
                    Begin();
                    await WatchAsync(connection, ct);
                }
            }
            catch (Exception lost) when (lost is NpgsqlException or DbUpdateException or InvalidOperationException or TimeoutException or System.IO.IOException)
            {
                Trouble = lost.GetBaseException().Message;
                _awaySince ??= time.GetTimestamp();
                if (duty.State == DutyState.StandingBy)
                {
                    // Whoever serves gets the lock back before this one asks for it.
                    (_lost, pause) = (true, Aside);
                    if (time.GetElapsedTime(_awaySince.Value) >= Aside && await MayBeginAsync(ct)) BeginDuty();
                }
            }
            finally
            {
                Set(false);
            }

            await Task.Delay(pause, time, ct);
        }
    }

    /// <summary>PostgreSQL is away at start, or takes long to be prepared: where nobody serves at the PBX, this worker does meanwhile.</summary>
    internal async Task ServeMeanwhileAsync(CancellationToken ct)
    {
        var began = time.GetTimestamp();
        var own = (await findRival(ct)).Own;
        if (own) Patience = OwnPatience;
        if (Patience - time.GetElapsedTime(began) is { Ticks: > 0 } rest) await Task.Delay(rest, time, ct);
        // (the claim when the link is up decides)
        while (!own && (await findRival(ct)).Rival is { } rival)
        {
            StandBy(rival, time.GetElapsedTime(began));
            await Task.Delay(Aside, time, ct);
        }

        BeginDuty();
    }

    /// <summary>
    /// Nobody else serves. Where this worker has stood by and its own links were cut as well, one silence is not believed: the other one may need as
    /// long to come back to the PBX as this one did.
    /// </summary>
    private async Task<bool> MayBeginAsync(CancellationToken ct)
    {
        if (duty.IsOn) return true;
        var search = await findRival(ct);
        if (search.Rival is { } rival)
        {
            StandBy(rival, TimeSpan.MaxValue);
            return false;
        }

        if (duty.State != DutyState.StandingBy || _silence || (search.Asked && !_lost)) return true;
        _silence = true;
        return false;
    }

    private void Begin()
    {
        BeginDuty();
        if (!duty.IsOn) return;
        Set(true);
        // Later ones are told as the end of an outage.
        log.LeaseHeld(_toldHeld ? LogLevel.Debug : LogLevel.Information, pbx);
        _toldHeld = true;
    }

    private void BeginDuty()
    {
        if (duty.Begin() is { } before) log.TakingOver(pbx, before.Describe(time));
        _toldRival = null;
    }

    // A killed worker's lock lasts until PostgreSQL notices that it is gone: a restart is patient for a moment before it says anything.
    private void StandBy(Rival rival, TimeSpan waited)
    {
        duty.StandBy(rival);
        _silence = false;
        if (duty.IsOn || waited < options.Value.LeaseWait || _toldRival == rival.Who) return;
        _toldRival = rival.Who;
        if (rival.AtPbx) log.StandsByAtPbx(pbx, rival.Who, rival.SinceWhen(time));
        else log.StandsBy(pbx, rival.Who, rival.SinceWhen(time));
    }

    private async Task<NpgsqlConnection> TakeAsync(CancellationToken ct)
    {
        var connection = await OpenAsync(ct);
        try
        {
            var began = time.GetTimestamp();
            long? looked = null;
            while (!await TryLockAsync(connection, ct))
            {
                if (looked is not { } then || time.GetElapsedTime(then) >= LookWhoEvery)
                {
                    looked = time.GetTimestamp();
                    WaitFor(await HolderAsync(connection, ct), time.GetElapsedTime(began));
                }

                await Task.Delay(TryEvery, time, ct);
            }

            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private void WaitFor(Rival? holder, TimeSpan waited)
    {
        // On duty at the PBX, from this machine's copy: the outage goes on, with another reason.
        Trouble = duty.IsOn && holder is not null ? $"another worker holds the lock of PBX {pbx}: {holder.Describe(time)}" : null;
        IsTaken = Trouble is not null;
        // (the connection is good again, and somebody has the lock)
        (_lost, _awaySince) = (_lost && holder is null, null);
        if (holder is not null) StandBy(holder, waited);
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken ct)
    {
        var builder = new NpgsqlConnectionStringBuilder(options.Value.Effective())
        {
            // Together with the round below: found within five seconds, which is what wake-ups are claimed ahead.
            Pooling = false,
            KeepAlive = 5,
            Timeout = 5,
            CommandTimeout = 2,
        };
        builder.Options = $"{builder.Options} {ServerWatchesUs}".Trim();
        var connection = new NpgsqlConnection(builder.ConnectionString);
        try
        {
            await connection.OpenAsync(ct);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private async Task<bool> TryLockAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select pg_try_advisory_lock(hashtextextended($1, 0))", connection);
        command.Parameters.Add(new() { Value = Key });
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    private async Task<Rival?> HolderAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        const string Sql = """
            select coalesce(nullif(a.application_name, ''), 'backend ' || a.pid), (extract(epoch from a.backend_start) * 1000)::bigint
            from pg_locks l join pg_stat_activity a using (pid)
            where l.locktype = 'advisory' and l.granted and l.database = (select oid from pg_database where datname = current_database())
              and (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended($1, 0)
            """;
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.Add(new() { Value = Key });
        await using var row = await command.ExecuteReaderAsync(ct);
        // One that has just ended: the next try gets it.
        if (!await row.ReadAsync(ct)) return null;
        // Another user's connection shows neither.
        return new Rival(row.GetString(0), row.IsDBNull(1) ? null : Instant.FromUnixTimeMilliseconds(row.GetInt64(1)), AtPbx: false);
    }

    private async Task WatchAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        while (duty.IsOn)
        {
            await Task.Delay(CheckEvery, time, ct);
            await using var command = new NpgsqlCommand("select 1", connection);
            await command.ExecuteScalarAsync(ct);
        }
    }

    private string Key => $"switchboard worker of PBX {pbx}";

    private void Set(bool held)
    {
        if (_held == held) return;
        _held = held;
        Changed?.Invoke();
    }
}
