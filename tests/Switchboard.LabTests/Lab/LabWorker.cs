using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Switchboard.LabTests.Lab;

/// <summary>
/// The worker as a hotel runs it, with its configuration in a file. It runs beside the tests, which starts it in a moment; where it is killed, stalled,
/// measured or given a clock or an environment of its own, in a process of its own.
/// </summary>
internal sealed class LabWorker : IAsyncDisposable
{
    private readonly string _folder;
    private readonly Dictionary<string, string> _settings;
    private bool _ownProcess;
    private IWorkerLife? _life;
    private readonly StringBuilder _earlier = new();
    private string _lastAnswer = "none";

    public LabWorker(string folder, LabAsterisk pbx, string connectionString, IReadOnlyDictionary<string, string>? settings = null, bool ownProcess = false)
    {
        _ownProcess = ownProcess;
        _folder = folder;
        _settings = new Dictionary<string, string>
        {
            ["Hotel:Name"] = "Lab Hotel",
            ["Hotel:TimeZone"] = "Asia/Shanghai",
            ["Pbx:Port"] = pbx.AmiPort.ToString(CultureInfo.InvariantCulture),
            ["FastAgi:Port"] = AgiPort.ToString(CultureInfo.InvariantCulture),
            ["Pbx:Username"] = "switchboard",
            ["Pbx:SecretFile"] = pbx.SecretFile,
            ["Database:ConnectionString"] = connectionString,
            ["Journal:Directory"] = JournalFolder,
            ["EventRecord:CelFile"] = Path.Combine(pbx.Folder, "log", "cel-custom", "cel.csv"),
            ["Pbx:MessagesDirectory"] = Path.Combine(pbx.Folder, "spool", "switchboard-messages"),
            ["Http:Url"] = Url,
            ["Http:BootstrapTokenFile"] = AdminTokenFile,
            ["WakeUpCalls:RingTime"] = "00:00:05",
            ["WakeUpCalls:Pause"] = "00:00:02",
            ["WakeUpCalls:SnoozeTime"] = "00:00:03",
            ["WakeUpCalls:Greetings"] = "1",
            ["WakeUpCalls:GreetingPause"] = "00:00:01",
        };
        foreach (var (key, value) in settings ?? new Dictionary<string, string>()) _settings[key] = value;
        Http = new HttpClient { BaseAddress = new Uri(Url), Timeout = TimeSpan.FromSeconds(10) };
    }

    /// <summary>What its own process finds in its environment.</summary>
    public Dictionary<string, string> Environment { get => Own(field); } = [];

    public string Url { get; } = $"http://127.0.0.1:{FreePorts.Tcp()}";
    public int AgiPort { get; } = FreePorts.Tcp();
    public HttpClient Http { get; }
    public string JournalFolder => Path.Combine(_folder, "journal");
    public string ConfigFile => Path.Combine(_folder, "worker.json");
    public string AdminTokenFile => Path.Combine(_folder, "admin.token");

    /// <summary>The pid of its present life.</summary>
    public int ProcessId => _life!.Pid;

    /// <summary>Everything that its lives have written so far.</summary>
    public string Log => _earlier + (_life?.Output ?? "");

    /// <summary>What starts a worker in its own process: the one beside these tests, or, as deploy/test has it, the shipped one that SWITCHBOARD_TEST_WORKER names.</summary>
    public static string[] Command { get; } = System.Environment.GetEnvironmentVariable("SWITCHBOARD_TEST_WORKER") is { Length: > 0 } shipped
        ? [shipped]
        : ["dotnet", Path.Combine(AppContext.BaseDirectory, "switchboard.dll")];

    public Task StartAsync(bool waitUntilReady = true) =>
        StartTimes.OfAsync(_ownProcess ? "a worker in its own process" : "a worker beside the tests", () => ComeUpAsync(waitUntilReady));

    private async Task ComeUpAsync(bool waitUntilReady)
    {
        await BeginAsync();
        var up = await Eventually.TrueAsync(() => _life!.HasExited ? Task.FromResult(true) : AnswersAsync(waitUntilReady ? "/health/ready" : "/health/live"), TimeSpan.FromSeconds(60));
        if (!up || _life!.HasExited) throw new InvalidOperationException($"the worker did not come up; its last answer: {_lastAnswer}\n{Log}");
        if (File.Exists(AdminTokenFile)) UseToken(await File.ReadAllTextAsync(AdminTokenFile));
    }

    /// <summary>Starts it and waits for nothing.</summary>
    public async Task BeginAsync()
    {
        await WriteConfigurationAsync();
        _life = _ownProcess
            ? new WorkerInItsOwnProcess(await LabProcess.StartAsync("env", [.. Environment.Select(e => $"{e.Key}={e.Value}"), .. Command, "run", "--config", ConfigFile]))
            : WorkerInThisProcess.Start(ConfigFile);
    }

