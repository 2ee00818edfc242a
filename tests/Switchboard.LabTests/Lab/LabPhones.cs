using System.Globalization;

namespace Switchboard.LabTests.Lab;

/// <summary>What a phone did, by its own account.</summary>
internal sealed record PhoneFact(double At, string Number, string Fact);

/// <summary>All phones of the lab hotel (SIPp); what each does follows from its number, see deploy/lab/phones.</summary>
internal sealed class LabPhones(LabAsterisk pbx, int? port = null, string name = "phones") : IAsyncDisposable
{
    private const string LampFact = "LAMP ";
    private LabProcess? _process;

    public int Port { get; } = port ?? FreePorts.Udp();

    /// <summary>Starts them; <paramref name="third"/> is whom operator 0004 puts callers through to.</summary>
    public Task StartAsync(bool register = true, string third = "0") => StartTimes.OfAsync(register ? "phones that register" : "phones", () => BeginAsync(register, third));

    private async Task BeginAsync(bool register, string third)
    {
        List<string> arguments =
            [pbx.Folder, "--pbx", pbx.SipPort.ToString(CultureInfo.InvariantCulture), "--port", Port.ToString(CultureInfo.InvariantCulture), "--third", third, "--name", name];
        if (register) arguments.AddRange(["--rooms", pbx.RoomsFile]);
        _process = await LabProcess.StartAsync(LabFiles.Script("phones"), arguments);
        // The phones are there when their port is taken.
        var up = await Eventually.TrueAsync(() => _process.HasExited || PortIsTaken(), TimeSpan.FromSeconds(30));
        if (!up || _process.HasExited) throw new InvalidOperationException($"the phones did not start:\n{_process.Output}");
    }

    /// <summary>This phone registers, and says that its contact is somebody of this name.</summary>
    public async Task RegisterAsAsync(string number, string contact)
    {
        var (code, said) = await LabCommand.RunAsync(LabFiles.Script("register"), [pbx.Folder, "--pbx", Text(pbx.SipPort), "--port", Text(Port), "--contact", contact, number]);
        Assert.True(code == 0, $"phone {number} could not register as {contact}: {code} {said}");
    }

    /// <summary>These phones register, or with no seconds at all take their registration back.</summary>
    public async Task RegisterAsync(int seconds, params string[] numbers)
    {
        var (code, said) = await LabCommand.RunAsync(LabFiles.Script("register"), [pbx.Folder, "--pbx", Text(pbx.SipPort), "--port", Text(Port), "--expires", Text(seconds), .. numbers]);
        Assert.True(code == 0, $"phones {string.Join(' ', numbers)} could not register: {code} {said}");
    }

    /// <summary>
    /// A phone calls an extension and does as <paramref name="how"/> says (deploy/lab/call); over when the call is. How it ended: the
    /// code of a refusal, cancelled, hung-up (by the phone), bye (by the other side), or empty after a transfer.
    /// </summary>
    public async Task<string> CallAsync(string from, string to, params string[] how)
    {
        var (code, said) = await LabCommand.RunAsync(LabFiles.Script("call"), CallArguments(from, to, how, out var port));
        var file = Path.Combine(pbx.Folder, $"call-{from}.out");
        Assert.True(code == 0, $"phone {from} could not call {to}: {code} {said} {(File.Exists(file) ? await File.ReadAllTextAsync(file) : "")}");
        var log = Path.Combine(pbx.Folder, $"call-{from}-{port}.log");
        return File.Exists(log) ? (await File.ReadAllTextAsync(log)).Replace("ENDED ", "", StringComparison.Ordinal).Trim() : "";
    }

    /// <summary>A phone calls and stays on the line until an operator has answered, however long the way there takes; then all hang up. Both ring: which one is first is chance.</summary>
    public async Task CallUntilAnOperatorAnswersAsync(string from, string to, params string[] how)
    {
        int Answers() => Facts().Count(f => f.Number is "0001" or "0002" && f.Fact == "ANSWER");
        var before = Answers();
        await using var call = await BeginCallAsync(from, to, [.. how, "--for", "40000"]);
        Assert.True(await Eventually.TrueAsync(() => Answers() > before, TimeSpan.FromSeconds(30)), $"no operator answered {from}; there was: {string.Join(", ", Facts().Select(f => $"{f.Number} {f.Fact}"))}");
        await pbx.CommandAsync("channel request hangup all");
        Assert.Equal(0, await call.WaitForExitAsync(TimeSpan.FromSeconds(10)));
    }

