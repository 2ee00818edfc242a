using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using Npgsql;
using Switchboard.Features.Calls;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.LabTests.Calls;

/// <summary>The transfers and the answer report of a day, on a real PostgreSQL; nothing else of the worker runs.</summary>
public sealed class CallDeskTests(PostgresServer server) : IAsyncLifetime
{
    private readonly string _folder = LabFiles.NewFolder("calls");
    private TestDatabase _database = null!;
    private Microsoft.AspNetCore.Builder.WebApplication _app = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await server.CreateDatabaseAsync(LabHotel.Schema);
        _app = await WorkerWithoutPbx.BuildAsync(_database.ConnectionString, _folder);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _database.DisposeAsync();
        LabFiles.Remove(_folder);
    }

    [Fact]
    public async Task Of_a_days_calls_only_those_with_transfers_or_offers_are_read_and_by_their_indexes()
    {
        // 20000 calls of three days, one in a hundred of them offered to the operators and put through; the first of the day was begun the evening before.
        await using var connection = await _database.OpenAsync();
        await using var insert = new NpgsqlCommand("""
            insert into calls (pbx, linked_id, direction, state, rooms_called, started_at, ended_at, transfers, operator_calls)
            select 'main', n::text, 'Internal', 'Failed', '{}', at, at, case when n % 100 = 0 then jsonb_build_array(jsonb_build_object('at', to_char(at + interval '1 minute', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'kind', 'blind')) else '[]' end,
              case when n % 100 = 0 then jsonb_build_array(jsonb_build_object('offered_at', to_char(at + interval '1 minute', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'kind', 'incoming', 'outcome', 'GivenUp')) else '[]' end
            from (select n, timestamptz '2026-12-22 15:59:30Z' + n * interval '12960 milliseconds' as at from generate_series(0, 19999) n) c;
            analyze calls
            """, connection);
        await insert.ExecuteNonQueryAsync();

        await using var scope = _app.Services.CreateAsyncScope();
        var desk = scope.ServiceProvider.GetRequiredService<CallDesk>();
        var transfers = await desk.TransfersAsync("2026-12-23", null, CancellationToken.None);
        // From midnight of Shanghai to the next: 86400 s, one each 1296 s.
        Assert.Equal(67, transfers.Count);
        Assert.Equal(("0", Instant.FromUtc(2026, 12, 22, 16, 0, 30)), (transfers[0].LinkedId, transfers[0].Transfer.At));
        Assert.Equal(67, (await desk.AnswerReportAsync("2026-12-23", CancellationToken.None)).Calls);

        var (from, until) = (Instant.FromUtc(2026, 12, 22, 16, 0), Instant.FromUtc(2026, 12, 23, 16, 0));
        Assert.Contains("ix_calls_transferred", await PlanAsync(desk.TransferredAround(from, until)), StringComparison.Ordinal);
        Assert.Contains("ix_calls_operators", await PlanAsync(desk.OfferedAround(from, until)), StringComparison.Ordinal);
    }

    private static async Task<string> PlanAsync(IQueryable<Call> query)
    {
        await using var command = query.CreateDbCommand();
        command.CommandText = "explain " + command.CommandText;
        if (command.Connection!.State != ConnectionState.Open) await command.Connection.OpenAsync();
        await using var reader = await command.ExecuteReaderAsync();
        var plan = new List<string>();
        while (await reader.ReadAsync()) plan.Add(reader.GetString(0));
        return string.Join('\n', plan);
    }
}
