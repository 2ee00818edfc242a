using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NodaTime;
using Switchboard.Cli;
using Switchboard.Features.WakeUpCalls;
using Switchboard.Tests.Web;

namespace Switchboard.Tests.Cli;

/// <summary>The command line as Program puts it together, against an API that answers as the test says, over real HTTP.</summary>
internal sealed class CliHost : IAsyncDisposable
{
    private readonly WebHost? _web;

    private CliHost(WebHost? web) => _web = web;

    public StringWriter Out { get; } = new SharedWriter();
    public StringWriter Error { get; } = new();

    /// <summary>What somebody types; with null there is no terminal.</summary>
    public string? Typed { get; set; }

    public Dictionary<string, string> Variables { get; } = [];

    public static async Task<CliHost> StartAsync(Action<IEndpointRouteBuilder> map)
    {
        var web = await WebHost.StartAsync(map);
        var host = new CliHost(web);
        host.Variables["SWITCHBOARD_URL"] = web.Url;
        host.Variables["SWITCHBOARD_TOKEN"] = "swb_test";
        return host;
    }

    /// <summary>Nobody answers.</summary>
    public static CliHost Alone() => new(null);

    /// <summary>Runs a command line, split at blanks but for what stands in quotes; returns the exit code.</summary>
    public Task<int> RunAsync(params string[] args) => RunAsync(args, CancellationToken.None);

    /// <summary>The same, with a Ctrl-C.</summary>
    public Task<int> RunAsync(string[] args, CancellationToken interrupt)
    {
        var root = SwitchboardCli.Build((_, _) => Task.FromResult(99), FeatureCommands.All());
        var typed = new StringReader(Typed ?? "");
        return SwitchboardCli.RunAsync(root, args, new CliInvocation
        {
            Output = Out,
            Error = Error,
            Variable = Variables.GetValueOrDefault,
            Input = typed,
            ReadHidden = () => typed.ReadLine() ?? "",
            IsTerminal = Typed is not null,
            DefaultTokenFile = "/nowhere/token",
        }, interrupt);
    }

    public async ValueTask DisposeAsync()
    {
        if (_web is not null) await _web.DisposeAsync();
    }

    public static WakeUpView Call(long number = 42, string state = "Booked") => new(
        number, Guid.Empty, "1203", new LocalDate(2026, 12, 24), new LocalTime(6, 30), "Asia/Shanghai", Instant.FromUtc(2026, 12, 23, 22, 30), state,
        null, false, "operator", "desk", "1007", null, Instant.FromUtc(2026, 12, 23, 12, 0), Instant.FromUtc(2026, 12, 23, 22, 30), false, null,
        state == "Booked" ? [] : ["NoAnswer", "Confirmed"], []);

    public static WakeUpPreview Preview { get; } = new(
        "1203", new LocalDate(2026, 12, 24), new LocalTime(6, 30), "Asia/Shanghai", Instant.FromUtc(2026, 12, 23, 22, 30), "zh then en",
        "Room 1203, Thursday 24 December 2026, 06:30:00 (Asia/Shanghai, UTC+08)", ["Key 2 snoozes 10 min."]);
}

/// <summary>What the CLI sent.</summary>
internal sealed class Requests<T>
{
    private readonly List<T> _seen = [];

    public IReadOnlyList<T> Seen => _seen;

    public TAnswer Answer<TAnswer>(T request, TAnswer answer)
    {
        _seen.Add(request);
        return answer;
    }
}

/// <summary>What a command has printed so far, for tests that look while it still prints.</summary>
internal sealed class SharedWriter : StringWriter
{
    private readonly Lock _lock = new();

    public override void Write(char value)
    {
        lock (_lock) base.Write(value);
    }

    public override void Write(string? value)
    {
        lock (_lock) base.Write(value);
    }

    public override void Write(char[] buffer, int index, int count)
    {
        lock (_lock) base.Write(buffer, index, count);
    }

    public override void Write(ReadOnlySpan<char> buffer)
    {
        lock (_lock) base.Write(buffer);
    }

    public override string ToString()
    {
        lock (_lock) return base.ToString();
    }
}