    /// <summary>For who reads its configuration while it does not run.</summary>
    public Task WriteConfigurationAsync() => File.WriteAllTextAsync(ConfigFile, JsonSerializer.Serialize(_settings));

    public void UseToken(string token) => Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.Trim());

    /// <summary>Changes its configuration; its next start reads it.</summary>
    public void Set(string key, string value) => _settings[key] = value;

    /// <summary>The worker's time of day may be set from now on, its monotonic clock and this machine's stay as they are (libfaketime).</summary>
    public void UseClockOfItsOwn()
    {
        SetClock("+0");
        Environment["LD_PRELOAD"] = Directory.EnumerateFiles("/usr/lib", "libfaketime.so.1", SearchOption.AllDirectories).First();
        Environment["FAKETIME_TIMESTAMP_FILE"] = ClockFile;
        Environment["FAKETIME_NO_CACHE"] = "1";
        Environment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
    }

    /// <summary>So many seconds from this machine's time, such as <c>+300</c>.</summary>
    public void SetClock(string by)
    {
        File.WriteAllText(ClockFile + ".new", by);
        File.Move(ClockFile + ".new", ClockFile, overwrite: true);
    }

    private string ClockFile => Path.Combine(_folder, "offset");

    /// <summary>As a machine that swaps, or a virtual one that is moved: it does nothing, and nobody is told.</summary>
    public Task PauseAsync() => SignalAsync("STOP");

    public Task ContinueAsync() => SignalAsync("CONT");

    /// <summary>kill -9. Where only this life is to be killed, the next one may run beside the tests, for a tenth of the cost.</summary>
    public async Task KillAsync(bool nextBeside = false)
    {
        await SignalAsync("KILL");
        await EndedAsync();
        if (nextBeside) _ownProcess = false;
    }

    /// <summary>Asks it to stop, and waits until it has; its exit code.</summary>
    public async Task<int> StopAsync()
    {
        await _life!.StopAsync();
        return await EndedAsync();
    }

    /// <summary>STOP and CONT: it hears and does nothing meanwhile.</summary>
    public Task SignalAsync(string signal) => ((WorkerInItsOwnProcess)Own(_life!)).SignalAsync(signal);

    public Task<int> WaitForExitAsync(int seconds) => _life!.WaitForExitAsync(TimeSpan.FromSeconds(seconds));

    public async Task<bool> AnswersAsync(string path)
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri(path, UriKind.Relative));
            _lastAnswer = $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception none) when (none is HttpRequestException or TaskCanceledException)
        {
            _lastAnswer = none.Message;
            return false;
        }
    }

    /// <summary>Waits until the log has said this so often, within 15 s unless told otherwise: nobody waits longer for a line at 3 a.m.</summary>
    public async Task WaitForLogAsync(string text, int seconds = 15, int times = 1) =>
        Assert.True(await Eventually.TrueAsync(() => Said(text) >= times, TimeSpan.FromSeconds(seconds)), $"the log did not say '{text}' {times} times, but {Said(text)}:\n{Log}");

    /// <summary>How many lines of the log hold this.</summary>
    public int Said(string text) => Log.Split('\n').Count(line => line.Contains(text, StringComparison.Ordinal));

    public async Task<JsonElement> GetAsync(string path) => await Http.GetFromJsonAsync<JsonElement>(new Uri(path, UriKind.Relative));

    /// <summary>The same; none while the worker says that only PostgreSQL knows, and that is away.</summary>
    public async Task<JsonElement?> LookAsync(string path)
    {
        using var answer = await TrySendAsync(HttpMethod.Get, path, null);
        var said = await answer.Content.ReadAsStringAsync();
        var isAway = answer.StatusCode == HttpStatusCode.ServiceUnavailable;
        if (isAway && said.Contains("is not in this machine's copy", StringComparison.Ordinal)) return null;
        answer.EnsureSuccessStatusCode();
        return JsonSerializer.Deserialize<JsonElement>(said);
    }

    /// <summary>Sends and expects success; the answer's body else stands in the failure.</summary>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, object body)
    {
        using var answer = await TrySendAsync(method, path, body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {(int)answer.StatusCode} {text}");
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    public async Task<HttpResponseMessage> TrySendAsync(HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is string csv) request.Content = new StringContent(csv, Encoding.UTF8, "text/csv");
        else if (body is not null) request.Content = JsonContent.Create(body);
        return await Http.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_life is not null) await _life.DisposeAsync();
    }

    private async Task<int> EndedAsync()
    {
        var code = await _life!.WaitForExitAsync(TimeSpan.FromSeconds(20));
        _earlier.Append(_life.Output);
        await _life.DisposeAsync();
        _life = null;
        return code;
    }

    private T Own<T>(T thing) => _ownProcess ? thing
        : throw new InvalidOperationException("this worker runs beside the tests: what is to be killed, stalled or given an environment is built with ownProcess: true");
}
