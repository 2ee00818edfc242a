using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Switchboard.Features.Phones;
using Switchboard.Features.Rooms;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;
using Switchboard.Pbx;
using Switchboard.Persistence.Local;

namespace Switchboard.LabTests.Phones;

/// <summary>The phones of a large hotel on a real database; the PBX is the test, which tells their states.</summary>
public sealed class ManyPhonesTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Count = 2000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly string _folder = LabFiles.NewFolder("phones");
    private PrivatePostgres _postgres = null!;
    private WebApplication _app = null!;

    private PhoneWatch Watch => _app.Services.GetRequiredService<PhoneWatch>();
    private LocalStore Local => _app.Services.GetRequiredService<LocalStore>();

    public async ValueTask InitializeAsync()
    {
        _postgres = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        _app = await WorkerWithoutPbx.BuildAsync(_postgres.ConnectionString, _folder, ("Phones:GoneAfter", "00:00:03"));
        await _app.StartAsync();
        Assert.True(await Eventually.TrueAsync(() => Local.IsOnline, Patience));
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _postgres.DisposeAsync();
        LabFiles.Remove(_folder);
    }

    [Fact]
    public async Task Two_thousand_phones_that_go_at_once_and_come_back_are_stored_with_PostgreSQL_and_without_and_calls_store_nothing()
    {
        var numbers = Enumerable.Range(1000, Count).Select(n => $"{n}").ToList();
        await using (var scope = _app.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<RoomRegister>().ImportAsync([.. numbers.Select(n => new RoomLine(n, null, null, "main", [$"PJSIP/{n}"], false))], CancellationToken.None);
        TellAll("NOT_INUSE");
        TellAll("INUSE");
        TellAll("UNAVAILABLE");
        await StoredAsync("warned_at is not null", Count);
        Assert.Equal(1, await QueryAsync("select count(*) from notices"));
        TellAll("NOT_INUSE");
        await StoredAsync("back_at is not null", Count);
        Assert.Equal(Count, await QueryAsync("select count(*) from phone_absences"));

        await _postgres.KillAsync(PostgresSignal.Fast);
        Assert.True(await Eventually.TrueAsync(() => !Local.IsOnline, Patience));
        TellAll("UNAVAILABLE");
        Assert.True(await Eventually.TrueAsync(() => Local.Copy.Count<PhoneAbsence>(a => a.WarnedAt is not null) == Count, Patience));
        TellAll("NOT_INUSE");
        Assert.True(await Eventually.TrueAsync(() => Local.Copy.Count<PhoneAbsence>(a => a.BackAt is not null) == Count, Patience));
        await _postgres.StartAsync();
        await StoredAsync("back_at is not null and warned_at is not null", 2 * Count);
        Assert.Equal(2, await QueryAsync("select count(*) from notices"));
        Assert.Equal(0, await QueryAsync("select count(*) from rejected_facts"));

        void TellAll(string state)
        {
            var began = TimeProvider.System.GetTimestamp();
            if (!Watch.IsHeard) Watch.Take(numbers.Select(n => ($"PJSIP/{n}", state)));
            else numbers.ForEach(n => Watch.Change($"PJSIP/{n}", state));
            output.WriteLine($"{Count} phones {state}: {TimeProvider.System.GetElapsedTime(began).TotalMilliseconds:F1} ms");
        }
    }

    private async Task StoredAsync(string which, long count)
    {
        var began = TimeProvider.System.GetTimestamp();
        long found = 0;
        Assert.True(await Eventually.TrueAsync(async () => (found = await TryQueryAsync($"select count(*) from phone_absences where {which}")) == count, Patience), $"{found} of {count} with {which}");
        output.WriteLine($"{which}: after {TimeProvider.System.GetElapsedTime(began).TotalSeconds:F1} s");
    }

    private async Task<long> TryQueryAsync(string sql)
    {
        try
        {
            return await QueryAsync(sql);
        }
        catch (NpgsqlException)
        {
            return -1; // not up again yet
        }
    }

    private async Task<long> QueryAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_postgres.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
