using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MimeKit;
using NodaTime;
using Npgsql;
using SmtpServer;
using SmtpServer.Protocol;
using SmtpServer.Storage;
using Switchboard.Features.Deliveries;
using Switchboard.Features.Directories;
using Switchboard.LabTests.Lab;
using Switchboard.Pbx;
using Switchboard.Persistence.Local;
using Switchboard.Worker;

namespace Switchboard.LabTests.Deliveries;

/// <summary>A worker in this process whose deliveries carry what a test gives them, with a real Asterisk, its phones, a line to outside and a mail server.</summary>
internal sealed class DeliveryRig : IAsyncDisposable
{
    private readonly string _folder = LabFiles.NewFolder("deliver");
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, string> _settings;
    private readonly ConcurrentDictionary<Guid, DeliveredContent> _hidden = new();
    private WebApplication? _worker;

    public DeliveryRig(string connectionString, IReadOnlyDictionary<string, string>? settings = null)
    {
        int phones = FreePorts.Udp(), line = FreePorts.Udp(), smtp = FreePorts.Tcp();
        Pbx = new LabAsterisk(LabHotel.RoomsOf("1185", "2185", "3185", "5185", "6185", "7185"), phones, line);
        Phones = new LabPhones(Pbx, phones);
        Outside = new LabPhones(Pbx, line, "outside");
        ConnectionString = connectionString;
        _settings = new()
        {
            ["Hotel:Name"] = "Lab Hotel",
            ["Hotel:TimeZone"] = "Asia/Shanghai",
            ["Hotel:Languages"] = "en",
            ["Pbx:Port"] = $"{Pbx.AmiPort}",
            ["Pbx:Username"] = "switchboard",
            ["Pbx:SecretFile"] = Pbx.SecretFile,
            ["FastAgi:Port"] = $"{FreePorts.Tcp()}",
            ["Database:ConnectionString"] = connectionString,
            ["Journal:Directory"] = Path.Combine(_folder, "journal"),
            ["Http:Url"] = Url,
            ["Http:BootstrapTokenFile"] = TokenFile,
            ["Deliveries:RingTime"] = "00:00:02",
            ["Deliveries:Pause"] = "00:00:01",
            ["Speech:Command:0"] = Path.Combine(LabFiles.Root, "deploy", "say"),
            ["Pbx:MessagesDirectory"] = Messages,
            ["Mail:Host"] = "127.0.0.1",
            ["Mail:Port"] = $"{smtp}",
            ["Mail:Security"] = "None",
            ["Mail:From"] = "switchboard@hotel.example",
        };
        foreach (var (key, value) in settings ?? new Dictionary<string, string>()) _settings[key] = value;
        var services = new SmtpServer.ComponentModel.ServiceProvider();
        services.Add((IMessageStore)Inbox);
        _ = new SmtpServer.SmtpServer(new SmtpServerOptionsBuilder().ServerName("localhost").Endpoint(e => e.Endpoint(new IPEndPoint(IPAddress.Loopback, smtp))).Build(), services).StartAsync(_stop.Token);
    }

    public LabAsterisk Pbx { get; }
    public LabPhones Phones { get; }
    public LabPhones Outside { get; }
    public string ConnectionString { get; }
    public string Url { get; } = $"http://127.0.0.1:{FreePorts.Tcp()}";
    public string TokenFile => Path.Combine(_folder, "admin.token");

    /// <summary>The folder that the PBX calls SB_MESSAGES.</summary>
    public string Messages => Path.Combine(Pbx.Folder, "spool", "switchboard-messages");

    public MailInbox Inbox { get; } = new();

    /// <summary>What there is to deliver.</summary>
    public ConcurrentDictionary<Guid, DeliveredContent> Contents { get; } = new();

    /// <summary>Whom the feature that asked was told of.</summary>
    public ConcurrentQueue<string> Acknowledged { get; } = new();

    /// <summary>What the desk wrote into the log.</summary>
    public ConcurrentQueue<string> Logged { get; } = new();

    public IServiceProvider Services => _worker!.Services;

    public async Task StartAsync()
    {
        await Pbx.StartAsync();
        Pbx.ShortenPrompts();
        await Phones.StartAsync(register: false);
        await Outside.StartAsync(register: false);
        await StartWorkerAsync();
    }

