using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.LabTests.WakeUpCalls;

public class DatabaseFaultTests
{
    [Fact]
    public async Task PostgreSQL_not_there_at_start_is_waited_for_and_its_return_after_a_restart_too()
    {
        await using var postgres = await PostgresServer.StartPrivateAsync();
        await using var hotel = LabHotel.BuildOn(postgres.ConnectionString, ["1131", "1132"]);
        await hotel.Pbx.StartAsync();
        await hotel.Phones.StartAsync();
        await postgres.KillAsync(PostgresSignal.Fast);
        await hotel.Worker.StartAsync(waitUntilReady: false);
        await hotel.Worker.WaitForLogAsync("PostgreSQL cannot be reached since");
        Assert.False(await hotel.Worker.AnswersAsync("/health/ready"));

        await postgres.StartAsync();
        Assert.True(await Eventually.TrueAsync(() => hotel.Worker.AnswersAsync("/health/ready"), TimeSpan.FromSeconds(20)), hotel.Worker.Log);
        hotel.Worker.UseToken(await File.ReadAllTextAsync(hotel.Worker.AdminTokenFile));
        await hotel.ImportRoomsAsync();
        var number = await hotel.BookAsync("1131", 4);
        await Eventually.TrueAsync(async () => await hotel.QueryAsync<long>("select count(*) from wake_up_attempts") == 1, TimeSpan.FromSeconds(10));

        // Claimed: it rings without the database, and its result waits for it.
        await postgres.KillAsync(PostgresSignal.Immediate);
        await hotel.Phones.WaitForAsync("1131", "KEY 1");
        await hotel.Worker.WaitForLogAsync("PostgreSQL cannot be reached since", times: 2);
        await postgres.StartAsync();
        Assert.True(await Eventually.TrueAsync(() => hotel.Worker.AnswersAsync("/health/ready"), TimeSpan.FromSeconds(20)), hotel.Worker.Log);
        await hotel.WaitForStateAsync(number, "Confirmed");
        var next = await hotel.BookAsync("1132", 3);
        await hotel.WaitForStateAsync(next, "Confirmed");
        Assert.Equal(1, hotel.Phones.Calls("1131"));
    }
}
