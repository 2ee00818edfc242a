using Microsoft.Extensions.Options;
using NodaTime;
using NodaTime.Text;
using Npgsql;

namespace Switchboard.EventRecord;

/// <summary>The days of the event table: made ahead, made when an event of an unexpected day comes, dropped when they are old.</summary>
internal sealed class EventPartitions(IOptions<EventRecordOptions> options)
{
    public const int DaysAhead = 7;
    private const string Prefix = "pbx_events_";
    private static readonly LocalDatePattern Day = LocalDatePattern.CreateWithInvariantCulture("uuuuMMdd");
    private readonly Lock _lock = new();
    private readonly HashSet<LocalDate> _known = [];

    /// <summary>The table of a day, in UTC.</summary>
    public static string NameOf(LocalDate day) => Prefix + Day.Format(day);

    /// <summary>Which day's table this is, or null.</summary>
    public static LocalDate? DayOf(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && Day.Parse(name[Prefix.Length..]) is { Success: true, Value: var day } ? day : null;

    /// <summary>Every day from the first to the last instant exists afterwards.</summary>
    public async Task EnsureAsync(NpgsqlConnection connection, Instant from, Instant to, CancellationToken ct)
    {
        for (var day = from.InUtc().Date; day <= to.InUtc().Date; day = day.PlusDays(1))
        {
            lock (_lock)
            {
                if (_known.Contains(day)) continue;
            }

            await MakeAsync(connection, day, ct);
            lock (_lock) _known.Add(day);
        }
    }

    /// <summary>The database is asked again: somebody may have restored or cleaned up the table by hand.</summary>
    public void Forget()
    {
        lock (_lock) _known.Clear();
    }

    /// <summary>Makes the coming days, drops the old ones; returns the names of those dropped.</summary>
    public async Task<IReadOnlyList<string>> KeepAsync(NpgsqlConnection connection, Instant now, CancellationToken ct)
    {
        Forget();
        await EnsureAsync(connection, now, now + Duration.FromDays(DaysAhead), ct);
        var oldest = now.InUtc().Date.PlusDays(-options.Value.RetentionDays);
        var dropped = new List<string>();
        foreach (var name in await NamesAsync(connection, ct))
        {
            if (DayOf(name) is not { } day || day >= oldest) continue;
            // Nobody who reads is waited for, and nobody waits for us: the next round tries again.
            await ExecuteAsync(connection, $"set lock_timeout = '2s'; drop table if exists {name}; reset lock_timeout", ct);
            dropped.Add(name);
        }

        return dropped;
    }

    // Made apart and then attached: made as a partition it would wait for everybody who reads any day, and hold up the writer meanwhile.
    private static async Task MakeAsync(NpgsqlConnection connection, LocalDate day, CancellationToken ct)
    {
        var next = day.PlusDays(1);
        await ExecuteAsync(connection, $"""
            begin;
            set local lock_timeout = '2s';
            select pg_advisory_xact_lock(hashtextextended('switchboard event partitions', 0));
            do $$
            begin
              if to_regclass('{NameOf(day)}') is null then
                create table {NameOf(day)} (like pbx_events including defaults including constraints);
                alter table pbx_events attach partition {NameOf(day)}
                  for values from ('{LocalDatePattern.Iso.Format(day)} 00:00:00+00') to ('{LocalDatePattern.Iso.Format(next)} 00:00:00+00');
              end if;
            end $$;
            commit
            """, ct);
    }

    private static async Task<List<string>> NamesAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select c.relname::text from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'pbx_events'::regclass order by 1", connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var names = new List<string>();
        while (await reader.ReadAsync(ct)) names.Add(reader.GetString(0));
        return names;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }
}
