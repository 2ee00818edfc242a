using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NodaTime;
using NodaTime.Text;
using Serilog.Core;
using Serilog.Events;
using Switchboard.Asterisk.Ami;
using Switchboard.Duty;
using Switchboard.Features.Access;
using Switchboard.Features.Directories;
using Switchboard.Features.Rooms;
using Switchboard.Pbx;
using Switchboard.Persistence;
using Switchboard.Persistence.Local;
using Switchboard.Tests.FakeAsterisk;
using Switchboard.Worker;

namespace Switchboard.Tests.Rig;

/// <summary>
/// A hotel with the worker as <see cref="WorkerHost"/> puts it together, a PBX in this process, a clock that only the test moves, and no
/// PostgreSQL: the worker goes on from this machine's copy, which knows a few rooms and people. A test looks at rows, at what the PBX was
/// asked to do, and at log lines.
/// </summary>
internal sealed class SmallHotel : IAsyncDisposable
{
    /// <summary>Nine in the evening on the hotel's clock, when everybody has gone to their rooms.</summary>
    public static readonly Instant Evening = Instant.FromUtc(2026, 11, 24, 13, 0);

    /// <summary>An operator at the desk.</summary>
    public static readonly Caller Operator = new("desk", Roles.Operator);

    private static readonly string[] Rooms = ["1101", "1102", "1103", "1104", "1105"];

    // What serves the PBX and the store; the others of the worker have nothing to do here.
    private static readonly HashSet<string> Parts = new(StringComparer.Ordinal)
    {
        "DatabaseStartup", "LocalStore", "PbxEventPump", "PbxStateKeeper", "ExtensionProjection", "WakeUpDialer", "TimeWatch",
        "LockSync", "LockKeeper", "DeliveryRunner", "OutageWatch",
    };

    // As long as the worker waits for the PBX's answer to whether another one serves it.
    private static readonly TimeSpan RivalPatience = TimeSpan.FromSeconds(3);

    private readonly string _folder = Directory.CreateTempSubdirectory("switchboard-small-hotel-").FullName;
    private readonly Yesterday _yesterday;
    private readonly Dictionary<string, string> _settings;
    private readonly LogLines _log = new();
    private readonly List<IHostedService> _running = [];
    private WebApplication? _app;

    private SmallHotel(Yesterday yesterday, IEnumerable<(string Key, string Value)> settings)
    {
        _yesterday = yesterday;
        Clock = new StoppedClock(Evening);
        Pbx = new ScriptedPbx(Clock);
        _settings = new Dictionary<string, string>
        {
            ["Hotel:Name"] = "Small Hotel",
            ["Hotel:TimeZone"] = "Asia/Shanghai",
            ["Pbx:Username"] = "switchboard",
            ["Pbx:Secret"] = FakeAsteriskServer.Secret,
            ["Pbx:MessagesDirectory"] = Path.Combine(_folder, "messages"),
            // A socket that is not there: it is refused at once.
            ["Database:ConnectionString"] = $"Host={_folder}/nobody;Database=x;Username=x",
            ["Journal:Directory"] = Path.Combine(_folder, "journal"),
            ["Http:Url"] = "http://127.0.0.1:0",
            ["Http:BootstrapTokenFile"] = Path.Combine(_folder, "admin.token"),
        };
        foreach (var (key, value) in settings) _settings[key] = value;
    }

    public StoppedClock Clock { get; }
    public ScriptedPbx Pbx { get; }

    /// <summary>What this machine keeps for the worker.</summary>
    public string JournalFolder => Path.Combine(_settings["Journal:Directory"], "main");

    /// <summary>Every line of the log so far, with level and id.</summary>
    public IReadOnlyList<LogLine> Log => _log.All;

    private IServiceProvider Services => _app!.Services;

    /// <summary>A hotel whose worker is on duty and without PostgreSQL; connected to its PBX, unless that is away.</summary>
    public static Task<SmallHotel> OpenAsync(params (string Key, string Value)[] settings) => OpenAsync(new Yesterday(), settings);