    /// <summary>The same, and it is not waited for.</summary>
    public Task<LabProcess> BeginCallAsync(string from, string to, params string[] how) => LabProcess.StartAsync(LabFiles.Script("call"), CallArguments(from, to, how, out _));

    /// <summary>An operator's phone watches an extension's lamp until it is disposed of; what it was told: <see cref="Lamp"/>.</summary>
    public Task<LabProcess> BeginWatchAsync(string from, string extension) =>
        LabProcess.StartAsync(LabFiles.Script("lamp"), [pbx.Folder, "--pbx", Text(pbx.SipPort), "--port", Text(FreePorts.Udp()), "--from", from, "--to", extension]);

    /// <summary>The states that this phone's lamp was told so far.</summary>
    public string[] Lamp(string from)
    {
        var file = Path.Combine(pbx.Folder, $"lamp-{from}.log");
        return File.Exists(file) ? [.. File.ReadAllLines(file).Where(l => l.StartsWith("LAMP ", StringComparison.Ordinal)).Select(l => l["LAMP ".Length..])] : [];
    }

    private string[] CallArguments(string from, string to, string[] how, out int port)
    {
        port = FreePorts.Udp();
        return [pbx.Folder, "--pbx", Text(pbx.SipPort), "--port", Text(port), "--from", from, "--to", to, .. how];
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>What the phones did in their calls; what their lamps were told: <see cref="MessageLamp"/>.</summary>
    public IReadOnlyList<PhoneFact> Facts() => [.. AllFacts().Where(f => !f.Fact.StartsWith(LampFact, StringComparison.Ordinal))];

    /// <summary>What this phone was told of the messages that wait, in order: <c>yes 1/0</c>, <c>no 0/0</c>.</summary>
    public string[] MessageLamp(string number) => [.. AllFacts().Where(f => f.Number == number && f.Fact.StartsWith(LampFact, StringComparison.Ordinal)).Select(f => f.Fact[LampFact.Length..])];

    /// <summary>Waits until the phone's lamp is as told; fails with what it was told instead.</summary>
    public async Task WaitForLampAsync(string number, string told, int seconds = 10) =>
        Assert.True(await Eventually.TrueAsync(() => MessageLamp(number).LastOrDefault() == told, TimeSpan.FromSeconds(seconds)), $"the lamp of phone {number} is not {told}; it was told: {string.Join(", ", MessageLamp(number))}");

    private List<PhoneFact> AllFacts()
    {
        var file = Path.Combine(pbx.Folder, $"{name}.log");
        if (!File.Exists(file)) return [];
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n').Select(Parse).OfType<PhoneFact>()];
    }

    /// <summary>How often this phone was called.</summary>
    public int Calls(string number) => Facts().Count(f => f.Number == number && f.Fact == "INVITE");

    /// <summary>Waits until the phone has done something so often; fails with what it did instead.</summary>
    public async Task WaitForAsync(string number, string fact, int times = 1, int seconds = 20)
    {
        var seen = await Eventually.TrueAsync(() => Facts().Count(f => f.Number == number && f.Fact.StartsWith(fact, StringComparison.Ordinal)) >= times, TimeSpan.FromSeconds(seconds));
        Assert.True(seen, $"phone {number} did not do {fact} {times} times; it did: {string.Join(", ", Facts().Where(f => f.Number == number).Select(f => f.Fact))}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        _process = null;
    }

    private bool PortIsTaken() => File.ReadLines("/proc/net/udp").Any(l => l.Contains($":{Port:X4} ", StringComparison.Ordinal));

    private static PhoneFact? Parse(string line)
    {
        // date, tab, time, tab, epoch seconds, space, number, space, fact
        var parts = line.Split('\t');
        if (parts.Length != 3) return null;
        var words = parts[2].Split(' ', 3);
        return words.Length == 3 ? new PhoneFact(double.Parse(words[0], CultureInfo.InvariantCulture), words[1], words[2].Trim()) : null;
    }
}
