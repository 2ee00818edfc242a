using System.Text.Json;
using System.Text.RegularExpressions;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.LabTests.Monitoring;

/// <summary>The worker's figures, from a real wake-up to an alert that somebody gets up for.</summary>
public partial class MonitoringTests(PostgresServer server)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [GeneratedRegex(@"\b(?:switchboard|dotnet)_[a-z_]+")]
    private static partial Regex SeriesName();

    [Theory]
    [InlineData("check", "rules", "alerts.yml", "17 rules found")]
    [InlineData("test", "rules", "alerts.test.yml", "SUCCESS")]
    [InlineData("check", "config", "prometheus.yml", "is valid")]
    public async Task Promtool_finds_the_rules_valid_and_each_fires_when_it_should(string verb, string what, string file, string expected)
    {
        var (code, said) = await LabCommand.RunAsync("promtool", [verb, what, LabPrometheus.File(file)]);
        Assert.True(code == 0 && said.Contains(expected, StringComparison.Ordinal), $"exit code {code}: {said}");
    }

    [Fact]
    public async Task Every_rule_is_tested_and_says_what_it_means_for_guests_and_what_to_do()
    {
        var rules = await File.ReadAllTextAsync(LabPrometheus.File("alerts.yml"));
        var tests = await File.ReadAllTextAsync(LabPrometheus.File("alerts.test.yml"));
        foreach (var rule in rules.Split("- alert: ")[1..])
        {
            var name = rule[..rule.IndexOf('\n', StringComparison.Ordinal)];
            Assert.Matches($"(?s)alertname=\"{name}\",alertstate=\"firing\"[^\\n]*\\n +eval_time: [^\\n]+\\n +exp_samples: \\[\\]", tests);
            Assert.Contains($"ALERTS{{alertname=\"{name}\",alertstate=\"firing\",severity=", tests, StringComparison.Ordinal);
            Assert.Matches("(?s)summary: .+description: .+Guests: .+Do: ", rule);
        }
    }

    [Fact]
    public async Task What_is_not_committed_is_not_counted_and_what_is_counts_once_however_often_it_was_tried()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1161", "7161"], new Dictionary<string, string> { ["WakeUpCalls:Attempts"] = "1" });
        await hotel.QueryAsync<string>("create function refuse() returns trigger language plpgsql as $$ begin raise exception 'refused by the test: %', tg_table_name; end $$");

        // The claim fails at its very commit.
        await RefuseAsync("wake_up_attempts");
        var confirmed = await hotel.BookAsync("1161");
        await hotel.Worker.WaitForLogAsync("refused by the test: wake_up_attempts");
        await CountAsync("wakeups_due_total 0", "wakeups_dialled_total 0");
        await AllowAsync("wake_up_attempts");
        await hotel.WaitForStateAsync(confirmed, "Confirmed");
        await CountAsync("wakeups_due_total 1", "wakeups_dialled_total 1", "wakeups_outcomes_total{outcome=\"Confirmed\"} 1", "wakeups_ended_total{state=\"Confirmed\"} 1",
            "wakeups_ring_delay_seconds_count 1", "knocks_listed_total 0");

        // Its result cannot be stored, and is tried again and again.
        await RefuseAsync("knock_entries");
        var unreachable = await hotel.BookAsync("7161");
        await hotel.Worker.WaitForLogAsync("refused by the test: knock_entries");
        await CountAsync("wakeups_due_total 2", "wakeups_outcomes_total{outcome=\"Unreachable\"} 0", "wakeups_ended_total{state=\"Unanswered\"} 0", "knocks_listed_total 0");
        await AllowAsync("knock_entries");
        await hotel.WaitForStateAsync(unreachable, "Unanswered");
        // A phone that is unplugged has no delay.
        await CountAsync("wakeups_outcomes_total{outcome=\"Unreachable\"} 1", "wakeups_ended_total{state=\"Unanswered\"} 1", "knocks_listed_total 1", "knocks_closed_total 0",
            "wakeups_ring_delay_seconds_count 1");
        await CloseAsync(hotel, "7161");
        await CountAsync("knocks_listed_total 1", "knocks_closed_total 1");

        Task RefuseAsync(string table) => hotel.QueryAsync<string>($"create constraint trigger refuse after insert on {table} deferrable initially deferred for each row execute function refuse()");
        Task AllowAsync(string table) => hotel.QueryAsync<string>($"drop trigger refuse on {table}");

        // The count comes a moment after the commit that we see.
        async Task CountAsync(params string[] expected)
        {
            IReadOnlyList<string> series = [];
            var there = await Eventually.TrueAsync(async () =>
            {
                series = await ScrapeAsync(hotel);
                return expected.All(e => series.Contains($"switchboard_{e}"));
            }, TimeSpan.FromSeconds(5));
            Assert.True(there, $"expected {string.Join(", ", expected)}, but:\n{string.Join('\n', series.Where(s => s.StartsWith("switchboard_", StringComparison.Ordinal)))}");
        }
    }

    [Fact]
    [Trait(Form.Name, Form.Long)]
    public async Task A_drill_in_which_each_of_the_three_is_away_fires_its_alert_and_every_query_of_the_dashboard_answers()
    {
        await using var postgres = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        await using var hotel = LabHotel.BuildOn(postgres.ConnectionString, ["1162", "1163", "7162"], new Dictionary<string, string> { ["WakeUpCalls:Attempts"] = "1" });
        await hotel.StartAsync();
        await using var prometheus = await LabPrometheus.StartAsync(hotel.Worker.Url);

        // A morning: two rooms wake up one after the other (a rate needs two looks), and one has to be knocked at.
        await hotel.WaitForStateAsync(await hotel.BookAsync("1162"), "Confirmed");
        await hotel.WaitForStateAsync(await hotel.BookAsync("7162"), "Unanswered");
        await CloseAsync(hotel, "7162");
        await SeenAsync("switchboard_wakeups_ring_delay_seconds_count", 1);
        await hotel.WaitForStateAsync(await hotel.BookAsync("1163"), "Confirmed");
        await SeenAsync("switchboard_wakeups_ring_delay_seconds_count", 2);
        await SeenAsync("switchboard_knocks_closed_total", 1);
        await prometheus.WaitForFiringAsync();

        await AskTheDashboardAsync(hotel, prometheus);
        Assert.InRange((await prometheus.ValueAsync("histogram_quantile(0.5, sum by (le) (rate(switchboard_wakeups_ring_delay_seconds_bucket[5m])))"))!.Value, 0, 5);

        await hotel.Pbx.StopAsync();
        var pbxAway = Assert.Single(await prometheus.WaitForFiringAsync("SwitchboardPbxAway")).GetProperty("annotations");
        Assert.Equal($"PBX main cannot be reached by the worker {new Uri(hotel.Worker.Url).Authority}", pbxAway.GetProperty("summary").GetString());
        Assert.Contains("\"PBX main cannot be reached since\"", pbxAway.GetProperty("description").GetString(), StringComparison.Ordinal);
        await hotel.Worker.WaitForLogAsync("PBX main cannot be reached since");
        await hotel.Pbx.StartAsync();
        await prometheus.WaitForFiringAsync();

        await postgres.KillAsync(PostgresSignal.Fast);
        await prometheus.WaitForFiringAsync("SwitchboardDatabaseAway");
        await postgres.StartAsync();
        await prometheus.WaitForFiringAsync();

        await hotel.Worker.StopAsync();
        var gone = Assert.Single(await prometheus.WaitForFiringAsync("SwitchboardWorkerGone"));
        Assert.Equal(new Uri(hotel.Worker.Url).Authority, gone.GetProperty("labels").GetProperty("instance").GetString());
        await hotel.Worker.StartAsync();
        await prometheus.WaitForFiringAsync();

        async Task SeenAsync(string expression, double value)
        {
            double? last = null;
            Assert.True(await Eventually.TrueAsync(async () => (last = await prometheus.ValueAsync(expression)) == value, Patience), $"{expression} should be {value}, but is {last}");
        }
    }

    /// <summary>Each query is run as Grafana would; it must be valid, and answer with data where the worker has all the series that it names.</summary>
    private static async Task AskTheDashboardAsync(LabHotel hotel, LabPrometheus prometheus)
    {
        var there = (await ScrapeAsync(hotel)).Select(line => SeriesName().Match(line).Value).ToHashSet(StringComparer.Ordinal);
        var dashboard = JsonSerializer.Deserialize<JsonElement>(await File.ReadAllTextAsync(LabPrometheus.File("grafana-dashboard.json")));
        var asked = 0;
        foreach (var panel in dashboard.GetProperty("panels").EnumerateArray().Where(p => p.TryGetProperty("targets", out _)))
        {
            foreach (var written in panel.GetProperty("targets").EnumerateArray().Select(t => t.GetProperty("expr").GetString()!))
            {
                asked++;
                var query = written.Replace("$__rate_interval", "5m", StringComparison.Ordinal).Replace("$__range", "10m", StringComparison.Ordinal)
                    .Replace("$instance", ".*", StringComparison.Ordinal);
                Assert.DoesNotContain("$", query, StringComparison.Ordinal);
                IReadOnlyList<JsonElement> answer = await prometheus.QueryAsync(query);
                // Some series are younger than the two looks that a rate takes.
                if (SeriesName().Matches(query).All(name => there.Contains(name.Value)))
                    Assert.True(answer.Count > 0 || await Eventually.TrueAsync(async () => (await prometheus.QueryAsync(query)).Count > 0, Patience), $"{panel.GetProperty("title")}: {query} has no data");
            }
        }

        Assert.True(asked >= 25, $"{asked} queries");
        // What its list of workers is made from.
        Assert.Contains("label_values(switchboard_build_info, instance)", dashboard.GetProperty("templating").ToString(), StringComparison.Ordinal);
        Assert.Single(await prometheus.QueryAsync("count by (instance) (switchboard_build_info)"));
    }

    private static async Task CloseAsync(LabHotel hotel, string room)
    {
        var entry = (await hotel.KnockEntryAsync(room))!.Value.GetProperty("number").GetInt64();
        await hotel.Worker.SendAsync(HttpMethod.Post, $"/api/housekeeping/{entry}/close", new { name = "Chen", finding = "guest opened", awake = true });
    }

    /// <summary>The lines of the worker's /metrics that are series, asked for without a token.</summary>
    private static async Task<IReadOnlyList<string>> ScrapeAsync(LabHotel hotel)
    {
        using var stranger = new HttpClient();
        var text = await stranger.GetStringAsync(new Uri($"{hotel.Worker.Url}/metrics"));
        return [.. text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Replace("{}", "", StringComparison.Ordinal))];
    }
}
