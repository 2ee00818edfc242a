using System.CommandLine;
using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using Switchboard.Cli;
using Switchboard.Features.Hotel;

namespace Switchboard.Features.Setup;

/// <summary>What setup was told: each by its flag, else by the configuration that exists, else typed, else a default. A wrong one is told at once.</summary>
internal sealed partial class SetupAnswers
{
    // By its socket Debian's PostgreSQL lets nobody in but a system's user of the same name, which whoever sets up is not.
    private const string DefaultDatabaseHost = "127.0.0.1";

    private readonly CliSession _cli;
    private readonly SetupOptions _options;
    private readonly ConfigurationFile _known;
    private readonly bool _ask;
    private bool _again;

    private SetupAnswers(CliSession cli, SetupOptions options, ConfigurationFile known)
    {
        (_cli, _options, _known) = (cli, options, known);
        _ask = cli.CanAsk && !cli.Value(options.Yes);
    }

    public string HotelName { get; private set; } = "";
    public string Zone { get; private set; } = "";
    public string Languages { get; private set; } = "";
    public string HttpUrl { get; private set; } = "";
    public string PbxHost { get; private set; } = "";
    public int PbxPort { get; private set; }
    public bool PbxTls { get; private set; }
    public string AmiUser { get; private set; } = "";

    /// <summary>Null where none was given: one is made, if the user is.</summary>
    public string? AmiSecret { get; private set; }

    public string ConnectionString { get; private set; } = "";
    public string? DatabasePassword { get; private set; }

    /// <summary>Whether somebody can be asked once more.</summary>
    public bool CanCorrect => _ask;

    // As it may stand in manager.conf's and Asterisk's own lines.
    [GeneratedRegex(@"^[A-Za-z0-9_.-]{1,79}\z")]
    private static partial Regex UserPattern();

    [GeneratedRegex(@"^[a-z]{2}( [a-z]{2}){0,4}\z")]
    private static partial Regex LanguagesPattern();

    public static SetupAnswers Begin(CliSession cli, SetupOptions options, ConfigurationFile known) => new(cli, options, known);

    /// <summary>Asks for everything. The second time, what was said the first time is suggested.</summary>
    /// <exception cref="CliException">A flag is wrong, or something is missing that nobody can be asked for.</exception>
    public async Task AskAsync(Bundle? bundle, CancellationToken ct)
    {
        HotelName = await AnswerAsync("The hotel's name", _options.HotelName, Or(HotelName, _known["Hotel:Name"]), null, value => OneLine(value, 100), ct);
        Zone = await AnswerAsync("Its time zone", _options.Zone, Or(Zone, _known["Hotel:TimeZone"]), null, ZoneFault, ct);
        Languages = await AnswerAsync("Languages that are said, in their order", _options.Languages, Or(Languages, _known["Hotel:Languages"]), "zh en", value => LanguagesFault(value, bundle), ct);
        HttpUrl = await AnswerAsync("Where the API listens", _options.HttpUrl, Or(HttpUrl, _known["Http:Url"]), CliOptions.DefaultUrl, UrlFault, ct);

        PbxHost = await AnswerAsync("The PBX's host", _options.PbxHost, Or(PbxHost, _known["Pbx:Host"]), "127.0.0.1", value => OneLine(value, 253), ct);
        PbxTls = _cli.Value(_options.PbxTls) ?? string.Equals(_known["Pbx:Tls"], "true", StringComparison.OrdinalIgnoreCase);
        PbxPort = await PortAsync("AMI's port there", _options.PbxPort, PbxPort, _known["Pbx:Port"], PbxTls ? 5039 : 5038, ct);
        AmiUser = await AnswerAsync("The AMI user", _options.AmiUser, Or(AmiUser, _known["Pbx:Username"]), "switchboard",
            value => UserPattern().IsMatch(value) && value != "general" ? null : "must be 1 to 79 letters, digits, '_', '.' or '-', and not 'general'", ct);
        var makes = _cli.Value(_options.AsteriskDir) is not null;
        AmiSecret = await SecretAsync("The AMI user's secret", _options.AmiSecretFile, AmiSecret, _known["Pbx:SecretFile"], _known["Pbx:Secret"], makes ? "Enter: one is made" : null, ct);

        await DatabaseAsync(ct);
        _again = true;
    }

    private async Task DatabaseAsync(CancellationToken ct)
    {
        // Where it was wrong its parts are asked for: the flag would only be wrong again.
        if (_cli.Value(_options.ConnectionString) is { } whole && !_again)
        {
            var given = Parsed(whole) ?? throw Bad("--connection-string", null, "must be Key=Value pairs with ';' between, as Npgsql documents them");
            if (string.IsNullOrEmpty(given.Host)) throw Bad("--connection-string", null, "lacks Host");
            if (given.Password is not null) throw Bad("--connection-string", null, "must hold no password: every user of this machine sees command lines. Give --database-password-file");
            ConnectionString = whole;
        }
        else
        {
            const int Usual = 5432;
            var text = Or(ConnectionString, _known["Database:ConnectionString"]) ?? "";
            var known = Parsed(text) ?? new NpgsqlConnectionStringBuilder();
            // (Npgsql's own says of every key that it knows that it is there.)
            var hasPort = new DbConnectionStringBuilder { ConnectionString = known.ConnectionString }.ContainsKey("Port");
            // What was in it beside these stays.
            var made = new NpgsqlConnectionStringBuilder(known.ConnectionString) { Password = null };
            made.Host = await AnswerAsync("PostgreSQL's host, or the folder of its socket", _options.DatabaseHost, known.Host, DefaultDatabaseHost, value => OneLine(value, 253), ct);
            var port = await PortAsync("Its port", _options.DatabasePort, 0, hasPort ? known.Port.ToString(CultureInfo.InvariantCulture) : null, Usual, ct);
            if (port != Usual || hasPort) made.Port = port;
            made.Database = await AnswerAsync("The database", _options.DatabaseName, known.Database, "switchboard", value => OneLine(value, 63), ct);
            made.Username = await AnswerAsync("Its user", _options.DatabaseUser, known.Username, "switchboard", value => OneLine(value, 63), ct);
            // The same in other words is left in its own.
            ConnectionString = made.EquivalentTo(known) ? text : made.ConnectionString;
        }

        var inside = Parsed(_known["Database:ConnectionString"] ?? "")?.Password;
        DatabasePassword = await SecretAsync("That user's password", _options.DatabasePasswordFile, DatabasePassword, _known["Database:PasswordFile"], inside, "Enter: none", ct);
    }

