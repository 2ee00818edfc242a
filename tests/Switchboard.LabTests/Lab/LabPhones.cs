using System.Globalization;

namespace Switchboard.LabTests.Lab;

/// <summary>What a phone did, by its own account.</summary>
internal sealed record PhoneFact(double At, string Number, string Fact);

/// <summary>All phones of the lab hotel (SIPp); what each does follows from its number, see deploy/lab/phones.</summary>
internal sealed class LabPhones(LabAsterisk pbx, int? port = null) : IAsyncDisposable
{
    private LabProcess? _process;

    public int Port { get; } = port ?? FreePorts.Udp();

    public async Task StartAsync(bool register = true)
    {
        List<string> arguments =
            [pbx.Folder, "--pbx", pbx.SipPort.ToString(CultureInfo.InvariantCulture), "--port", Port.ToString(CultureInfo.InvariantCulture)];
        if (register) arguments.AddRange(["--rooms", pbx.RoomsFile]);
        _process = await LabProcess.StartAsync(LabFiles.Script("phones"), arguments);
        // The phones are there when their port is taken.
        var up = await Eventually.TrueAsync(() => _process.HasExited || PortIsTaken(), TimeSpan.FromSeconds(30));
        if (!up || _process.HasExited) throw new InvalidOperationException($"the phones did not start:\n{_process.Output}");
    }

    /// <summary>A phone calls an extension and does as <paramref name="how"/> says (deploy/lab/call); over when it has hung up.</summary>
    public async Task CallAsync(string from, string to, params string[] how)
    {
        var (code, said) = await LabCommand.RunAsync(LabFiles.Script("call"), CallArguments(from, to, how));
        var file = Path.Combine(pbx.Folder, $"call-{from}.out");
        Assert.True(code == 0, $"phone {from} could not call {to}: {code} {said} {(File.Exists(file) ? await File.ReadAllTextAsync(file) : "")}");
    }

    /// <summary>The same, and it is not waited for.</summary>
    public Task<LabProcess> BeginCallAsync(string from, string to, params string[] how) => LabProcess.StartAsync(LabFiles.Script("call"), CallArguments(from, to, how));

    private string[] CallArguments(string from, string to, string[] how) =>
        [pbx.Folder, "--pbx", Text(pbx.SipPort), "--port", Text(FreePorts.Udp()), "--from", from, "--to", to, .. how];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    public IReadOnlyList<PhoneFact> Facts()
    {
        var file = Path.Combine(pbx.Folder, "phones.log");
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
