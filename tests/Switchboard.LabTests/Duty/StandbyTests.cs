using System.Net;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.LabTests.Duty;

/// <summary>Two workers for one PBX: one serves, the other waits and follows.</summary>
public class StandbyTests(PostgresServer server, ITestOutputHelper output)
{
    [Fact]
    public async Task A_second_worker_stands_by_says_for_whom_and_since_when_and_answers_for_itself_only()
    {
        // Another hotel's worker on the same server, of a PBX of the same name, has nothing to do with it.
        await using var others = await server.CreateDatabaseAsync(LabHotel.Schema);
        await using var lease = await others.OpenAsync();
        await using (var take = new Npgsql.NpgsqlCommand("select pg_advisory_lock(hashtextextended('switchboard worker of PBX main', 0))", lease)) await take.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await using var hotel = await LabHotel.OpenAsync(server, ["1116"], ownProcess: true);
        await using var two = await TwoWorkers.OfAsync(hotel);
        // (On a slow machine it may hear of it at the PBX before its database is looked over.)
        await two.Second.WaitForLogAsync("has held its lock since");
        var line = two.Second.Log.Split('\n').Single(l => l.Contains("has held its lock since", StringComparison.Ordinal));
        Assert.Contains("Another worker serves PBX main: switchboard", line, StringComparison.Ordinal);
        Assert.Contains($"/{two.First.ProcessId} has held its lock since 20", line, StringComparison.Ordinal);

        // What it is, it says; of the hotel it says nothing, and it would store nothing.
        using (var closed = await two.Second.TrySendAsync(HttpMethod.Get, "/api/wakeups", null))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, closed.StatusCode);
            var said = await closed.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.Contains("This worker stands by: the PBX is served by ", said, StringComparison.Ordinal);
            Assert.Contains($"/{two.First.ProcessId}, since 20", said, StringComparison.Ordinal);
        }

        using (var booking = await two.Second.TrySendAsync(HttpMethod.Post, "/api/wakeups", new { room = "1116", time = "07:00" })) Assert.Equal(HttpStatusCode.ServiceUnavailable, booking.StatusCode);
        Assert.True(await two.Second.AnswersAsync("/health/live"));
        Assert.False(await two.Second.AnswersAsync("/health/ready"));
        var report = await two.Second.GetAsync("/api/status");
        Assert.True(report.GetProperty("standsBy").GetBoolean());
        Assert.True(report.GetProperty("healthy").GetBoolean(), report.ToString());
        Assert.Contains($"/{two.First.ProcessId}, since", Part(report, "lock"), StringComparison.Ordinal);
        Assert.Contains("stands by", Part(report, "pbx"), StringComparison.Ordinal);
        var (code, told) = await LabCli.RunAsync(["status"], ("SWITCHBOARD_URL", two.Second.Url), ("SWITCHBOARD_TOKEN_FILE", two.First.AdminTokenFile));
        Assert.True(code == 0 && told.Contains("healthy, standing by", StringComparison.Ordinal), $"{code}: {told}");

        // Neither calls nor callers reach it.
        Assert.DoesNotContain("PBX main ready", two.Second.Log, StringComparison.Ordinal);
        Assert.False(await TwoWorkers.ListensAsync(two.Second.AgiPort));
        Assert.Contains("switchboard_standing_by 1", await two.Second.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken), StringComparison.Ordinal);

        // The first does not mind.
        Assert.True(await two.First.AnswersAsync("/health/ready"));
        Assert.Equal(TwoWorkers.IdOf(two.First), (await two.LeaseAsync())[0]);
        await hotel.WaitForStateAsync(await hotel.BookAsync("1116"), "Confirmed");
        Assert.Equal(1, hotel.Phones.Calls("1116"));
    }

    [Fact]
    public async Task When_the_first_is_killed_the_second_follows_within_five_seconds_and_rings_what_is_due_once()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1117", "1118"], ownProcess: true);
        await using var two = await TwoWorkers.OfAsync(hotel);
        var (claimed, later) = (await hotel.BookAsync("1117", 4), await hotel.BookAsync("1118", 9));
        var took = await Openings.MeasureAsync(async () =>
        {
            await two.First.KillAsync();
            return await two.UntilSecondServesAsync();
        });
        output.WriteLine($"served again {took.TotalSeconds:F2} s after kill -9");
        Assert.True(took < TimeSpan.FromSeconds(5), $"{took}\n{two.Second.Log}");
        Assert.Contains("This worker takes over PBX main from ", two.Second.Log, StringComparison.Ordinal);
        Assert.Contains($"its lease was worker {TwoWorkers.IdOf(two.First)}'s, which does not answer", two.Second.Log, StringComparison.Ordinal);
        await TwoWorkers.WaitForConfirmedAsync(two.Second, claimed);
        await TwoWorkers.WaitForConfirmedAsync(two.Second, later);
        Assert.Equal((1, 1), (hotel.Phones.Calls("1117"), hotel.Phones.Calls("1118")));
        Assert.Equal(TwoWorkers.IdOf(two.Second), (await two.LeaseAsync())[0]);
        Assert.True(await two.Second.AnswersAsync("/health/ready"));
        Assert.True(await TwoWorkers.ListensAsync(two.Second.AgiPort));

        // The one that was killed is started again: now it stands by.
        await two.First.StartAsync(waitUntilReady: false);
        await two.First.WaitForLogAsync($"/{two.Second.ProcessId} has held its lock since", seconds: 20);
        Assert.False(await two.First.AnswersAsync("/health/ready"));
    }

    [Fact]
    public async Task When_the_first_is_stopped_the_second_follows_at_once()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1119"], ownProcess: true);
        await using var two = await TwoWorkers.OfAsync(hotel);
        var number = await hotel.BookAsync("1119", 8);
        var took = await Openings.MeasureAsync(async () =>
        {
            Assert.Equal(0, await two.First.StopAsync());
            Assert.Empty(await Released(two));
            return await two.UntilSecondServesAsync();
        });
        output.WriteLine($"served again {took.TotalSeconds:F2} s after the end of the first");
        Assert.True(took < TimeSpan.FromSeconds(4), $"{took}\n{two.Second.Log}");
        // It gave its lease back: nobody had to be waited for.
        Assert.DoesNotContain("which does not answer", two.Second.Log, StringComparison.Ordinal);
        await TwoWorkers.WaitForConfirmedAsync(two.Second, number);
        Assert.Equal(1, hotel.Phones.Calls("1119"));
    }

    [Fact]
    public async Task A_worker_that_is_killed_and_started_again_finds_its_own_lease_and_waits_for_nobody()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1110"], ownProcess: true);
        await using var two = new TwoWorkers(hotel);
        var before = await two.LeaseAsync();
        await two.First.KillAsync();
        await two.First.StartAsync();
        var after = await two.LeaseAsync();
        Assert.Equal(before[..2], after[..2]); // the same worker, serving since then
        Assert.NotEqual(before[2], after[2]);
        Assert.DoesNotContain("which does not answer", two.First.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("stands by", two.First.Log, StringComparison.Ordinal);
    }

    // The second may have it by now.
    private static async Task<string[]> Released(TwoWorkers two) => await two.LeaseAsync() is [var worker, ..] lease && worker == TwoWorkers.IdOf(two.First) ? lease : [];

    private static string Part(System.Text.Json.JsonElement report, string name) =>
        report.GetProperty("parts").EnumerateArray().Single(p => p.GetProperty("name").GetString() == name).GetProperty("summary").GetString()!;
}
