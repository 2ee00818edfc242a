using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;
using Switchboard.Persistence;
using Switchboard.Worker;

namespace Switchboard.LabTests.Persistence;

public class HistoryKeeperTests(PostgresServer server)
{
    [Fact]
    public async Task What_ended_long_ago_is_deleted_with_all_that_belongs_to_it_and_what_is_open_stays_however_old()
    {
        await using var database = await server.CreateDatabaseAsync(LabHotel.Schema);
        await using (var connection = await database.OpenAsync())
        {
            await using var fill = connection.CreateCommand();
            fill.CommandText = """
                insert into rooms (number, pbx, dial_strings, sends_no_ringing, created_at, updated_at) values ('1101', 'main', '{PJSIP/1101}', false, now(), now());
                insert into wake_up_calls (id, room, pbx, kind, source, entered_by, require_key, date, time, zone, due_at, due_minute, recorded_at, state, next_attempt_at, attempts_made, attempts_in_round,
                    snoozes_used, late, listed, results, ever_dialled, ended_at)
                  select gen_random_uuid(), '1101', 'main', 'single', 'operator', 'desk', false, '2020-01-01', '06:00', 'Etc/UTC', at, at, at, case when open then 'Booked' else 'Confirmed' end,
                    case when open then at end, 1, 1, 0, false, false, '{Confirmed}', true, case when open then null else at end
                  from (values (timestamptz '2020-01-01 06:00+00', false), (timestamptz '2020-01-02 06:00+00', true), (now() - interval '30 days', false)) v(at, open);
                insert into wake_up_attempts (id, wake_up_call_id, number, channel_id, due_at, claimed_at, late) select gen_random_uuid(), id, 1, 'wakeup-' || id, due_at, due_at, false from wake_up_calls;
                insert into wake_up_transitions (wake_up_call_id, at, to_state, cause) select id, due_at, 'Booked', 'booked' from wake_up_calls;
                insert into knock_entries (id, source, source_id, source_number, pbx, room, date, time, zone, reason, attempt_results, added_at, closed_at, closed_by, finding, awake)
                  select gen_random_uuid(), 'wake-up', gen_random_uuid(), 1, 'main', '1101', '2020-01-01', '06:00', 'Etc/UTC', 'no answer', '{}', '2020-01-01', closed,
                    case when closed is not null then 'Li' end, case when closed is not null then 'asleep' end, case when closed is not null then false end
                  from (values (timestamptz '2020-01-01 07:00+00'), (null), (now())) v(closed);
                insert into knock_notes (knock_entry_id, at, text) select id, now(), 'noted' from knock_entries
                """;
            await fill.ExecuteNonQueryAsync();
        }

        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, $$"""
            { "Hotel": { "Name": "H", "TimeZone": "Etc/UTC" }, "Pbx": { "Username": "u", "Secret": "s" }, "Database": { "ConnectionString": "{{database.ConnectionString}}" } }
            """);
        await using var app = WorkerHost.Build(file);
        File.Delete(file);
        var keeper = app.Services.GetServices<IHostedService>().OfType<HistoryKeeper>().Single();
        Assert.Equal(2, await keeper.KeepAsync(CancellationToken.None));
        Assert.Equal(0, await keeper.KeepAsync(CancellationToken.None));
        await using var after = await database.OpenAsync();
        await using var count = after.CreateCommand();
        count.CommandText = """
            select concat_ws(' ', (select string_agg(state, ',' order by due_at) from wake_up_calls), (select count(*) from wake_up_attempts), (select count(*) from wake_up_transitions),
              (select count(*) from knock_entries), (select count(*) from knock_notes))
            """;
        Assert.Equal("Booked,Confirmed 2 2 2 2", await count.ExecuteScalarAsync());
    }
}
