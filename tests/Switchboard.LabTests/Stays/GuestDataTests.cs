using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Switchboard.Features.Stays;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;
using Switchboard.Persistence;

namespace Switchboard.LabTests.Stays;

/// <summary>How long it is known who a guest was, on a real PostgreSQL; nothing else of the worker runs.</summary>
public class GuestDataTests(PostgresServer server)
{
    [Fact]
    public async Task What_is_personal_of_guests_who_left_long_ago_is_erased_and_their_stays_remain_until_history_goes()
    {
        await using var database = await server.CreateDatabaseAsync(LabHotel.Schema);
        await database.QueryAsync("""
            insert into rooms (number, pbx, dial_strings, sends_no_ringing, created_at, updated_at) values ('1101', 'main', '{PJSIP/1101}', false, now(), now());
            insert into stays (id, room, pbx, guest_name, title, vip, checked_in_at, checked_in_by, checked_out_at, checked_out_by)
              select gen_random_uuid(), '1101', 'main', 'Guest ' || n, 'Dr.', false, '2020-01-01', 'desk', left_at, case when left_at is not null then 'desk' end
              from (values (1, null), (2, now() - interval '30 days'), (3, now() - interval '32 days'), (4, now() - interval '2000 days')) v(n, left_at);
            insert into stay_events (stay_id, at, step, room, by) select id, checked_in_at, 'CheckedIn', '1101', 'desk' from stays;
            insert into guest_lookups (id, at, by, text, found) select gen_random_uuid(), at, 'desk', 'mill', 1
              from (values (now()), (now() - interval '32 days'), (now() - interval '2000 days')) v(at)
            """);
        await using var app = await WorkerWithoutPbx.BuildAsync(database.ConnectionString, null, ("Stays:GuestDataDays", "31"));
        var keeper = app.Services.GetServices<IHostedService>().OfType<GuestDataKeeper>().Single();
        Assert.Equal(4, await keeper.KeepAsync(CancellationToken.None));
        Assert.Equal(0, await keeper.KeepAsync(CancellationToken.None));
        Assert.Equal("Guest 1 Dr.,Guest 2 Dr.,erased,erased / mill,erased,erased", await database.QueryAsync("""
            select (select string_agg(coalesce(guest_name || ' ' || title, case when guest_data_erased_at is not null then 'erased' end), ',' order by number) from stays)
              || ' / ' || (select string_agg(coalesce(text, 'erased'), ',' order by at desc) from guest_lookups)
            """));

        var history = app.Services.GetServices<IHostedService>().OfType<HistoryKeeper>().Single();
        Assert.Equal(2, await history.KeepAsync(CancellationToken.None));
        Assert.Equal("3 3 2", await database.QueryAsync("select concat_ws(' ', (select count(*) from stays), (select count(*) from stay_events), (select count(*) from guest_lookups))"));
    }

    [Theory]
    [InlineData("true", "False True")]
    [InlineData("false", "False False")]
    public async Task A_room_without_a_guest_is_vacant_only_where_every_guest_is_checked_in_here(string complete, string vacant)
    {
        await using var database = await server.CreateDatabaseAsync(LabHotel.Schema);
        await database.QueryAsync("""
            insert into rooms (number, pbx, dial_strings, sends_no_ringing, created_at, updated_at)
              select n, 'main', '{PJSIP/1}', false, now(), now() from unnest(array['1101', '1102']) n;
            insert into stays (id, room, pbx, guest_name, vip, checked_in_at, checked_in_by, checked_out_at, checked_out_by)
              values (gen_random_uuid(), '1101', 'main', 'Ann', false, now(), 'desk', null, null), (gen_random_uuid(), '1102', 'main', 'Bob', false, now(), 'desk', now(), 'desk')
            """);
        await using var app = await WorkerWithoutPbx.BuildAsync(database.ConnectionString, null, ("Stays:Complete", complete));
        await using var scope = app.Services.CreateAsyncScope();
        var register = scope.ServiceProvider.GetRequiredService<StayRegister>();
        Assert.Equal(vacant, $"{await register.IsVacantAsync("1101", CancellationToken.None)} {await register.IsVacantAsync("1102", CancellationToken.None)}");
        Assert.Equal("Ann", Assert.Single(await register.OpenStaysAsync(null, CancellationToken.None)).GuestName);
    }
}
