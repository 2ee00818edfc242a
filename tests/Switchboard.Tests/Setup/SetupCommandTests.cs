using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Switchboard.Tests.Cli;

namespace Switchboard.Tests.Setup;

/// <summary>"switchboard setup" as somebody types it, without a PBX or a database; with them: SetupOnAsteriskTests.</summary>
public class SetupCommandTests : IDisposable
{
    private readonly HotelFolder _hotel = new();
    private readonly CliHost _host = CliHost.Alone();

    private string Said => _host.Out.ToString() + _host.Error;

    private string[] Arguments(params string[] more) =>
    [
        "setup", "--yes", "--unchecked", "--output", _hotel.Config, "--hotel-name", "Hotel Pujiang", "--zone", "Asia/Shanghai",
        "--ami-secret-file", Secret("ami", "ami-secret"), "--database-password-file", Secret("db", "db-secret"), .. more,
    ];

    [Fact]
    public async Task It_writes_a_configuration_that_a_worker_takes_and_secrets_in_files_that_nobody_else_reads()
    {
        Assert.True(await _host.RunAsync(Arguments("--pbx-host", "localhost", "--pbx-port", "5099", "--database-host", "10.0.0.7")) == 0, Said);
        using var json = JsonDocument.Parse(File.ReadAllText(_hotel.Config));
        Assert.Equal("Hotel Pujiang Asia/Shanghai zh en", $"{At("Hotel", "Name")} {At("Hotel", "TimeZone")} {At("Hotel", "Languages")}");
        Assert.Equal("localhost 5099 switchboard", $"{At("Pbx", "Host")} {At("Pbx", "Port")} {At("Pbx", "Username")}");
        Assert.Equal("Host=10.0.0.7;Database=switchboard;Username=switchboard", At("Database", "ConnectionString"));
        Assert.Equal("ami-secret\n", File.ReadAllText(At("Pbx", "SecretFile")));
        Assert.Equal("db-secret\n", File.ReadAllText(At("Database", "PasswordFile")));
        foreach (var file in (string[])[_hotel.Config, At("Pbx", "SecretFile"), At("Database", "PasswordFile")])
        {
            if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(file));
        }

        // Whatever the umask of whoever sets up.
        if (!OperatingSystem.IsWindows()) Assert.Equal("rwxr-xr-x", Mode(File.GetUnixFileMode(Path.GetDirectoryName(_hotel.Config)!)));
        Assert.Contains("systemctl enable switchboard && systemctl restart switchboard", Said, StringComparison.Ordinal);
        Assert.DoesNotContain("-secret\n", Said, StringComparison.Ordinal);
        Assert.DoesNotContain("db-secret", File.ReadAllText(_hotel.Config), StringComparison.Ordinal);
        // The lines for the PBX are printed.
        Assert.Contains("#include \"extensions_switchboard.conf\"", Said, StringComparison.Ordinal);

        static string Mode(UnixFileMode mode) => string.Concat("rwxrwxrwx".Select((letter, at) => ((int)mode & (256 >> at)) != 0 ? letter : '-'));

