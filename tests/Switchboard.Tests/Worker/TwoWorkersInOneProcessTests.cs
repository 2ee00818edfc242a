using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Serilog.Core;
using Serilog.Events;
using Switchboard.Features.Hotel;
using Switchboard.Features.WakeUpCalls;
using Switchboard.Worker;

namespace Switchboard.Tests.Worker;

/// <summary>Two workers beside each other in one process share nothing: that is what lets a test run a worker beside itself.</summary>
public sealed class TwoWorkersInOneProcessTests : IAsyncLifetime
{
    private readonly OneWorker _main = new("main", "Asia/Shanghai");
    private readonly OneWorker _annex = new("annex", "America/New_York");

    public async ValueTask InitializeAsync()
    {
        await _main.StartAsync();
        await _annex.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _main.DisposeAsync();
        await _annex.DisposeAsync();
    }

    [Fact]
    public async Task Each_has_its_own_PBX_zone_log_and_figures()
    {
        // Neither PBX is there, and each says so of its own.
        await _main.SaysAsync("PBX main");
        await _annex.SaysAsync("PBX annex");
        Assert.DoesNotContain(_main.Lines, line => line.Contains("annex", StringComparison.Ordinal));
        Assert.DoesNotContain(_annex.Lines, line => line.Contains("PBX main", StringComparison.Ordinal));
        Assert.Equal(("Asia/Shanghai", "America/New_York"), (_main.Zone, _annex.Zone));
        // The process's own logger, which any library may write to, is nobody's.
        Assert.Equal("Serilog.Core.Pipeline.SilentLogger", Serilog.Log.Logger.GetType().FullName);

        var (here, there) = (await _main.FiguresAsync(), await _annex.FiguresAsync());
        Assert.Contains(here, line => line.Contains("pbx=\"main\"", StringComparison.Ordinal));
        Assert.DoesNotContain(here, line => line.Contains("pbx=\"annex\"", StringComparison.Ordinal));
        Assert.Contains(there, line => line.Contains("pbx=\"annex\"", StringComparison.Ordinal));
        Assert.DoesNotContain(there, line => line.Contains("pbx=\"main\"", StringComparison.Ordinal));
        Assert.Single(here, line => line.StartsWith("switchboard_build_info{", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_one_counts_the_other_does_not()
    {
        _main.Services.GetRequiredService<WakeUpMeter>().Due(7);

        Assert.Contains("switchboard_wakeups_due_total 7", await _main.FiguresAsync());
        Assert.Contains("switchboard_wakeups_due_total 0", await _annex.FiguresAsync());
    }

    [Fact]
    public async Task When_one_is_stopped_the_other_goes_on()
    {
        await _main.StopAsync();

        Assert.NotEmpty(await _annex.FiguresAsync());
        Assert.Equal("live", await _annex.GetAsync("/health/live"));
        _annex.Services.GetRequiredService<ILogger<TwoWorkersInOneProcessTests>>().LogInformation("the annex goes on");
        await _annex.SaysAsync("the annex goes on");
        // It still tries to reach what it has not.
        Assert.False(_annex.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
    }

    [Fact]
    public async Task One_that_is_stopped_before_it_has_started_ends_as_one_that_was_stopped()
    {
        await using var early = new OneWorker("early", "UTC");

        Assert.Equal(0, await early.RunAsync(new CancellationToken(canceled: true)));
    }

    [Fact]
    public void A_zone_that_comes_into_use_has_not_changed()
    {
        var before = SystemZones.Refresh();
        SystemZones.Get("Pacific/Chatham");

        Assert.Equal(before, SystemZones.Refresh());
        Assert.Equal(before, SystemZones.Refresh());
    }

    private sealed class OneWorker(string pbx, string zone) : IAsyncDisposable, ILogEventSink
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("switchboard-two-").FullName;
        private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
        private WebApplication? _app;

        public ConcurrentQueue<string> Lines { get; } = new();

        public IServiceProvider Services => _app!.Services;

        public string Zone => Services.GetRequiredService<IOptions<HotelOptions>>().Value.Zone.Id;

        public void Emit(LogEvent logEvent) => Lines.Enqueue(logEvent.RenderMessage());

        public async Task StartAsync()
        {
            _app = await BuildAsync();
            await _app.StartAsync();
        }

        /// <summary>From its start to its end; its exit code.</summary>
        public async Task<int> RunAsync(CancellationToken ct)
        {
            await using var app = await BuildAsync();
            return await WorkerHost.RunAsync(app, ct);
        }

        private async Task<WebApplication> BuildAsync()
        {
            var file = Path.Combine(_folder, "switchboard.json");
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new Dictionary<string, string>
            {
                ["Hotel:Name"] = "Test Hotel",
                ["Hotel:TimeZone"] = zone,
                ["Pbx:Name"] = pbx,
                // Nobody is there.
                ["Pbx:Port"] = "1",
                ["Pbx:Username"] = "switchboard",
                ["Pbx:Secret"] = "s3cret",
                ["FastAgi:Port"] = $"{FreePort()}",
                ["Database:ConnectionString"] = "Host=127.0.0.1;Port=1;Database=x;Username=x",
                ["Journal:Directory"] = Path.Combine(_folder, "journal"),
                ["Http:Url"] = "http://127.0.0.1:0",
                ["Http:BootstrapTokenFile"] = Path.Combine(_folder, "admin.token"),
            }));
            return WorkerHost.Build(file, builder => builder.Services.AddSingleton<ILogEventSink>(this));
        }

        private static int FreePort()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        public async Task<string> GetAsync(string path)
        {
            var url = Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
            return await _http.GetStringAsync(new Uri($"{url}{path}"));
        }

        public async Task<IReadOnlyList<string>> FiguresAsync() =>
            [.. (await GetAsync("/metrics")).Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Replace("{}", "", StringComparison.Ordinal))];

        /// <summary>Waits until its log has said this.</summary>
        public async Task SaysAsync(string text)
        {
            var began = TimeProvider.System.GetTimestamp();
            while (!Lines.Any(line => line.Contains(text, StringComparison.Ordinal)))
            {
                Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(30), $"'{text}' is not in:\n{string.Join('\n', Lines)}");
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }
        }

        public async Task StopAsync()
        {
            if (_app is null) return;
            await _app.StopAsync();
            await _app.DisposeAsync();
            _app = null;
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            _http.Dispose();
            Directory.Delete(_folder, recursive: true);
        }
    }
}
