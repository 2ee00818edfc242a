using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Switchboard.Asterisk.Ami;
using Switchboard.Asterisk.Ami.Actions;
using Switchboard.LabTests.Lab;

namespace Switchboard.LabTests.Dialplan;

/// <summary>
/// The dialplan alone: Asterisk, SIP phones and a line to outside, no worker. AstDB is written as the worker would. Prompts are cut to a
/// moment, so that tests take seconds; each test takes its own rooms.
/// </summary>
public sealed partial class DialplanLab : IAsyncLifetime
{
    public const string Operator = "0001", SecondOperator = "0002", Desk = "0003", PuttingThrough = "0004";

    private readonly ConcurrentQueue<AmiMessage> _events = new();
    private readonly CancellationTokenSource _stop = new();
    private LabAmi? _ami;
    private Task _listening = Task.CompletedTask;

    internal LabAsterisk Pbx { get; private set; } = null!;
    internal LabPhones Phones { get; private set; } = null!;
    internal LabPhones Outside { get; private set; } = null!;
    internal AmiConnection Ami => _ami!.Connection;

    public async ValueTask InitializeAsync()
    {
        int phones = FreePorts.Udp(), line = FreePorts.Udp();
        Pbx = new LabAsterisk(LabHotel.RoomsOf([.. Enumerable.Range(0, 40).SelectMany(n => (string[])[$"21{n:00}", $"51{n:00}", $"61{n:00}"]), "1101", "7101", "8101", "9101", "6201"]), phones, line);
        Phones = new LabPhones(Pbx, phones);
        Outside = new LabPhones(Pbx, line, "outside");
        await Openings.OpenAsync(async () =>
        {
            await Pbx.StartAsync();
            Pbx.ShortenPrompts();
            // Which prompt was played to whom, and in which language, Asterisk tells in its verbose log only.
            await Pbx.CommandAsync("logger add channel prompts verbose(3)");
            await Phones.StartAsync(register: false);
            await Outside.StartAsync(register: false);
        });
        _ami = await LabAmi.ConnectAsync(Pbx);
        _listening = ListenAsync();
        foreach (var (key, value) in ((string, string)[])[("local", "[2-8][0-9]+"), ("national", "0[1-9][0-9]+|1[3-9][0-9]+"), ("international", "00[0-9]+")])
            await HotelAsync(key, value);
    }

    /// <summary>Tells the PBX a room as the worker does.</summary>
    public async Task RoomAsync(string room, bool occupied = true, int level = 2, string langs = "zh-en")
    {
        await PutAsync("switchboard_room", room, $"{(occupied ? 1 : 0)}:{level}:{langs}:PJSIP/{room}");
        await PutAsync("switchboard_phone", $"PJSIP/{room}", room);
    }

    public Task LockAsync(string room, string until = "") => PutAsync("switchboard_dnd", room, $"on:1764137000123:desk:{until}");

    public Task HotelAsync(string key, string value) => PutAsync("switchboard_hotel", key, value);

    public Task NoHotelAsync(string key) => Pbx.CommandAsync($"database del switchboard_hotel {key}");

    /// <summary>A global variable of the dialplan, such as a time that a test cannot wait for.</summary>
    public Task GlobalAsync(string name, string value) => Pbx.CommandAsync($"dialplan set global {name} \"{value}\"");

    /// <summary>Writes AstDB by the dialplan, as the worker does: FAMILY/KEY=VALUE, joined by ~.</summary>
    internal async Task WriteAsync(string operations) =>
        Assert.Equal(AmiOriginateKind.Answered, (await (await Ami.OriginateAsync(new AmiOriginateRequest { Channel = "Local/write@switchboard-db-write/n", Application = ("NoOp", "") }.WithVariable("SB_OPS1", operations))).Outcome).Kind);

    /// <summary>The folder of what callers recorded.</summary>
    public string Messages => Path.Combine(Pbx.Folder, "spool", "switchboard-messages");

    /// <summary>What the PBX's verbose log says, such as the music that a channel hears.</summary>
    public bool Logged(string text) => File.ReadLines(Path.Combine(Pbx.Folder, "log", "prompts")).Any(l => l.Contains(text, StringComparison.Ordinal));

    public async Task PutAsync(string family, string key, string value) =>
        Assert.Contains("success", await Pbx.CommandAsync($"database put {family} {key} \"{value}\""), StringComparison.Ordinal);

    /// <summary>The value in AstDB, or null.</summary>
    public async Task<string?> ReadAsync(string family, string key)
    {
        var said = await Pbx.CommandAsync($"database get {family} {key}");
        return said.StartsWith("Value: ", StringComparison.Ordinal) ? said["Value: ".Length..] : null;
    }

    /// <summary>The prompts that this phone has heard, with their languages, in order.</summary>
    public string[] Heard(string phone)
    {
        var file = Path.Combine(Pbx.Folder, "log", "prompts");
        return [.. File.ReadLines(file).Select(l => Playing().Match(l)).Where(m => m.Success && m.Groups["phone"].Value == phone).Select(m => $"{m.Groups["prompt"]} {m.Groups["language"]}")];
    }

    /// <summary>Waits for a user event of the dialplan with these fields.</summary>
    internal async Task<AmiMessage> EventAsync(string name, params (string Field, string Value)[] fields)
    {
        AmiMessage? found = null;
        Assert.True(await Eventually.TrueAsync(() => (found = Events(name, fields).FirstOrDefault()) is not null, TimeSpan.FromSeconds(10)),
            $"no {name} with {string.Join(", ", fields)}; there were: {string.Join("\n", _events.Where(e => e.EventName == "UserEvent").Select(e => string.Join(", ", e.Headers.SkipWhile(h => h.Key != "UserEvent"))))}");
        return found!;
    }

    internal IEnumerable<AmiMessage> Events(string name, params (string Field, string Value)[] fields) =>
        _events.Where(e => (e["UserEvent"] ?? e.EventName) == name && fields.All(f => e[f.Field] == f.Value));

    /// <summary>Asterisk's own file has a record of this type with this beginning: it is there for a worker that was away.</summary>
    internal Task CelAsync(string type, string beginning) => ContainsAsync(() => File.ReadLines(Path.Combine(Pbx.Folder, "log", "cel-custom", "cel.csv")), l => l.Contains(type, StringComparison.Ordinal) && l.Contains(beginning, StringComparison.Ordinal), $"{type} {beginning}");

    private static async Task ContainsAsync(Func<IEnumerable<string>> lines, Predicate<string> wanted, string what) =>
        Assert.True(await Eventually.TrueAsync(() => lines().Any(l => wanted(l)), TimeSpan.FromSeconds(5)), $"no {what} in:\n{string.Join('\n', lines())}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _listening;
        if (_ami is not null) await _ami.DisposeAsync();
        await Phones.DisposeAsync();
        await Outside.DisposeAsync();
        await Pbx.DisposeAsync();
        _stop.Dispose();
    }

    private async Task ListenAsync()
    {
        try
        {
            await using var events = Ami.Subscribe("dialplan");
            await foreach (var told in events.ReadAllAsync(_stop.Token))
            {
                if (told is AmiEvent { Message: var message }) _events.Enqueue(message);
            }
        }
        catch (OperationCanceledException)
        {
            // The end of the tests.
        }
    }

    [GeneratedRegex(@"<PJSIP/(?<phone>[^-]+)-[^>]*> Playing 'switchboard/(?<prompt>[a-z-]+)\.\w+' \(language '(?<language>\w+)'\)")]
    private static partial Regex Playing();
}