    private async Task<string> AnswerAsync(string question, Option<string?> option, string? known, string? otherwise, Func<string, string?> fault, CancellationToken ct)
    {
        if (_cli.Value(option) is { } flag && !_again) return fault(flag) is { } wrong ? throw Bad(option.Name, flag, wrong) : flag;
        if (!_ask)
        {
            var value = known ?? otherwise ?? throw new CliException(ExitCodes.Usage, $"{option.Name} is missing, and there is nobody to ask. Nothing was changed");
            return fault(value) is { } wrong ? throw Bad(option.Name, value, wrong) : value;
        }

        while (true)
        {
            var typed = await _cli.AskAsync(question, known ?? otherwise, ct);
            if (fault(typed) is not { } wrong) return typed;
            await _cli.Talk.WriteLineAsync($"  '{TextTable.Clean(typed)}': {wrong}");
        }
    }

    private async Task<int> PortAsync(string question, Option<int?> option, int said, string? known, int otherwise, CancellationToken ct)
    {
        const string Allowed = "must be a port, 1 to 65535";
        if (_cli.Value(option) is { } flag && !_again) return flag is >= 1 and <= 65535 ? flag : throw Bad(option.Name, flag.ToString(CultureInfo.InvariantCulture), Allowed);
        var suggestion = said != 0 ? said.ToString(CultureInfo.InvariantCulture) : known ?? otherwise.ToString(CultureInfo.InvariantCulture);
        while (true)
        {
            var text = _ask ? await _cli.AskAsync(question, suggestion, ct) : suggestion;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535) return port;
            if (!_ask) throw Bad(option.Name, text, Allowed);
            await _cli.Talk.WriteLineAsync($"  '{TextTable.Clean(text)}': {Allowed}");
        }
    }

    // A file that was named, else what was said before, else what is configured already, else typed unseen.
    private async Task<string?> SecretAsync(string question, Option<string?> option, string? said, string? knownFile, string? known, string? whenEmpty, CancellationToken ct)
    {
        if (_cli.Value(option) is { } file && !_again) return ReadSecret(option.Name, file);
        var kept = said ?? (knownFile is not null && File.Exists(knownFile) ? ReadSecret(option.Name, knownFile) : known);
        if (!_ask) return kept;
        var hint = kept is not null ? "Enter: as before" : whenEmpty;
        while (true)
        {
            var typed = (await _cli.AskHiddenAsync($"{question}{(hint is null ? "" : $" [{hint}]")}: ", $"give {option.Name}", ct)).Trim();
            if (typed.Length == 0) return kept;
            if (IsSecret(typed)) return typed;
            await _cli.Talk.WriteLineAsync($"  that must be {AllowedSecret}");
        }
    }

    private static string ReadSecret(string option, string file)
    {
        try
        {
            var secret = File.ReadLines(file).FirstOrDefault("").Trim();
            return IsSecret(secret) ? secret : throw Bad(option, file, $"must hold the secret in its first line, {AllowedSecret}");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw Bad(option, file, $"cannot be read ({unreadable.Message})");
        }
    }

    private const string AllowedSecret = "1 to 200 characters, none of them a control character";

    private static bool IsSecret(string text) => text.Length is > 0 and <= 200 && !text.Any(char.IsControl);

    private static string? OneLine(string value, int most) => value.Trim().Length > 0 && value.Length <= most && !value.Any(char.IsControl) ? null : $"must be 1 to {most} characters in one line";

    private static string? ZoneFault(string value)
    {
        if (SystemZones.GetOrNull(value) is not null && value.Length > 0) return null;
        var near = ZoneNames.Near(value);
        return $"is not in this system's zone data{(near.Count > 0 ? $"; did you mean {string.Join(" or ", near)}?" : ": give an IANA name such as Asia/Shanghai (timedatectl list-timezones)")}";
    }

    private static string? LanguagesFault(string value, Bundle? bundle)
    {
        if (!LanguagesPattern().IsMatch(value)) return "must be one to five two-letter languages with a space between, such as: zh en";
        if (bundle is null) return null;
        var missing = value.Split(' ').Except(bundle.Languages).ToList();
        return missing.Count == 0 ? null : $"there are no prompts in {string.Join(", ", missing)}, only in {string.Join(", ", bundle.Languages)}";
    }

    private static string? UrlFault(string value) => Uri.TryCreate(value, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
        ? null : "must be an http:// or https:// URL, such as http://127.0.0.1:5080";

    private static NpgsqlConnectionStringBuilder? Parsed(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException)
        {
            return null;
        }
    }

    private static string? Or(string said, string? known) => said.Length > 0 ? said : known;

    private static CliException Bad(string option, string? value, string allowed) =>
        new(ExitCodes.Refused, $"{option}{(value is null ? "" : $" '{TextTable.Clean(value)}'")}: {allowed}. Nothing was changed");
}