        string At(string section, string key) => json.RootElement.GetProperty(section).GetProperty(key).ToString();
    }

    [Fact]
    public async Task A_second_time_nothing_changes_and_what_else_stands_there_is_kept()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_hotel.Config)!);
        await File.WriteAllTextAsync(_hotel.Config, """{ "Office": { "DeskPhones": ["PJSIP/8100"] }, "Hotel": { "Languages": "en" } }""", TestContext.Current.CancellationToken);
        Assert.True(await _host.RunAsync(Arguments()) == 0, Said);
        var written = await File.ReadAllTextAsync(_hotel.Config, TestContext.Current.CancellationToken);
        Assert.Contains("PJSIP/8100", written, StringComparison.Ordinal);
        Assert.Contains("\"Languages\": \"en\"", written, StringComparison.Ordinal);
        var backup = Assert.Single(Directory.GetFiles(Path.GetDirectoryName(_hotel.Config)!, "*.bak-*"));
        Assert.Contains("\"Languages\": \"en\" }", await File.ReadAllTextAsync(backup, TestContext.Current.CancellationToken), StringComparison.Ordinal);

        // Without its flags: the configuration is what it goes by.
        Assert.True(await _host.RunAsync("setup", "--yes", "--unchecked", "--output", _hotel.Config) == 0, Said);
        Assert.Equal(written, await File.ReadAllTextAsync(_hotel.Config, TestContext.Current.CancellationToken));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(_hotel.Config)!, "*.bak-*"));
        Assert.Contains($"{_hotel.Config} is so already", Said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--zone", "Asia/Shangai", "--zone 'Asia/Shangai': is not in this system's zone data; did you mean Asia/Shanghai?")]
    [InlineData("--zone", "Moon/Tranquility", "give an IANA name such as Asia/Shanghai")]
    [InlineData("--languages", "zh,en", "--languages 'zh,en': must be one to five two-letter languages")]
    [InlineData("--languages", "zh fr", "--languages 'zh fr': there are no prompts in fr, only in en, zh")]
    [InlineData("--http-url", "here", "--http-url 'here': must be an http:// or https:// URL")]
    [InlineData("--pbx-port", "70000", "--pbx-port '70000': must be a port, 1 to 65535")]
    [InlineData("--ami-user", "general", "--ami-user 'general': must be")]
    [InlineData("--ami-user", "a]b", "--ami-user 'a]b': must be")]
    [InlineData("--hotel-name", " ", "--hotel-name ' ': must be 1 to 100 characters in one line")]
    [InlineData("--ami-secret-file", "/nowhere/x", "--ami-secret-file '/nowhere/x': cannot be read")]
    [InlineData("--connection-string", "Host=x;Password=hunter2", "--connection-string: must hold no password")]
    [InlineData("--connection-string", "hunter2", "--connection-string: must be Key=Value pairs")]
    [InlineData("--pbx-tls-authority", "/nowhere/ca.pem", "Pbx:TlsHostName and Pbx:TlsAuthorityFile need Pbx:Tls to be true")]
    [InlineData("--asterisk-dir", "/nowhere", "--asterisk-dir '/nowhere': must be Asterisk's configuration folder")]
    [InlineData("--messages-dir", "/var/spool/the messages", "--messages-dir '/var/spool/the messages': must be an absolute path of letters, digits, '/', '.', '_' and '-'")]
    [InlineData("--messages-dir", "spool", "--messages-dir 'spool': must be an absolute path")]
    [InlineData("--messages-dir-at-pbx", "/x\n[globals]", "--messages-dir-at-pbx '/x")]
    [InlineData("--messages-dir-at-pbx", "/${SHELL(id)}", "--messages-dir-at-pbx '/${SHELL(id)}': must be an absolute path")]
    [InlineData("--bundled", "/nowhere", "--bundled '/nowhere': must be the folder asterisk-config")]
    public async Task Bad_input_names_the_flag_the_value_and_what_is_allowed_and_nothing_is_written(string flag, string value, string told)
    {
        var arguments = Arguments().ToList();
        var before = _hotel.Snapshot();
        if (arguments.IndexOf(flag) is >= 0 and var at) arguments[at + 1] = value;
        else arguments.AddRange([flag, value]);
        Assert.Equal(1, await _host.RunAsync([.. arguments]));
        Assert.Contains(told, Said, StringComparison.Ordinal);
        Assert.Contains("Nothing was changed", Said, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", Said, StringComparison.Ordinal);
        Assert.False(File.Exists(_hotel.Config));
        Assert.Equal(before, _hotel.Snapshot());
    }

    [Fact]
    public async Task What_is_missing_is_named_where_nobody_can_be_asked()
    {
        Assert.Equal(2, await _host.RunAsync("setup", "--output", _hotel.Config));
        Assert.Contains("--hotel-name is missing", Said, StringComparison.Ordinal);
        Assert.Equal(2, await _host.RunAsync("setup", "--freepbx", "--output", _hotel.Config));
        Assert.Contains("need the folder to write into: --asterisk-dir", Said, StringComparison.Ordinal);
        Assert.Equal(2, await _host.RunAsync("setup", "--remove", "--output", _hotel.Config));
        Assert.Contains("--remove needs the folder", Said, StringComparison.Ordinal);
        Assert.False(File.Exists(_hotel.Config));
    }

    [Fact]
    public async Task Somebody_is_asked_and_asked_again_after_a_wrong_answer_and_a_secret_is_not_shown()
    {
        // name, zone (wrong, right), languages, url, host, port, user, secret (too long, right), database host, port, name, user, password
        _host.Typed = $"Hotel Pujiang\nAsia/Shangai\nAsia/Shanghai\n\n\n\n\n\n{new string('x', 201)}\n typed-secret \n/run/pg\n\nhotel\n\n\n";
        Assert.True(await _host.RunAsync("setup", "--unchecked", "--output", _hotel.Config) == 0, Said);
        Assert.Contains("  that must be 1 to 200 characters", Said, StringComparison.Ordinal);
        Assert.Contains("Its time zone:   'Asia/Shangai': is not in this system's zone data; did you mean Asia/Shanghai?", Said, StringComparison.Ordinal);
        Assert.Contains("Host=/run/pg;Database=hotel;Username=switchboard", await File.ReadAllTextAsync(_hotel.Config, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal("typed-secret\n", await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(_hotel.Config)!, "ami.secret"), TestContext.Current.CancellationToken));
        Assert.DoesNotContain("typed-secret", Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_is_asked_once_more_keeps_the_secrets_of_flags_and_is_asked_for_the_database_that_a_flag_named_wrongly()
    {
        // languages, url, host, port, user; then all of it again, as it was; then nothing more is said
        _host.Typed = new string('\n', 5 + 13);
        string[] arguments =
        [
            "setup", "--output", _hotel.Config, "--hotel-name", "Hotel", "--zone", "Asia/Shanghai", "--connection-string", "Host=127.0.0.1;Port=1;Database=hotel;Username=clerk",
            "--ami-secret-file", Secret("ami", "ami-secret"), "--database-password-file", Secret("db", "db-secret"),
        ];
        Assert.Equal(1, await _host.RunAsync(arguments));
        foreach (var question in (string[])["PostgreSQL's host, or the folder of its socket [127.0.0.1]: ", "Its port [1]: ", "The database [hotel]: ", "Its user [clerk]: ",
            "The AMI user's secret [Enter: as before]: ", "That user's password [Enter: as before]: ", "the answers ended before the questions did"])
            Assert.Contains(question, Said, StringComparison.Ordinal);
        Assert.Equal(3, Said.Split("nobody answers at 127.0.0.1:1").Length);
        Assert.False(File.Exists(_hotel.Config));
    }

    [Fact]
    public async Task Without_a_word_about_it_the_database_is_asked_by_its_address()
    {
        Assert.True(await _host.RunAsync(Arguments()) == 0, Said);
        Assert.Contains("\"Host=127.0.0.1;Database=switchboard;Username=switchboard\"", await File.ReadAllTextAsync(_hotel.Config, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1/255.255.255.255")]
    [InlineData("::1", "::1/128")]
    [InlineData("localhost", "127.0.0.1/255.255.255.255,::1/128")]
    public async Task The_PBX_lets_in_whom_the_worker_will_come_as_and_nobody_else(string host, string permit)
    {
        Assert.True(await _host.RunAsync(Arguments("--asterisk-dir", _hotel.Etc, "--pbx-host", host)) == 0, Said);
        Assert.Contains($"deny=0.0.0.0/0.0.0.0\ndeny=::/0\npermit={permit}\n", _hotel.Read("manager_switchboard.conf"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_messages_in_the_configuration_that_would_mean_something_else_in_a_dialplan_is_refused_and_does_not_keep_from_taking_it_out()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_hotel.Config)!);
        await File.WriteAllTextAsync(_hotel.Config, """{ "Pbx": { "MessagesDirectory": "/spool/a;b" } }""", TestContext.Current.CancellationToken);
        var arguments = Arguments("--asterisk-dir", _hotel.Etc);
        var before = _hotel.Snapshot();
        Assert.Equal(1, await _host.RunAsync(arguments));
        Assert.Contains($"Pbx:MessagesDirectory in {_hotel.Config} '/spool/a;b': must be an absolute path", Said, StringComparison.Ordinal);
        Assert.Equal(0, await _host.RunAsync("setup", "--remove", "--asterisk-dir", _hotel.Etc, "--output", _hotel.Config));
        Assert.Equal(before, _hotel.Snapshot());
    }

    [Fact]
    public async Task The_PBX_s_side_is_written_where_told_to_with_a_secret_of_its_own_and_goes_again()
    {
        var before = _hotel.Snapshot();
        string[] pbx = ["setup", "--yes", "--unchecked", "--output", _hotel.Config, "--hotel-name", "Hotel", "--zone", "Asia/Shanghai", "--asterisk-dir", _hotel.Etc];
        Assert.True(await _host.RunAsync(pbx) == 0, Said);
        var secret = (await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(_hotel.Config)!, "ami.secret"), TestContext.Current.CancellationToken)).Trim();
        Assert.Contains($"secret={secret}\n", _hotel.Read("manager_switchboard.conf"), StringComparison.Ordinal);
        Assert.Contains(Path.Combine(_hotel.Log, "cel-custom", "switchboard.csv"), await File.ReadAllTextAsync(_hotel.Config, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("asterisk -rx 'core reload'", Said, StringComparison.Ordinal);
        var written = _hotel.Snapshot();

        Assert.True(await _host.RunAsync(pbx) == 0, Said);
        Assert.Equal(written, _hotel.Snapshot());
        Assert.Contains($"{_hotel.Etc} is so already", Said, StringComparison.Ordinal);

        Assert.True(await _host.RunAsync("setup", "--remove", "--asterisk-dir", _hotel.Etc, "--output", _hotel.Config) == 0, Said);
        Assert.Equal(before, _hotel.Snapshot());
        // Files are not all that it was told.
        Assert.Contains("for f in switchboard_dnd ", Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_greets_as_something_else_or_not_at_all_or_that_nobody_listens_at_is_told_by_check()
    {
        Assert.True(await _host.RunAsync(Arguments("--pbx-port", "1", "--database-host", "127.0.0.1", "--database-port", "1")) == 0, Said);
        Assert.Equal(1, await _host.RunAsync("check", "--config", _hotel.Config));
        Assert.Contains("WRONG    database: nobody answers at 127.0.0.1:1", Said, StringComparison.Ordinal);
        Assert.Contains("WRONG    AMI login: nobody answers at 127.0.0.1:1", Said, StringComparison.Ordinal);

        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var greeting = GreetAsync(listener, "SSH-2.0-OpenSSH_9.2\r\n"u8.ToArray());
        Assert.True(await _host.RunAsync(Arguments("--pbx-port", port, "--database-host", "127.0.0.1", "--database-port", "1")) == 0, Said);
        Assert.Equal(1, await _host.RunAsync("check", "--config", _hotel.Config, "--json"));
        Assert.Contains($"port {port} of 127.0.0.1 is not Asterisk's manager interface", Said, StringComparison.Ordinal);
        listener.Stop();
        await greeting;
    }

    [Fact]
    public async Task A_database_that_wants_a_password_where_none_is_set_is_told_by_check()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var postgres = WantPasswordAsync(listener);
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(await _host.RunAsync("setup", "--yes", "--unchecked", "--output", _hotel.Config, "--hotel-name", "Hotel", "--zone", "Asia/Shanghai",
            "--ami-secret-file", Secret("ami", "ami-secret"), "--pbx-port", "1", "--database-port", port) == 0, Said);
        Assert.Equal(1, await _host.RunAsync("check", "--config", _hotel.Config));
        Assert.Contains($"WRONG    database: PostgreSQL at 127.0.0.1:{port} wants a password of user 'switchboard', and none is set", Said, StringComparison.Ordinal);
        listener.Stop();
        await postgres;
    }

    [Fact]
    public async Task Check_names_a_configuration_that_is_not_there_or_not_usable()
    {
        Assert.Equal(1, await _host.RunAsync("check", "--config", _hotel.Config));
        Assert.Contains($"there is no configuration {_hotel.Config}: run 'switchboard setup'", Said, StringComparison.Ordinal);
        Directory.CreateDirectory(Path.GetDirectoryName(_hotel.Config)!);
        await File.WriteAllTextAsync(_hotel.Config, """{ "Pbx": { "Prot": 5038 } }""", TestContext.Current.CancellationToken);
        Assert.Equal(1, await _host.RunAsync("check", "--config", _hotel.Config));
        Assert.Contains("Prot", Said, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _hotel.Dispose();
        GC.SuppressFinalize(this);
    }

    private string Secret(string name, string text)
    {
        var file = Path.Combine(_hotel.Spool, "..", $"{name}.given");
        File.WriteAllText(file, text + "\n", Encoding.ASCII);
        return file;
    }

    // As PostgreSQL does with scram-sha-256: no encryption, then SASL.
    private static async Task WantPasswordAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                using var peer = await listener.AcceptSocketAsync();
                var asked = new byte[1000];
                while (await peer.ReceiveAsync(asked) is > 0 and var length)
                    await peer.SendAsync(length == 8 ? "N"u8.ToArray() : [(byte)'R', 0, 0, 0, 23, 0, 0, 0, 10, .. "SCRAM-SHA-256\0\0"u8]);
            }
        }
        catch (SocketException)
        {
            // The test is over.
        }
    }

    private static async Task GreetAsync(TcpListener listener, byte[] greeting)
    {
        try
        {
            while (true)
            {
                using var peer = await listener.AcceptSocketAsync();
                await peer.SendAsync(greeting);
                await peer.ReceiveAsync(new byte[100]);
            }
        }
        catch (SocketException)
        {
            // The test is over.
        }
    }
}