    /// <summary>The same, with another past.</summary>
    public static async Task<SmallHotel> OpenAsync(Yesterday yesterday, params (string Key, string Value)[] settings)
    {
        var hotel = new SmallHotel(yesterday, settings);
        if (!yesterday.PbxIsThere) await hotel.Pbx.LeaveAsync();
        hotel.Pbx.RefusesReading = !yesterday.PbxIsReadable;
        if (yesterday.HasCopy) hotel.MakeCopy();
        await hotel.StartAsync();
        return hotel;
    }

    /// <summary>So much time passes at once, and what follows from it happens.</summary>
    public Task PassAsync(TimeSpan time) => Clock.PassAsync(time);

    /// <summary>Time passes until the hotel's clock shows this the next time: HH:MM:SS.</summary>
    public Task AtAsync(string clock)
    {
        var zone = DateTimeZoneProviders.Bcl["Asia/Shanghai"];
        var now = Clock.Now.InZone(zone).LocalDateTime;
        var then = now.Date + LocalTimePattern.ExtendedIso.Parse(clock).Value;
        if (then < now) then = then.PlusDays(1);
        return Clock.PassAsync((then.InZoneStrictly(zone).ToInstant() - Clock.Now).ToTimeSpan());
    }

    /// <summary>An instant of the coming morning or of this evening, by the hotel's clock.</summary>
    public static Instant Clocked(string clock)
    {
        var zone = DateTimeZoneProviders.Bcl["Asia/Shanghai"];
        var time = LocalTimePattern.ExtendedIso.Parse(clock).Value;
        var evening = Evening.InZone(zone).Date;
        return ((time.Hour < 12 ? evening.PlusDays(1) : evening) + time).InZoneStrictly(zone).ToInstant();
    }

    /// <summary>The rows of this kind, as they are stored now.</summary>
    public IReadOnlyList<T> All<T>() where T : class => Services.GetRequiredService<LocalCopy>().Where<T>(_ => true);

    /// <summary>The one row of this kind of which that is true.</summary>
    public T One<T>(Func<T, bool> wanted) where T : class => Assert.Single(All<T>(), row => wanted(row));

    /// <summary>Somebody asks a desk of the worker, and what follows from it happens.</summary>
    public async Task<TAnswer> AskAsync<TDesk, TAnswer>(Func<TDesk, Task<TAnswer>> ask) where TDesk : notnull
    {
        try
        {
            await using var scope = Services.CreateAsyncScope();
            return await ask(scope.ServiceProvider.GetRequiredService<TDesk>());
        }
        finally
        {
            await Clock.SettleAsync();
        }
    }

    /// <summary>Somebody is at work with the store, and everybody else waits until that is disposed of.</summary>
    public async Task<IAsyncDisposable> HoldStoreAsync()
    {
        var scope = Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<UnitOfWork>().BeginAsync(CancellationToken.None);
        return scope;
    }

    /// <summary>The worker ends, and another life of it begins on the same machine.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>The worker ends.</summary>
    public async Task StopAsync()
    {
        if (_app is null) return;
        await Task.WhenAll(_running.Select(part => part.StopAsync(CancellationToken.None))).Soon();
        _running.Clear();
        await _app.DisposeAsync();
        _app = null;
    }