    public async Task StartWorkerAsync()
    {
        var config = Path.Combine(_folder, "worker.json");
        await File.WriteAllTextAsync(config, JsonSerializer.Serialize(_settings));
        _worker = WorkerHost.Build(config, builder =>
        {
            builder.Services.AddSingleton<ILogger<DeliveryDesk>>(new Lines(Logged));
            builder.Services.AddScoped<DeliveryContent>(_ => (subject, _) => Task.FromResult(Contents.GetValueOrDefault(subject)));
            builder.Services.AddScoped<DeliveryAcknowledged>(provider => (subject, by, _, _) =>
            {
                // Inside the unit of work: what is told here is rolled back with it.
                Assert.NotNull(provider.GetRequiredService<UnitOfWork>());
                return Task.FromResult<Action?>(() => Acknowledged.Enqueue(by));
            });
        });
        await _worker.StartAsync();
        Assert.True(await Eventually.TrueAsync(() => Services.GetRequiredService<LocalStore>().CanServe && Services.GetRequiredService<HotelPbx>().IsReady, TimeSpan.FromSeconds(30)));
    }

    /// <summary>This machine's copy was filled: it could go on without PostgreSQL.</summary>
    public bool HasCopy() => LabFiles.HasCopy(Path.Combine(_folder, "journal"));

    /// <summary>As if it died: what it knew in memory is gone, and nothing was ended.</summary>
    public async Task StopWorkerAsync()
    {
        await _worker!.StopAsync();
        await _worker.DisposeAsync();
        _worker = null;
    }

    public async Task ImportAsync(string csv)
    {
        await using var scope = Services.CreateAsyncScope();
        using var text = new StringReader("key,name,title,extension,hours,mobile,mail,deputy,languages\n" + csv);
        await scope.ServiceProvider.GetRequiredService<DirectoryBook>().ImportAsync(DirectoryCsv.Parse(text, ["zh", "en"]), replace: true, CancellationToken.None);
    }

    /// <summary>A text to be delivered, or a recording; returns its id. Hidden it cannot be found until it is shown.</summary>
    public async Task<Guid> RequestAsync(string person, string? text = null, bool hide = false)
    {
        var subject = Guid.CreateVersion7();
        string? file = null;
        if (text is null)
        {
            file = Path.Combine(Messages, $"1764137000123-{subject:N}.wav");
            File.Copy(Path.Combine(Pbx.Folder, "data", "sounds", "en", "switchboard", "confirmed.wav"), file);
        }

        (hide ? _hidden : Contents)[subject] = new DeliveredContent(text, file, "Mr. Guest, 02112345678", SystemClock.Instance.GetCurrentInstant());
        await using var scope = Services.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(CancellationToken.None);
        var after = await scope.ServiceProvider.GetRequiredService<DeliveryDesk>().RequestAsync(subject, person, "desk/1007", CancellationToken.None);
        await work.CommitAsync(CancellationToken.None);
        after();
        return subject;
    }

    public void Show(Guid subject) => Contents[subject] = _hidden[subject];

    /// <summary>Its attempts as PERSON WAY OUTCOME, in order, and its state.</summary>
    public Task<string?> StoryAsync(Guid subject) => QueryAsync($"""
        select (select string_agg(format('%s %s %s', person, way, coalesce(outcome, '-')), ', ' order by a.number) from delivery_attempts a where a.delivery_id = d.id) || '; ' || state || coalesce(' by ' || ended_by || ' ' || ended_how, '')
        from deliveries d where subject = '{subject}'
        """);

    public async Task WaitForStoryAsync(Guid subject, string story, int seconds = 30)
    {
        string? last = null;
        Assert.True(await Eventually.TrueAsync(async () => (last = await StoryAsync(subject)) == story, TimeSpan.FromSeconds(seconds)),
            $"the delivery should be: {story}\nbut is: {last}\n{await QueryAsync("select string_agg(detail, '; ' order by number) from delivery_attempts")}\n{string.Join('\n', Pbx.ReadLog().TakeLast(10))}");
    }

    public async Task<string?> QueryAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() as string;
    }

    public Task<(int Code, string Said)> CliAsync(params string[] arguments) => LabCli.RunAsync(arguments, ("SWITCHBOARD_URL", Url), ("SWITCHBOARD_TOKEN_FILE", TokenFile));

    public async ValueTask DisposeAsync()
    {
        if (_worker is not null) await StopWorkerAsync();
        await _stop.CancelAsync();
        _stop.Dispose();
        await Phones.DisposeAsync();
        await Outside.DisposeAsync();
        await Pbx.DisposeAsync();
        LabFiles.Remove(_folder);
    }

    private sealed class Lines(ConcurrentQueue<string> lines) : ILogger<DeliveryDesk>
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => lines.Enqueue(formatter(state, exception));
    }

    internal sealed class MailInbox : MessageStore
    {
        public ConcurrentQueue<MimeMessage> Mails { get; } = new();

        public override async Task<SmtpResponse> SaveAsync(ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
        {
            using var stream = new MemoryStream(buffer.ToArray());
            Mails.Enqueue(await MimeMessage.LoadAsync(stream, cancellationToken));
            return SmtpResponse.Ok;
        }
    }
}
