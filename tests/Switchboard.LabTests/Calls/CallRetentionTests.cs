using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Switchboard.Features.Calls;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.LabTests.Calls;

/// <summary>How long calls are kept, on a real PostgreSQL; nothing else of the worker runs.</summary>
public sealed class CallRetentionTests(PostgresServer server) : IAsyncLifetime
{
    private readonly string _folder = LabFiles.NewFolder("calls");
    private TestDatabase _database = null!;
    private Microsoft.AspNetCore.Builder.WebApplication _app = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await server.CreateDatabaseAsync(LabHotel.Schema);
        _app = await WorkerWithoutPbx.BuildAsync(_database.ConnectionString, _folder, ("Calls:RetentionDays", "100"));
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _database.DisposeAsync();
        LabFiles.Remove(_folder);
    }

    [Fact]
    public async Task Calls_beyond_their_days_are_deleted_with_their_legs_and_no_others()
    {
        await ExecuteAsync("""
            insert into calls (pbx, linked_id, direction, state, rooms_called, started_at, ended_at, transfers)
            select pbx, n::text, 'Internal', 'Failed', '{}', now() - n * interval '1 day', now() - n * interval '1 day', '[]' from generate_series(1, 1200) n, (values ('main'), ('other')) p (pbx);
            insert into call_legs (pbx, linked_id, unique_id, channel, phone, began, started_at) select pbx, linked_id, linked_id, 'x', 'x', true, started_at from calls
            """);
        await _app.Services.GetServices<IHostedService>().OfType<CallRetention>().Single().DeleteAsync(CancellationToken.None);
        // 1 to 99 days ago; another PBX's are its own worker's.
        foreach (var table in (string[])["calls", "call_legs"])
        {
            Assert.Equal(99, await ExecuteAsync($"select count(*) from {table} where pbx = 'main'"));
            Assert.Equal(1200, await ExecuteAsync($"select count(*) from {table} where pbx = 'other'"));
        }
    }

    [Fact]
    public async Task A_call_that_began_before_the_records_first_day_is_not_made_again_from_the_rest_of_its_events()
    {
        // The first day that is kept begins at midnight; of the one call the beginning is dropped already, the other is whole.
        await ExecuteAsync("""
            do $$ begin
              execute format('create table pbx_events_%s partition of pbx_events for values from (%L) to (%L)', to_char(now() at time zone 'UTC', 'YYYYMMDD'),
                date_trunc('day', now(), 'UTC'), date_trunc('day', now(), 'UTC') + interval '1 day');
            end $$;
            insert into calls (pbx, linked_id, direction, state, rooms_called, started_at, answered_at, ended_at, transfers)
            select 'main', id, 'Incoming', 'Answered', '{1203}', at, at, at, '[]'
            from (values ('100000001.1', date_trunc('day', now(), 'UTC') - interval '1 hour'), ('100000002.1', date_trunc('day', now(), 'UTC'))) c (id, at);
            insert into pbx_events (session_id, sequence, at, received_at, pbx, source, event, unique_id, linked_id, channel, headers)
            select gen_random_uuid(), 1, date_trunc('day', now(), 'UTC'), now(), 'main', 'ami', 'Hangup', id, id, 'PJSIP/1000-00000001', '{"Cause": "16"}'
            from (values ('100000001.1'), ('100000002.1')) c (id)
            """);
        RebuildProgress? last = null;
        await foreach (var progress in _app.Services.GetRequiredService<CallMaker>().RebuildAsync(null, CancellationToken.None)) last = progress;
        Assert.True(last is { Done: true, Looked: 2 });
        Assert.Equal(1, await ExecuteAsync("select count(*) from calls where linked_id = '100000001.1' and direction = 'Incoming' and rooms_called = '{1203}'"));
        Assert.Equal(0, await ExecuteAsync("select count(*) from call_legs where linked_id = '100000001.1'"));
        Assert.Equal(1, await ExecuteAsync("select count(*) from calls where linked_id = '100000002.1' and direction = 'Internal'"));
    }

    private async Task<long> ExecuteAsync(string sql)
    {
        await using var connection = await _database.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() as long? ?? 0;
    }
}
