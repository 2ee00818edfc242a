using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Switchboard.Features.Stays;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;
using Switchboard.Persistence;
using Switchboard.Worker;

namespace Switchboard.LabTests.Deliveries;

public class DeliveryHistoryTests(PostgresServer server)
{
    [Fact]
    public async Task What_ended_long_ago_goes_with_its_attempts_and_what_is_open_stays_however_old()
    {
        await using var database = await server.CreateDatabaseAsync(LabHotel.Schema);
        await using (var connection = await database.OpenAsync())
        {
            await using var fill = connection.CreateCommand();
            fill.CommandText = """
                insert into deliveries (id, subject, pbx, person, requested_by, requested_at, state, round, attempts, next_attempt_at, ended_at, ended_by)
                  select gen_random_uuid(), gen_random_uuid(), 'main', person, 'desk', '2020-01-01', case when open then 'Waiting' else 'Acknowledged' end, 1, 1,
                    case when open then timestamptz '2020-01-01' end, case when open then null else at end, case when open then null else 'desk' end
                  from (values ('old', timestamptz '2020-01-01 06:00+00', false), ('open', timestamptz '2020-01-01 06:00+00', true), ('new', now(), false)) v(person, at, open);
                insert into delivery_attempts (id, delivery_id, number, round, channel_id, person, way, address, claimed_at, ended_at, outcome)
                  select gen_random_uuid(), id, 1, 1, 'delivery-' || id, person, 'Extension', '8001', requested_at, requested_at, 'NoAnswer' from deliveries
                """;
            await fill.ExecuteNonQueryAsync();
        }

        await using var app = await BuildAsync(database);
        var keeper = app.Services.GetServices<IHostedService>().OfType<HistoryKeeper>().Single();
        Assert.Equal(1, await keeper.KeepAsync(CancellationToken.None));
        await using var after = await database.OpenAsync();
        await using var left = after.CreateCommand();
        left.CommandText = "select string_agg(d.person || ' ' || a.person, ', ' order by d.person) from deliveries d join delivery_attempts a on a.delivery_id = d.id";
        Assert.Equal("new new, open open", await left.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Why_somebody_stopped_one_long_ago_is_erased_with_what_is_the_guests()
    {
        await using var database = await server.CreateDatabaseAsync(LabHotel.Schema);
        await using var connection = await database.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = """
            insert into deliveries (id, subject, pbx, person, requested_by, requested_at, state, round, attempts, ended_at, ended_by, ended_how)
              select gen_random_uuid(), gen_random_uuid(), 'main', 'p', 'desk', now() - interval '200 days', state, 1, 1, now() - age, by, how
              from (values ('Stopped', interval '100 days', 'desk/1', 'Mr. Miller came'), ('Stopped', interval '1 day', 'desk/2', 'Mr. Smith came'),
                ('Stopped', interval '100 days', 'switchboard', 'there is nothing left to deliver'), ('Acknowledged', interval '100 days', 'p', 'key')) v(state, age, by, how)
            """;
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await using var app = await BuildAsync(database);
        var keeper = app.Services.GetServices<IHostedService>().OfType<GuestDataKeeper>().Single();
        Assert.Equal(1, await keeper.KeepAsync(CancellationToken.None));
        Assert.Equal(0, await keeper.KeepAsync(CancellationToken.None));
        command.CommandText = "select string_agg(ended_by || ': ' || ended_how, ', ' order by ended_by) from deliveries";
        Assert.Equal("desk/1: stopped, desk/2: Mr. Smith came, p: key, switchboard: there is nothing left to deliver", await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    private static async Task<WebApplication> BuildAsync(TestDatabase database)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, $$"""
            { "Hotel": { "Name": "H", "TimeZone": "Etc/UTC" }, "Pbx": { "Username": "u", "Secret": "s" }, "Database": { "ConnectionString": "{{database.ConnectionString}}" } }
            """, TestContext.Current.CancellationToken);
        var app = WorkerHost.Build(file);
        File.Delete(file);
        return app;
    }
}
