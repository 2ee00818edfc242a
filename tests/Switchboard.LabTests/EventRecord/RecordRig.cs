using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NodaTime;
using Npgsql;
using Switchboard.Asterisk.Ami;
using Switchboard.EventRecord;
using Switchboard.Journal;
using Switchboard.LabTests.Lab;
using Switchboard.Persistence;
using Switchboard.Web;

namespace Switchboard.LabTests.EventRecord;

/// <summary>The record's own parts on a database, without PBX and worker, with all that they log and count.</summary>
internal sealed class RecordRig : IAsyncDisposable, ILogger<EventWriter>
{
    public const string Stored = "switchboard.events.stored";
    public const string Lost = "switchboard.events.lost";

    private readonly string _folder = LabFiles.NewFolder("record");
    private readonly string _connectionString;
    private readonly ServiceProvider _services;
    private readonly MeterListener _meters = new();
    private readonly ConcurrentDictionary<string, long> _counted = new();
    private readonly ConcurrentQueue<string> _log = new();
    private readonly FoldedWarnings _warnings = new(TimeProvider.System);
    private Task _writing = Task.CompletedTask;
    private long _sequence;

    public RecordRig(string connectionString, EventRecordOptions? options = null, long journalLimit = 1L << 30)
    {
        _connectionString = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;
        var database = Options.Create(new DatabaseOptions { ConnectionString = _connectionString });
        Settings = Options.Create(options ?? new EventRecordOptions());
        _services = new ServiceCollection().AddMetrics().AddDbContext<SwitchboardDb>(b => SwitchboardDb.Configure(b, _connectionString)).BuildServiceProvider();
        Count();
        Meter = new EventRecordMeter(_services.GetRequiredService<IMeterFactory>(), "main");
        Partitions = new EventPartitions(Settings);
        Store = new EventStore(database, Partitions);
        Queue = new EventQueue(Settings, TimeProvider.System);
        Journal = new EventJournal(Options.Create(new JournalOptions { Directory = _folder, EventsLimit = journalLimit }), "main", NullLogger<EventJournal>.Instance);
        Writer = new EventWriter(
            "main", Queue, Store, Journal, new EventHistory(_services.GetRequiredService<IServiceScopeFactory>()), Meter, _warnings, TimeProvider.System, SystemClock.Instance, this);
        Encoder = new EventEncoder("main", Settings.Value, _ => null);
        Session = EventSession.Begin("main", EventSession.Ami, SystemClock.Instance.GetCurrentInstant());
    }

    public IOptions<EventRecordOptions> Settings { get; }
    public EventRecordMeter Meter { get; }
    public EventPartitions Partitions { get; }
    public EventStore Store { get; }
    public EventQueue Queue { get; }
    public EventJournal Journal { get; }
    public EventWriter Writer { get; }
    public EventEncoder Encoder { get; }
    public EventSession Session { get; }
    public string Log => string.Join('\n', _log);
    public long LastSequence => _sequence;

    /// <summary>Called with every measurement of the counters, such as <see cref="Stored"/>.</summary>
    public Action<string, long>? Counting { get; set; }

    /// <summary>Called with every batch's lag, in seconds.</summary>
    public Action<double>? Lagging { get; set; }

    public long Counted(string counter) => _counted.GetValueOrDefault(counter);

    public void Start() => _writing = Task.Run(() => Writer.RunAsync(CancellationToken.None));

    public async Task StopAsync()
    {
        Queue.Complete();
        await _writing.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
    }

    /// <summary>Puts an event into the queue, as the recorder does.</summary>
    public ValueTask HearAsync(string headers) => Queue.AddAsync(Session, Encoder, Message(headers), ++_sequence, SystemClock.Instance.GetCurrentInstant(), CancellationToken.None);

    /// <summary>A chunk of these events.</summary>
    public EventChunk Chunk(params string[] events)
    {
        var chunk = new EventChunk(Session);
        foreach (var headers in events) Encoder.Encode(Message(headers), chunk, ++_sequence, SystemClock.Instance.GetCurrentInstant());
        return chunk;
    }

    /// <summary>So many small events.</summary>
    public EventChunk Chunk(int count) => Chunk([.. Enumerable.Range(0, count).Select(i => $"Event: Newstate\r\nUniqueid: 1764000000.{i}\r\n")]);

    public Task<bool> WriteAsync(EventChunk chunk) => Store.WriteAsync(chunk, TimeProvider.System, CancellationToken.None);

    public async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(_connectionString);
        await connection.OpenAsync();
        return connection;
    }

    public async Task<T?> QueryAsync<T>(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Store.DisposeAsync();
        Journal.Dispose();
        _warnings.Dispose();
        _meters.Dispose();
        await _services.DisposeAsync();
        LabFiles.Remove(_folder);
    }

    private static AmiMessage Message(string headers) => new(Encoding.UTF8.GetBytes(headers));

    private void Count()
    {
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == EventRecordMeter.Name && instrument.Meter.Scope == _services.GetRequiredService<IMeterFactory>()) listener.EnableMeasurementEvents(instrument);
        };
        _meters.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
        {
            _counted.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
            Counting?.Invoke(instrument.Name, value);
        });
        _meters.SetMeasurementEventCallback<double>((_, value, _, _) => Lagging?.Invoke(value));
        _meters.Start();
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _log.Enqueue($"{logLevel} {formatter(state, exception)}");
}
