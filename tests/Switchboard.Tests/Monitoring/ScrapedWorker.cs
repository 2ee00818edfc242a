using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Switchboard.EventRecord;
using Switchboard.Features.Phones;
using Switchboard.Pbx;
using Switchboard.Persistence;
using Switchboard.Tests.Web;
using Switchboard.Web;
using Switchboard.Worker;

namespace Switchboard.Tests.Monitoring;

/// <summary>The worker's own host with its endpoints and meters; what would connect to a PBX or a database does not run.</summary>
internal sealed class ScrapedWorker : IAsyncDisposable
{
    private readonly string _file = Path.GetTempFileName();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly ILoggerFactory _logging;
    private readonly WebApplication _app;

    private ScrapedWorker(params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string>
        {
            ["Hotel:Name"] = "Test Hotel",
            ["Hotel:TimeZone"] = "Asia/Shanghai",
            ["Pbx:Username"] = "switchboard",
            ["Pbx:Secret"] = "s3cret",
            ["Database:ConnectionString"] = "Host=127.0.0.1;Port=1;Database=x;Username=x",
            ["Journal:Directory"] = Path.Combine(Path.GetTempPath(), "switchboard-no-journal"),
            ["Http:Url"] = "http://127.0.0.1:0",
        };
        foreach (var (key, value) in settings) all[key] = value;
        File.WriteAllText(_file, JsonSerializer.Serialize(all));
        _logging = LoggerFactory.Create(logging => logging.AddProvider(Log));
        _app = WorkerHost.Build(_file, builder =>
        {
            foreach (var worker in builder.Services.Where(s => s.ServiceType == typeof(IHostedService) && s.ImplementationType?.Namespace?.StartsWith("Microsoft", StringComparison.Ordinal) != true).ToList())
                builder.Services.Remove(worker);
            builder.Services.AddSingleton<ILogger<ExportTrouble>>(_ => _logging.CreateLogger<ExportTrouble>());
        });
    }

    public LogLines Log { get; } = new();

    public IServiceProvider Services => _app.Services;

    /// <summary>The meter that the event record counts with.</summary>
    public EventRecordMeter EventRecord { get; private set; } = null!;

    public static async Task<ScrapedWorker> StartAsync(params (string Key, string Value)[] settings)
    {
        var worker = new ScrapedWorker(settings);
        await worker._app.StartAsync();
        // What the services do that do not run here.
        worker.Services.GetRequiredService<PbxMeter>().Watch(worker.Services.GetRequiredService<HotelPbx>());
        worker.Services.GetRequiredService<PbxMeter>().Watch(worker.Services.GetRequiredService<PbxState>(), "main");
        worker.Services.GetRequiredService<DatabaseMeter>().Watch(worker.Services.GetRequiredService<WorkerLease>());
        worker.Services.GetRequiredService<PhoneMeter>().Watch(worker.Services.GetRequiredService<PhoneBoard>());
        worker.EventRecord = worker.Services.GetRequiredService<EventRecordMeter>();
        return worker;
    }

    public async Task<HttpResponseMessage> GetAsync(string path)
    {
        var url = Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return await _http.GetAsync(new Uri($"{url}{path}"));
    }

    /// <summary>The lines of /metrics that are series; "name{} 1" is "name 1".</summary>
    public async Task<IReadOnlyList<string>> ScrapeAsync()
    {
        using var answer = await GetAsync("/metrics");
        var text = await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
        return [.. text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Replace("{}", "", StringComparison.Ordinal))];
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
        _logging.Dispose();
        File.Delete(_file);
    }
}
