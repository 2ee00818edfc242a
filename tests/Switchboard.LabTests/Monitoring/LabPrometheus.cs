using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Switchboard.LabTests.Lab;

namespace Switchboard.LabTests.Monitoring;

/// <summary>A real Prometheus on loopback that scrapes a worker each second, with the rules of deploy/monitoring made as impatient as a test.</summary>
internal sealed partial class LabPrometheus : IAsyncDisposable
{
    private readonly string _folder = LabFiles.NewFolder("prometheus");
    private readonly HttpClient _http;
    private readonly int _port = FreePorts.Tcp();
    private LabProcess? _process;

    private LabPrometheus() => _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_port}"), Timeout = TimeSpan.FromSeconds(10) };

    [GeneratedRegex(@"\bfor: \w+")]
    private static partial Regex Patience();

    public static string File(string name) => Path.Combine(LabFiles.Root, "deploy", "monitoring", name);

    public static async Task<LabPrometheus> StartAsync(string workerUrl)
    {
        var prometheus = new LabPrometheus();
        try
        {
            await prometheus.BeginAsync(new Uri(workerUrl).Authority);
            return prometheus;
        }
        catch
        {
            await prometheus.DisposeAsync();
            throw;
        }
    }

    /// <summary>The series that an expression yields just now.</summary>
    public async Task<IReadOnlyList<JsonElement>> QueryAsync(string expression)
    {
        using var answer = await _http.GetAsync(new Uri($"/api/v1/query?query={Uri.EscapeDataString(expression)}", UriKind.Relative));
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(answer.IsSuccessStatusCode && body.GetProperty("status").GetString() == "success", $"{expression}: {body}");
        return [.. body.GetProperty("data").GetProperty("result").EnumerateArray()];
    }

    /// <summary>The only value that an expression yields just now, or null.</summary>
    public async Task<double?> ValueAsync(string expression) => await QueryAsync(expression) is [var only]
        ? double.Parse(only.GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture)
        : null;

    /// <summary>The alerts that fire.</summary>
    public async Task<IReadOnlyList<JsonElement>> FiringAsync()
    {
        var answer = await _http.GetFromJsonAsync<JsonElement>(new Uri("/api/v1/alerts", UriKind.Relative));
        return [.. answer.GetProperty("data").GetProperty("alerts").EnumerateArray().Where(a => a.GetProperty("state").GetString() == "firing")];
    }

    /// <summary>Waits until exactly these alerts fire, and returns them.</summary>
    public async Task<IReadOnlyList<JsonElement>> WaitForFiringAsync(params string[] alerts)
    {
        IReadOnlyList<JsonElement> firing = [];
        var reached = await Eventually.TrueAsync(async () =>
        {
            firing = await FiringAsync();
            return firing.Select(NameOf).Order(StringComparer.Ordinal).SequenceEqual(alerts.Order(StringComparer.Ordinal));
        }, TimeSpan.FromSeconds(30));
        Assert.True(reached, $"firing should be [{string.Join(", ", alerts)}], but: {string.Join('\n', firing)}");
        return firing;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_process is not null) await _process.DisposeAsync();
        LabFiles.Remove(_folder);
    }

    private static string NameOf(JsonElement alert) => alert.GetProperty("labels").GetProperty("alertname").GetString()!;

    private async Task BeginAsync(string worker)
    {
        await System.IO.File.WriteAllTextAsync(Path.Combine(_folder, "alerts.yml"), Patience().Replace(await System.IO.File.ReadAllTextAsync(File("alerts.yml")), "for: 1s"));
        var example = await System.IO.File.ReadAllTextAsync(File("prometheus.yml"));
        Assert.Contains("127.0.0.1:5080", example, StringComparison.Ordinal);
        // The example itself, for this worker and in a hurry; nobody is told of the alerts.
        var ours = example.Replace("127.0.0.1:5080", worker, StringComparison.Ordinal).Replace("_interval: 15s", "_interval: 1s", StringComparison.Ordinal);
        await System.IO.File.WriteAllTextAsync(Path.Combine(_folder, "prometheus.yml"), ours[..ours.IndexOf("alerting:", StringComparison.Ordinal)]);
        _process = await LabProcess.StartAsync("prometheus",
        [
            $"--config.file={Path.Combine(_folder, "prometheus.yml")}", $"--storage.tsdb.path={Path.Combine(_folder, "data")}",
            $"--web.listen-address=127.0.0.1:{_port}", "--log.level=warn",
        ]);
        var up = await Eventually.TrueAsync(async () => _process.HasExited || await ScrapesAsync(), TimeSpan.FromSeconds(30));
        Assert.True(up && !_process.HasExited, $"Prometheus did not come up, or cannot scrape {worker}:\n{_process.Output}");
    }

    private async Task<bool> ScrapesAsync()
    {
        try
        {
            return await ValueAsync("up{job=\"switchboard\"}") == 1;
        }
        catch (Exception notYet) when (notYet is HttpRequestException or JsonException)
        {
            return false;
        }
    }
}
