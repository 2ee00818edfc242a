using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Switchboard.Cli;

namespace Switchboard.Features.Setup;

internal enum CheckState
{
    Ok,
    Wrong,

    /// <summary>It could not be asked, since something before it is wrong or not running.</summary>
    Unknown,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Do">What to do; null where nothing is to be done.</param>
internal sealed record CheckItem(string Check, CheckState State, string Found, string? Do = null);

/// <summary>All that was looked at, for people or as JSON.</summary>
internal sealed class CheckReport
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private readonly List<CheckItem> _items = [];

    public IReadOnlyList<CheckItem> Items => _items;

    public bool IsOk => _items.TrueForAll(item => item.State != CheckState.Wrong);

    public void Ok(string check, string found) => _items.Add(new(check, CheckState.Ok, found));

    public void Wrong(string check, string found, string toDo) => _items.Add(new(check, CheckState.Wrong, found, toDo));

    public void Unknown(string check, string found, string? toDo = null) => _items.Add(new(check, CheckState.Unknown, found, toDo));

    /// <summary>It is so for whoever looks. Root sees what the service may not, and cannot say it of that one.</summary>
    public void Seen(string check, string found, bool asRoot)
    {
        if (asRoot) Unknown(check, $"{found}, as root", $"as the service sees it: {InstalledService.CheckAsIt}");
        else Ok(check, found);
    }

    public int Write(CliSession cli)
    {
        if (cli.Json)
        {
            cli.Out.WriteLine(JsonSerializer.Serialize(new { ok = IsOk, checks = _items }, Json));
            return IsOk ? ExitCodes.Done : ExitCodes.Refused;
        }

        if (cli.Plain)
        {
            var table = new TextTable("CHECK", "STATE", "FOUND", "DO");
            foreach (var item in _items) table.Add(item.Check, Word(item.State), item.Found, item.Do);
            table.WritePlain(cli.Out);
            return IsOk ? ExitCodes.Done : ExitCodes.Refused;
        }

        foreach (var item in _items)
        {
            cli.Out.WriteLine(TextTable.Clean($"{Word(item.State),-8} {item.Check}: {item.Found}"));
            if (item.Do is not null) cli.Out.WriteLine(TextTable.Clean($"         -> {item.Do}"));
        }

        cli.Out.WriteLine(IsOk ? "All is well." : $"{_items.Count(item => item.State == CheckState.Wrong)} of {_items.Count} are wrong.");
        return IsOk ? ExitCodes.Done : ExitCodes.Refused;
    }

    private static string Word(CheckState state) => state switch { CheckState.Ok => "OK", CheckState.Wrong => "WRONG", _ => "UNKNOWN" };
}
