using System.Text.Json;
using Switchboard.Worker;

namespace Switchboard.Tests.Worker;

/// <summary>A configuration that cannot be used names the key and starts nothing (exit code 78).</summary>
public sealed class ConfigurationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("switchboard-config-").FullName;

    private readonly Dictionary<string, object?> _settings = new()
    {
        ["Hotel:Name"] = "Test Hotel",
        ["Hotel:TimeZone"] = "Asia/Shanghai",
        ["Pbx:Username"] = "switchboard",
        ["Pbx:Secret"] = "s3cret",
        ["Database:ConnectionString"] = "Host=127.0.0.1;Port=1;Database=x;Username=x",
        ["Http:Url"] = "http://127.0.0.1:0",
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<string> RefusedAsync()
    {
        var file = Path.Combine(_folder, "switchboard.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(_settings));
        return await RefusedAsync(file);
    }

    private static async Task<string> RefusedAsync(string file)
    {
        var error = new StringWriter();
        // It must end by itself; were it to start, the token would end it with another code.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        Assert.Equal(78, await WorkerHost.RunAsync(file, error, patience.Token));
        return error.ToString();
    }

    [Theory]
    [InlineData("Hotel:Name", null, "Hotel:Name is missing")]
    [InlineData("Hotel:TimeZone", null, "Hotel:TimeZone is missing")]
    [InlineData("Hotel:TimeZone", "Mars/Olympus", "Hotel:TimeZone 'Mars/Olympus' is not in this system's zone data")]
    [InlineData("Hotel:Languages", "zh,en", "Hotel:Languages must be one to five two-letter languages")]
    [InlineData("Pbx:Username", null, "Pbx:Username is missing")]
    [InlineData("Pbx:Secret", null, "Pbx:Secret is missing")]
    [InlineData("Pbx:SecretFile", "/nowhere/secret", "Pbx:Secret and Pbx:SecretFile contradict each other")]
    [InlineData("Pbx:Name", "Main PBX", "Pbx:Name must be 1 to 40 lower-case letters")]
    [InlineData("Pbx:Port", "70000", "Pbx:Port '70000': must be between 1 and 65535")]
    [InlineData("FastAgi:Port", "0", "FastAgi:Port '0': must be between 1 and 65535")]
    [InlineData("FastAgi:Address", "pbx", "FastAgi:Address 'pbx': must be an IP address")]
    [InlineData("FastAgi:AllowedAddresses:0", "pbx", "FastAgi:AllowedAddresses:0 'pbx': must be an IP address")]
    [InlineData("Mail:From", "switchboard@hotel.example", "Mail:Host is missing")]
    [InlineData("Mail:Host", "mail.hotel.example", "Mail:From is missing")]
    [InlineData("Mail:From", "switchboard\nBcc: a@b.c", "Mail:From must be one mail address")]
    [InlineData("Mail:Port", "0", "Mail:Port '0': must be between 1 and 65535")]
    [InlineData("Speech:Command:0", "say", "Speech:Command:0 'say' must be the full path of a program that exists")]
    [InlineData("Deliveries:CallerId", "hotel", "Deliveries:CallerId must be a name and a number in angle brackets")]
    [InlineData("Deliveries:Pause", "00:00:00", "Deliveries:Pause '00:00:00': must be between")]
    [InlineData("Deliveries:OwnCountry", "86", "Deliveries:OwnCountry must be + and one to four digits")]
    [InlineData("Office:ShiftLeaderPhones:0", "8000", "Office:ShiftLeaderPhones:0 '8000' must be TECHNOLOGY/name")]
    [InlineData("Staff:WrongTries", "2", "Staff:WrongTries '2': must be between 3 and 20")]
    [InlineData("Staff:LockTime", "00:00:01", "Staff:LockTime '00:00:01': must be between")]
    [InlineData("Pbx:Username", "two\nlines", "Pbx:Username must be 1 to 80 characters in one line")]
    [InlineData("Pbx:Secret", "s3cret\nAction: Command", "Pbx:Secret must be 1 to 200 characters in one line")]
    [InlineData("Pbx:TlsHostName", "pbx.hotel.example", "Pbx:TlsHostName and Pbx:TlsAuthorityFile need Pbx:Tls to be true")]
    [InlineData("Pbx:TlsAuthorityFile", "/nowhere/ca.pem", "Pbx:TlsAuthorityFile '/nowhere/ca.pem' must be a readable PEM file")]
    [InlineData("Database:ConnectionString", null, "Database:ConnectionString is missing")]
    [InlineData("Database:ConnectionString", "nonsense", "Database:ConnectionString cannot be read")]
    [InlineData("Database:PasswordFile", "/nowhere/password", "Database:PasswordFile '/nowhere/password' does not exist")]
    [InlineData("WakeUpCalls:RingTime", "00:10:00", "WakeUpCalls:RingTime '00:10:00': must be between 00:00:02 and 00:02:00")]
    [InlineData("WakeUpCalls:Attempts", "0", "WakeUpCalls:Attempts '0': must be between 1 and 10")]
    [InlineData("WakeUpCalls:CallerId", "no number", "WakeUpCalls:CallerId")]
    [InlineData("WakeUpCalls:ClaimAhead", "00:00:30", "WakeUpCalls:LateLimit (00:00:20) must be longer than WakeUpCalls:ClaimAhead (00:00:30)")]
    [InlineData("WakeUpCalls:Atempts", "3", "Atempts")]
    [InlineData("WakeUpCalls:Attempts", "three", "WakeUpCalls:Attempts")]
    [InlineData("WakeUpCalls:Gateways:0:MaxCalls", "4", "DialPrefix")]
    [InlineData("Http:Url", "loopback", "Http:Url")]
    [InlineData("Http:Url", "ftp://127.0.0.1:21", "Http:Url")]
    [InlineData("Log:FileSizeLimit", "1", "Log:FileSizeLimit '1': must be between 65536 and 1073741824")]
    [InlineData("Metrics:OtlpEndpoint", "collector", "Metrics:OtlpEndpoint 'collector' must be an http:// or https:// URL")]
    [InlineData("Metrics:OtlpEndpoint", "ftp://collector:4317", "Metrics:OtlpEndpoint 'ftp://collector:4317' must be an http:// or https:// URL")]
    [InlineData("Metrics:OtlpProtocol", "soap", "Metrics:OtlpProtocol must be grpc or http")]
    [InlineData("Metrics:Prometheus", "perhaps", "Metrics:Prometheus")]
    [InlineData("Metrics:Promotheus", "true", "Promotheus")]
    public async Task A_missing_bad_or_contradictory_key_is_named(string key, string? value, string expected)
    {
        if (key == "WakeUpCalls:ClaimAhead") _settings["WakeUpCalls:LateLimit"] = "00:00:20";
        if (key == "Pbx:TlsAuthorityFile") _settings["Pbx:Tls"] = true;
        if (value is null) _settings.Remove(key);
        else _settings[key] = value;
        var said = await RefusedAsync();
        Assert.Contains(expected, said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_fault_is_told_at_once()
    {
        _settings.Remove("Hotel:Name");
        _settings.Remove("Pbx:Username");
        var said = await RefusedAsync();
        Assert.Contains("Hotel:Name", said, StringComparison.Ordinal);
        Assert.Contains("Pbx:Username", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_missing_or_no_JSON_is_named()
    {
        var file = Path.Combine(_folder, "missing.json");
        Assert.Contains(file, await RefusedAsync(file), StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, "{ \"Hotel\": ");
        Assert.Contains("cannot be read", await RefusedAsync(file), StringComparison.Ordinal);
    }
}
