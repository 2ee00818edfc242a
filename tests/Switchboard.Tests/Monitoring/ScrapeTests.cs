using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using Switchboard.Features.WakeUpCalls;
using Switchboard.Tests.WakeUpCalls;

namespace Switchboard.Tests.Monitoring;

/// <summary>What Prometheus is given, and that the rules and the dashboard ask for nothing else.</summary>
// A scrape hears the meters of every test that runs beside it: those that count are not among them.
[Collection("meters of this process")]
public sealed partial class ScrapeTests
{
    [GeneratedRegex(@"\b(?:switchboard|dotnet)_[a-z_]+")]
    private static partial Regex SeriesName();

    [GeneratedRegex("\\b(outcome|state|le)=\\\\?\"([^\"\\\\]+)\\\\?\"")]
    private static partial Regex LabelValue();

    [Fact]
    public async Task Every_instrument_is_there_from_the_start_with_a_zero_for_each_value_of_its_tags()
    {
        await using var worker = await ScrapedWorker.StartAsync();
        worker.Services.GetRequiredService<WakeUpMeter>();
        var series = await worker.ScrapeAsync();
        foreach (var expected in (string[])
        [
            "switchboard_pbx_connected{pbx=\"main\"} 0", "switchboard_pbx_connects_total{pbx=\"main\"} 0", "switchboard_pbx_events_lost_total{pbx=\"main\"} 0",
            "switchboard_database_connected 0", "switchboard_standing_by 0", "switchboard_knocks_listed_total 0", "switchboard_knocks_closed_total 0",
            "switchboard_phones_gone{pbx=\"main\"} 0", "switchboard_wakeups_due_total 0", "switchboard_wakeups_dialled_total 0",
            "switchboard_events_received_total{pbx=\"main\"} 0", "switchboard_events_stored_total{pbx=\"main\"} 0", "switchboard_events_lost_total{pbx=\"main\"} 0",
            .. Enum.GetNames<AttemptOutcome>().Select(outcome => $"switchboard_wakeups_outcomes_total{{outcome=\"{outcome}\"}} 0"),
            .. Enum.GetValues<WakeUpState>().Where(s => !s.IsOpen()).Select(state => $"switchboard_wakeups_ended_total{{state=\"{state}\"}} 0"),
        ])
            Assert.Contains(expected, series);
        Assert.Contains(series, line => line.StartsWith("switchboard_build_info{", StringComparison.Ordinal) && line.Contains("version=\"0.1.0", StringComparison.Ordinal) && line.EndsWith(" 1", StringComparison.Ordinal));
        Assert.Contains(series, line => line.StartsWith("dotnet_process_memory_working_set_bytes", StringComparison.Ordinal));
        // Nobody has read yet how many wait: no figure is better than a wrong one.
        Assert.DoesNotContain(series, line => line.StartsWith("switchboard_wakeups_waiting", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_series_and_label_that_the_rules_and_the_dashboard_name_is_there_once_something_happened()
    {
        await using var worker = await ScrapedWorker.StartAsync();
        worker.EventRecord.Watch("events", () => 40, () => 100);
        worker.EventRecord.Watch("facts", () => 1, () => 100);
        worker.EventRecord.Lag(TimeSpan.FromSeconds(0.2));
        var meter = worker.Services.GetRequiredService<WakeUpMeter>();
        meter.SetWaiting(3);
        meter.WatchServed(() => true);
        meter.AttemptEnded(Rang(Duration.FromSeconds(0.3)));
        Assert.Throws<FormatException>(() => int.Parse("so that exceptions are counted", System.Globalization.CultureInfo.InvariantCulture));
        var series = await worker.ScrapeAsync();
        var there = series.Select(line => SeriesName().Match(line).Value).ToHashSet(StringComparer.Ordinal);
        Assert.Contains("switchboard_journal_size_bytes{journal=\"events\",pbx=\"main\"} 40", series);
        foreach (var file in (string[])["alerts.yml", "grafana-dashboard.json"])
        {
            var text = await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "deploy", "monitoring", file));
            var named = SeriesName().Matches(text).Select(m => m.Value).ToHashSet(StringComparer.Ordinal);
            Assert.True(named.Count > 10, file);
            Assert.True(named.IsSubsetOf(there), $"{file} names what the worker does not have: {string.Join(", ", named.Except(there))}");
            foreach (Match label in LabelValue().Matches(text))
                Assert.Contains(series, line => line.Contains($"{label.Groups[1].Value}=\"{label.Groups[2].Value}\"", StringComparison.Ordinal));
        }

        // And the other way round: what is counted is shown.
        var shown = await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "deploy", "monitoring", "grafana-dashboard.json"));
        foreach (var ours in there.Where(name => name.StartsWith("switchboard_", StringComparison.Ordinal)))
            Assert.Contains(Regex.Replace(ours, "_(bucket|count|sum)$", ""), shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_buckets_are_ours_and_a_late_ring_is_in_the_last_of_them()
    {
        await using var worker = await ScrapedWorker.StartAsync();
        var meter = worker.Services.GetRequiredService<WakeUpMeter>();
        meter.AttemptEnded(Rang(Duration.FromSeconds(0.2)));
        meter.AttemptEnded(Rang(Duration.FromMinutes(9)));
        meter.AttemptEnded(Rang(Duration.FromSeconds(-1)));
        meter.AttemptEnded(Rang(null));
        var series = await worker.ScrapeAsync();
        foreach (var expected in (string[])["_bucket{le=\"0.1\"} 1", "_bucket{le=\"0.25\"} 2", "_bucket{le=\"300\"} 2", "_bucket{le=\"600\"} 3", "_bucket{le=\"+Inf\"} 3", "_count 3", "_sum 540.2"])
            Assert.Contains($"switchboard_wakeups_ring_delay_seconds{expected}", series);
        Assert.Contains("switchboard_wakeups_outcomes_total{outcome=\"Confirmed\"} 4", series);
    }

    [Fact]
    public async Task Switched_off_there_is_nothing_at_its_address_and_nothing_listens_to_the_meters()
    {
        await using var worker = await ScrapedWorker.StartAsync(("Metrics:Prometheus", "false"));
        using var answer = await worker.GetAsync("/metrics");
        using var nothing = await worker.GetAsync("/nothing-is-here");
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (answer.StatusCode, nothing.StatusCode));
        Assert.Null(worker.Services.GetService<OpenTelemetry.Metrics.MeterProvider>());
    }

    private static WakeUpAttempt Rang(Duration? after)
    {
        var call = A.Call();
        var attempt = call.Sent();
        attempt.RangAt = after is { } delay ? attempt.DueAt + delay : null;
        call.Record(attempt, new AttemptResult(AttemptOutcome.Confirmed, "1"), A.At(1), A.Rules);
        return attempt;
    }
}
