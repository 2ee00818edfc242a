using System.Globalization;
using System.Net.Sockets;

namespace Switchboard.LabTests.Lab;

/// <summary>A real Asterisk with asterisk-config, whose AstDB and logs survive its restarts.</summary>
internal sealed class LabAsterisk : IAsyncDisposable
{
    private readonly string _rooms;
    private readonly int? _staticPhones;
    private readonly int? _line;
    private LabProcess? _process;

    public LabAsterisk(string roomsCsv, int? staticPhones = null, int? line = null)
    {
        Folder = LabFiles.NewFolder("pbx");
        _rooms = Path.Combine(Folder, "rooms.csv");
        File.WriteAllText(_rooms, roomsCsv);
        _staticPhones = staticPhones;
        _line = line;
    }

    /// <summary>A test's own contexts, added to the dialplan at the first start.</summary>
    public string? Dialplan { get; init; }

    public string Folder { get; }
    public int AmiPort { get; } = FreePorts.Tcp();
    public int SipPort { get; } = FreePorts.Udp();
    public string RoomsFile => _rooms;
    public string Secret => File.ReadAllText(SecretFile).Trim();
    public string SecretFile => Path.Combine(Folder, "ami.secret");

    public Task StartAsync(bool waitUntilBooted = true) => StartTimes.OfAsync("Asterisk", () => BeginAsync(waitUntilBooted));

    private async Task BeginAsync(bool waitUntilBooted)
    {
        List<string> arguments = [Folder, "--ami", Text(AmiPort), "--sip", Text(SipPort), "--rooms", _rooms];
        if (_staticPhones is { } port) arguments.AddRange(["--phones", Text(port)]);
        if (_line is { } line) arguments.AddRange(["--line", Text(line)]);
        if (Dialplan is not null)
        {
            var file = Path.Combine(Folder, "dialplan.conf");
            await File.WriteAllTextAsync(file, Dialplan);
            arguments.AddRange(["--dialplan", file]);
        }

        _process = await LabProcess.StartAsync(LabFiles.Script("asterisk"), arguments);
        if (waitUntilBooted) await WaitUntilBootedAsync();
    }

    public Task KillAsync() => EndAsync("KILL");

    public Task StopAsync() => EndAsync("TERM");

    public Task PauseAsync() => _process!.SignalAsync("STOP");

    public Task ContinueAsync() => _process!.SignalAsync("CONT");

    /// <summary>What `asterisk -rx` does: its socket takes a line that ends with a zero, and closes after the answer.</summary>
    public async Task<string> CommandAsync(string command)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(Folder, "run", "asterisk.ctl")));
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream);
        await reader.ReadLineAsync();
        await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes($"cli quit after {command}\0"));
        return (await reader.ReadToEndAsync()).Trim();
    }

    /// <summary>Asterisk's own log since its start.</summary>
    public string[] ReadLog()
    {
        var file = Path.Combine(Folder, "log", "messages");
        return File.Exists(file) ? File.ReadAllLines(file) : [];
    }

    /// <summary>16 or 22, for what the older one cannot do.</summary>
    public async Task<int> ReleaseAsync() => int.Parse((await CommandAsync("core show version")).Split(' ')[1].Split('.')[0], CultureInfo.InvariantCulture);

    /// <summary>
    /// Warnings and errors of its log, but for one of PJSIP's that comes at some starts by the order of Asterisk's own modules:
    /// mod-invite and mod-refer are registered by res_pjsip_session and res_pjsip_refer while the first thread of res_pjsip runs.
    /// </summary>
    public string Warnings() => string.Join('\n', ReadLog().Where(line => (line.Contains("WARNING", StringComparison.Ordinal) || line.Contains("ERROR", StringComparison.Ordinal))
        && !line.Contains("Module \"mod-invite\" registered during operation", StringComparison.Ordinal)
        && !line.Contains("Module \"mod-refer\" registered during operation", StringComparison.Ordinal)));

    /// <summary>What Asterisk itself has written of this channel: the types of its CEL events, in order.</summary>
    public string[] ReadCel(string uniqueId)
    {
        var file = Path.Combine(Folder, "log", "cel-custom", "cel.csv");
        if (!File.Exists(file)) return [];
        return [.. File.ReadLines(file).Select(l => l.Split(',').Select(f => f.Trim('"')).ToArray()).Where(f => f.Length > 2 && f[2] == uniqueId).Select(f => f[0])];
    }

    /// <summary>Prompts are cut to a moment, so that tests take seconds.</summary>
    public void ShortenPrompts()
    {
        foreach (var prompt in Directory.GetFiles(Path.Combine(Folder, "data", "sounds"), "*.wav", SearchOption.AllDirectories)) Shorten(prompt);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        LabFiles.Remove(Folder);
    }

    private async Task EndAsync(string signal)
    {
        await _process!.SignalAsync(signal);
        await _process.WaitForExitAsync(TimeSpan.FromSeconds(20));
        await _process.DisposeAsync();
        _process = null;
    }

    private async Task WaitUntilBootedAsync()
    {
        var booted = await Eventually.TrueAsync(() => _process!.HasExited || AnswersAsFullyBooted(), TimeSpan.FromSeconds(20));
        if (!booted || _process!.HasExited)
            throw new InvalidOperationException($"Asterisk did not start:\n{_process!.Output}\n{string.Join('\n', ReadLog().TakeLast(30))}");
    }

    private bool AnswersAsFullyBooted()
    {
        try
        {
            using var client = new TcpClient("127.0.0.1", AmiPort) { ReceiveTimeout = 1000 };
            var stream = client.GetStream();
            stream.Write(System.Text.Encoding.ASCII.GetBytes($"Action: Login\r\nUsername: switchboard\r\nSecret: {Secret}\r\n\r\n"));
            var text = "";
            var buffer = new byte[4096];
            while (!text.Contains("FullyBooted", StringComparison.Ordinal))
            {
                var read = stream.Read(buffer);
                if (read == 0) return false;
                text += System.Text.Encoding.ASCII.GetString(buffer, 0, read);
            }

            stream.Write("Action: Logoff\r\n\r\n"u8);
            return true;
        }
        catch (Exception notYet) when (notYet is SocketException or IOException)
        {
            return false;
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    // The header and a tenth of a second.
    private static void Shorten(string prompt)
    {
        using var file = new FileStream(prompt, FileMode.Open);
        file.SetLength(44 + 1600);
        file.Position = 4;
        file.Write(BitConverter.GetBytes(36 + 1600));
        file.Position = 40;
        file.Write(BitConverter.GetBytes(1600));
    }
}