    /// <summary>It begins, finds no PostgreSQL, and is on duty.</summary>
    public async Task StartAsync()
    {
        var file = Path.Combine(_folder, "switchboard.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(_settings));
        _app = WorkerHost.Build(file, Adjust);
        foreach (var part in Services.GetServices<IHostedService>().Where(s => Parts.Contains(s.GetType().Name)))
        {
            _running.Add(part);
            await part.StartAsync(CancellationToken.None);
        }

        // PostgreSQL is waited for, for a moment, and so is another worker's word by way of a PBX that does not answer.
        double[] moments = Pbx.IsThere ? [1, 2.1, 0.5, 0.5] : [1, 2.1, 1, 2, 0.5, 0.5];
        foreach (var moment in moments) await Clock.PassAsync(TimeSpan.FromSeconds(moment));
        // It stays away: to ask for it every other second would only cost time.
        await Services.GetRequiredService<DatabaseStartup>().StopAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Pbx.Dispose();
        Directory.Delete(_folder, recursive: true);
        Assert.Empty(Pbx.NotUnderstood);
    }

    private void Adjust(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ILogEventSink>(_log);
        builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));
        builder.Services.Replace(ServiceDescriptor.Singleton(provider =>
        {
            var options = PbxSetup.LinkOptions(provider.GetRequiredService<IOptions<PbxOptions>>().Value);
            options.OpenLine = Pbx.OpenAsync;
            return new AmiConnection(options, Clock, provider.GetRequiredService<ILogger<AmiConnection>>());
        }));
        // There is no other worker in this town.
        builder.Services.Replace(ServiceDescriptor.Singleton<FindRival>(async ct =>
        {
            if (!Pbx.IsThere) await Task.Delay(RivalPatience, Clock, ct);
            return new RivalSearch(null, Asked: Pbx.IsThere);
        }));
    }

    /// <summary>What a worker of yesterday has left on this machine.</summary>
    private void MakeCopy()
    {
        Directory.CreateDirectory(JournalFolder);
        var copy = new LocalCopy();
        foreach (var room in Rooms) copy.Put(new Room(new RoomLine(room, "11", null, "main", [$"PJSIP/{room}"], false), Evening), room);
        foreach (var person in People()) copy.Put(new DirectoryEntry(person, Evening), person.Key);
        var options = new DbContextOptionsBuilder<SwitchboardDb>();
        SwitchboardDb.Configure(options, "Host=nowhere");
        using var db = new SwitchboardDb(options.Options);
        using var file = new LocalCopyFile(copy, new RowImages(db.Model), Clock, NullLogger.Instance);
        file.Open(Path.Combine(JournalFolder, "copy"));
        file.WriteSnapshot();
        var numbers = _yesterday.Reserved.ToDictionary(r => r.Key, r => Enumerable.Range(10_000_001, r.Value), StringComparer.Ordinal);
        File.WriteAllText(Path.Combine(JournalFolder, "numbers.json"), JsonSerializer.Serialize(numbers));
    }

    // The duty manager can be had in the house and outside, and has a deputy.
    private static IEnumerable<DirectoryLine> People() =>
    [
        new(1, "duty-manager", "Li Ming", "Duty manager", "8001", null, "13800000001", null, "security", ["en"]),
        new(2, "security", "Wang Fang", "Security", "8002", null, null, null, null, ["zh"]),
    ];

    private sealed class LogLines : ILogEventSink
    {
        private readonly List<LogLine> _lines = [];

        public IReadOnlyList<LogLine> All
        {
            get { lock (_lines) return [.. _lines]; }
        }

        public void Emit(LogEvent logEvent)
        {
            var id = logEvent.Properties.TryGetValue("EventId", out var value) && value is StructureValue { Properties: var parts }
                && parts.FirstOrDefault(p => p.Name == "Id")?.Value is ScalarValue { Value: int number } ? number : 0;
            var text = logEvent.RenderMessage(CultureInfo.InvariantCulture).Replace("\"", "", StringComparison.Ordinal);
            lock (_lines) _lines.Add(new(logEvent.Level, id, text));
        }
    }
}

/// <summary>What was before the worker began.</summary>
internal sealed class Yesterday
{
    /// <summary>The PBX can be reached.</summary>
    public bool PbxIsThere { get; init; } = true;

    /// <summary>The worker's user at the PBX may see calls.</summary>
    public bool PbxIsReadable { get; init; } = true;

    /// <summary>An earlier life of the worker has left its copy on this machine.</summary>
    public bool HasCopy { get; init; } = true;

    /// <summary>How many numbers of each table were reserved for the time without PostgreSQL.</summary>
    public Dictionary<string, int> Reserved { get; } = new(StringComparer.Ordinal)
    {
        ["wake_up_calls"] = 40,
        ["knock_entries"] = 40,
        ["room_locks"] = 40,
        ["deliveries"] = 40,
        ["messages"] = 40,
    };
}

/// <summary>A line of the log.</summary>
/// <param name="Level">How grave it is.</param>
/// <param name="Id">What it is about, see the runbook.</param>
/// <param name="Text">What it says.</param>
internal sealed record LogLine(LogEventLevel Level, int Id, string Text);
