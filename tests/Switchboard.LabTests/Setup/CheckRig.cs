using System.Globalization;
using System.Text.Json;
using Switchboard.LabTests.Lab;

namespace Switchboard.LabTests.Setup;

/// <summary>"switchboard check" as somebody runs it, by a configuration in a file.</summary>
internal sealed class CheckRig(LabAsterisk pbx, string connectionString)
{
    public string Config { get; } = Path.Combine(pbx.Folder, "check.json");

    private readonly Dictionary<string, string> _settings = new()
    {
        ["Hotel:Name"] = "Lab Hotel",
        ["Hotel:TimeZone"] = "Asia/Shanghai",
        ["Pbx:Port"] = pbx.AmiPort.ToString(CultureInfo.InvariantCulture),
        ["Pbx:Username"] = "switchboard",
        ["Pbx:SecretFile"] = pbx.SecretFile,
        ["Pbx:MessagesDirectory"] = Path.Combine(pbx.Folder, "spool", "switchboard-messages"),
        ["FastAgi:Port"] = FreePorts.Tcp().ToString(CultureInfo.InvariantCulture),
        ["Database:ConnectionString"] = connectionString,
        ["EventRecord:CelFile"] = Path.Combine(pbx.Folder, "log", "cel-custom", "cel.csv"),
    };

    public string this[string key]
    {
        set => _settings[key] = value;
    }

    /// <summary>The exit code and what it printed.</summary>
    public async Task<(int Code, string Said)> RunAsync(params string[] more)
    {
        await File.WriteAllTextAsync(Config, JsonSerializer.Serialize(_settings));
        return await LabCli.RunAsync(["check", "--config", Config, .. more]);
    }

    /// <summary>It must say this, and that something is wrong.</summary>
    public async Task WrongAsync(params string[] told)
    {
        var (code, said) = await RunAsync();
        Assert.True(code == 1, $"{code}\n{said}");
        foreach (var text in told) Assert.True(said.Contains(text, StringComparison.Ordinal), $"'{text}' should be in:\n{said}");
    }

    /// <summary>Replaces a text in one of Asterisk's files, and has Asterisk read it.</summary>
    public async Task EditAsync(string file, string old, string now, string reload)
    {
        var path = Path.Combine(pbx.Folder, "etc", file);
        var text = await File.ReadAllTextAsync(path);
        Assert.Contains(old, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(path, text.Replace(old, now, StringComparison.Ordinal));
        await pbx.CommandAsync(reload);
    }
}
