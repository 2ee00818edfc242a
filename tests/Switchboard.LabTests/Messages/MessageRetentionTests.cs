using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Switchboard.Features.Messages;
using Switchboard.Features.Stays;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;
using Switchboard.Persistence;

namespace Switchboard.LabTests.Messages;

/// <summary>How long messages and recordings are kept, on a real PostgreSQL; nothing else of the worker runs.</summary>
public class MessageRetentionTests(PostgresServer server)
{
    [Fact]
    public async Task What_a_message_says_goes_with_its_guests_data_its_row_with_the_history_and_recordings_that_no_row_claims_are_swept()
    {
        var folder = LabFiles.NewFolder("recordings");
        try
        {
            await using var database = await server.CreateDatabaseAsync(LabHotel.Schema);
            // An open one stays however old; a guest who is still there may ask again for one that was delivered.
            await database.QueryAsync("""
                insert into rooms (number, pbx, dial_strings, sends_no_ringing, created_at, updated_at) values ('1101', 'main', '{PJSIP/1101}', false, now(), now());
                insert into stays (id, room, pbx, guest_name, vip, checked_in_at, checked_in_by, checked_out_at, checked_out_by) values
                  ('00000000-0000-0000-0000-000000000001', '1101', 'main', 'Ann', false, '2020-01-01', 'desk', null, null),
                  ('00000000-0000-0000-0000-000000000002', '1101', 'main', 'Bob', false, '2020-01-01', 'desk', now() - interval '32 days', 'desk');
                insert into messages (id, number, pbx, room, stay_id, guest_name, caller_name, caller_number, text, recording, recording_seconds, taken_at, taken_by, source, state, ended_at, ended_by, end_reason, handed_to)
                  select gen_random_uuid(), number, 'main', '1101', stay::uuid, 'G', 'C', '138', case when recording is null then 'T' end, recording, case when recording is not null then 5 end, '2020-01-01', 'desk',
                    case when recording is null then 'operator' else 'caller' end, case when ended is null then 'Waiting' else 'Delivered' end, ended, case when ended is not null then 'desk' end, case when ended is not null then 'delivered' end,
                    case when ended is not null then 'H' end
                  from (values (1, null, null, null), (2, '00000000-0000-0000-0000-000000000001', null, now() - interval '40 days'), (3, '00000000-0000-0000-0000-000000000002', '1764137000123-3.wav', now() - interval '40 days'),
                    (4, null, null, now() - interval '30 days'), (5, null, '1764137000123-5.wav', null::timestamptz), (6, null, null, now() - interval '2000 days')) v(number, stay, recording, ended);
                insert into message_events (message_id, at, what, by, how) select id, taken_at, 'taken', 'desk', 'desk' from messages
                """);
            // 9 may still be on its way: the PBX, or PostgreSQL, was away for some days. Of 7 nobody heard for more than a month.
            foreach (var (name, days) in ((string, int)[])[("1764137000123-3.wav", 0), ("1764137000123-5.wav", 40), ("1764137000123-7.wav", 31), ("1764137000123-9.wav", 29), ("hotel.wav", 40), ("say-1.wav", 2), ("say-2.wav", 0)])
                Old(Path.Combine(folder, name), days);
            await File.WriteAllTextAsync(Path.Combine(folder, "1764137000123-8.wav"), "young");
            await using var app = await WorkerWithoutPbx.BuildAsync(database.ConnectionString, null, ("Stays:GuestDataDays", "31"), ("Pbx:MessagesDirectory", folder));
            var services = app.Services.GetServices<IHostedService>().ToList();
            await services.OfType<GuestDataKeeper>().Single().KeepAsync(CancellationToken.None);
            Assert.Equal("1 GCT, 2 GCTH, 3 , 4 GCTH, 5 GC, 6 ", await database.QueryAsync("""
                select string_agg(number || ' ' || concat(guest_name, left(caller_name, 1), text, handed_to), ', ' order by number) from messages
                """));
            var sweeper = services.OfType<RecordingSweeper>().Single();
            // No PBX whose AstDB was read: only what is certain to be nobody's.
            Assert.Equal(2, await sweeper.KeepAsync(CancellationToken.None));
            Assert.Equal(["1764137000123-5.wav", "1764137000123-7.wav", "1764137000123-8.wav", "1764137000123-9.wav", "hotel.wav", "say-2.wav"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
            Assert.Equal(1, await sweeper.SweepAsync(all: true, CancellationToken.None));
            Assert.Equal(["1764137000123-5.wav", "1764137000123-8.wav", "1764137000123-9.wav", "hotel.wav", "say-2.wav"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
            await services.OfType<HistoryKeeper>().Single().KeepAsync(CancellationToken.None);
            Assert.Equal("1,2,3,4,5 5", await database.QueryAsync("select (select string_agg(number::text, ',' order by number) from messages) || ' ' || (select count(*) from message_events)"));
        }
        finally
        {
            LabFiles.Remove(folder);
        }
    }

    private static void Old(string file, int days)
    {
        File.WriteAllText(file, "x");
        File.SetLastWriteTimeUtc(file, TimeProvider.System.GetUtcNow().AddDays(-days).AddMinutes(-1).UtcDateTime);
    }
}
