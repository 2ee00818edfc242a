using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Hosting;
using Switchboard.EventRecord;
using Switchboard.Features.Housekeeping;
using Switchboard.Features.WakeUpCalls;
using Switchboard.Pbx;
using Switchboard.Tests.FakeAsterisk;
using Switchboard.Tests.Pbx;
using Switchboard.Tests.WakeUpCalls;

namespace Switchboard.Tests.Monitoring;

/// <summary>A count is a fact: nothing is counted before it is committed. (That a failing commit counts nothing, a lab test shows.)</summary>
[Collection("meters of this process")]
public sealed class MeterTests
{
    [Fact]
    public async Task A_wake_up_that_ends_is_counted_by_what_the_caller_does_after_its_commit_once()
    {
        await using var worker = await ScrapedWorker.StartAsync();
        await using var scope = worker.Services.CreateAsyncScope();
        using var ended = Collect<long>(worker.Services, WakeUpMeter.Name, "switchboard.wakeups.ended");
        var store = scope.ServiceProvider.GetRequiredService<WakeUpStore>();
        var call = A.Call();
        var effects = call.Attempt(AttemptOutcome.Confirmed, key: "1");
        ended.Clear();

        var after = await store.ApplyAsync(call, effects, CancellationToken.None);
        Assert.Empty(ended.GetMeasurementSnapshot());
        after();
        var one = Assert.Single(ended.GetMeasurementSnapshot());
        Assert.Equal((1L, "Confirmed"), (one.Value, one.Tags["state"]));

        // Whatever else is stored of a call that has ended does not end it again.
        (await store.ApplyAsync(call, WakeUpEffects.None, CancellationToken.None))();
        Assert.Single(ended.GetMeasurementSnapshot());
    }

    [Fact]
    public async Task A_wake_up_that_goes_on_is_not_counted_as_ended()
    {
        await using var worker = await ScrapedWorker.StartAsync();
        await using var scope = worker.Services.CreateAsyncScope();
        using var ended = Collect<long>(worker.Services, WakeUpMeter.Name, "switchboard.wakeups.ended");
        var store = scope.ServiceProvider.GetRequiredService<WakeUpStore>();
        var call = A.Call();
        var effects = call.Attempt(AttemptOutcome.NoAnswer);
        ended.Clear();
        (await store.ApplyAsync(call, effects, CancellationToken.None))();
        Assert.Empty(ended.GetMeasurementSnapshot());
    }

    [Fact]
    public async Task An_entry_of_the_list_is_counted_by_what_the_caller_does_after_its_commit()
    {
        await using var worker = await ScrapedWorker.StartAsync();
        await using var scope = worker.Services.CreateAsyncScope();
        using var listed = Collect<long>(worker.Services, KnockMeter.Name, "switchboard.knocks.listed");
        var after = scope.ServiceProvider.GetRequiredService<KnockList>().Add(
            new KnockRequest("wake-up", Guid.NewGuid(), 1, "main", "1203", "12", A.When.Date, A.When.Time, A.When.Zone, "no answer", []));
        Assert.Empty(listed.GetMeasurementSnapshot());
        after();
        Assert.Equal(1, Assert.Single(listed.GetMeasurementSnapshot()).Value);
    }

    [Fact]
    public async Task The_link_is_connected_when_its_calls_were_read_and_each_login_counts()
    {
        using var server = new FakeAsteriskServer();
        await using var services = PbxResyncTests.Services(server.Port);
        var pbx = services.GetRequiredService<HotelPbx>();
        using var connected = Collect<int>(services, PbxMeter.Name, "switchboard.pbx.connected");
        using var connects = Collect<long>(services, PbxMeter.Name, "switchboard.pbx.connects");
        var changes = System.Threading.Channels.Channel.CreateUnbounded<bool>();
        pbx.ReadinessChanged += () => changes.Writer.TryWrite(pbx.IsReady);
        var hosted = services.GetServices<IHostedService>().OfType<PbxEventPump>().Single();
        await hosted.StartAsync(CancellationToken.None);

        using (var session = await server.AcceptAndBootAsync())
        {
            Assert.Equal(0, Observe(connected));
            await PbxResyncTests.AnswerStateAsync(session);
            Assert.True(await changes.Reader.ReadAsync().AsTask().Soon());
            Assert.Equal((1, 1L), (Observe(connected), Observe(connects)));
        }

        Assert.False(await changes.Reader.ReadAsync().AsTask().Soon());
        Assert.Equal((0, 1L), (Observe(connected), Observe(connects)));
        using var again = await server.AcceptAndBootAsync();
        await PbxResyncTests.AnswerStateAsync(again);
        Assert.True(await changes.Reader.ReadAsync().AsTask().Soon());
        Assert.Equal((1, 2L), (Observe(connected), Observe(connects)));
        Assert.Equal("main", connects.LastMeasurement!.Tags["pbx"]);
        await hosted.StopAsync(new CancellationToken(canceled: true));
    }

    [Fact]
    public void Events_are_counted_with_their_PBX_and_the_journals_are_asked_when_somebody_looks()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var stored = Collect<long>(services, EventRecordMeter.Name, "switchboard.events.stored");
        using var lag = Collect<double>(services, EventRecordMeter.Name, "switchboard.events.lag");
        using var size = Collect<long>(services, EventRecordMeter.Name, "switchboard.journal.size");
        var meter = new EventRecordMeter(services.GetRequiredService<IMeterFactory>(), "main");
        var waits = 0L;
        meter.Watch("events", () => waits, () => 1000);
        meter.Stored(5);
        meter.Stored(2);
        meter.Lag(TimeSpan.FromMilliseconds(1500));
        Assert.Equal([0, 5, 2], stored.GetMeasurementSnapshot().Select(m => m.Value));
        Assert.Equal("main", stored.LastMeasurement!.Tags["pbx"]);
        Assert.Equal(1.5, lag.LastMeasurement!.Value);
        waits = 700;
        size.RecordObservableInstruments();
        Assert.Equal((700L, "events"), (size.LastMeasurement!.Value, size.LastMeasurement.Tags["journal"]));
    }

    private static T Observe<T>(MetricCollector<T> collector)
        where T : struct
    {
        collector.RecordObservableInstruments();
        return collector.LastMeasurement!.Value;
    }

    private static MetricCollector<T> Collect<T>(IServiceProvider services, string meter, string instrument)
        where T : struct => new(services.GetRequiredService<IMeterFactory>(), meter, instrument);
}
