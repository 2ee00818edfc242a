using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Switchboard.Cli;
using Switchboard.Pbx;
using Switchboard.Persistence;

namespace Switchboard.Features.Setup;

/// <summary>
/// Sets a worker up: asks, tries by really connecting, and only then writes. What is refused has changed nothing.
/// </summary>
internal sealed partial class SetupRun(CliSession cli, SetupOptions options, WorkerSettingsReader read, TimeProvider time)
{
    // They stand in lines of Asterisk's dialplan, where others mean something.
    [GeneratedRegex(@"^/[A-Za-z0-9_./-]+\z")]
    private static partial Regex FolderPattern();

    private readonly OwnedFiles _owned = new(time);
    private readonly string _output = Path.GetFullPath(cli.Value(options.Output) ?? SetupOptions.DefaultOutput);

    private string AmiSecretFile => Path.Combine(Path.GetDirectoryName(_output)!, "ami.secret");

    private string PasswordFile => Path.Combine(Path.GetDirectoryName(_output)!, "database.password");

    public async Task<int> RunAsync(CancellationToken ct)
    {
        var bundle = Bundle.Find(cli.Value(options.BundledFolder));
        var known = ConfigurationFile.Read(_output);
        var place = Place(known);
        if (cli.Value(options.Remove)) return await RemoveAsync(place, ct);

        var answers = SetupAnswers.Begin(cli, options, known);
        string secret;
        bool pbxWaits;
        while (true)
        {
            await answers.AskAsync(bundle, ct);
            secret = answers.AmiSecret ?? (place is not null ? NewSecret() : throw new CliException(ExitCodes.Usage,
                "--ami-secret-file is missing: the secret of the AMI user, as in manager.conf. Nothing was changed"));
            try
            {
                pbxWaits = await TryAsync(answers, secret, known, place, ct);
                break;
            }
            catch (CliException wrong) when (answers.CanCorrect)
            {
                await cli.Talk.WriteLineAsync($"\n{wrong.Message}\nOnce more, please (Enter keeps what stands in brackets):\n");
            }
        }

        if (place is not null)
        {
            if (bundle is null) throw new CliException(ExitCodes.Refused, $"the files for the PBX are not here: give their folder by --bundled. Nothing was changed");
            var user = new PbxUser(answers.AmiUser, secret, await PermitAsync(answers, ct));
            WritePbx(place, bundle, user, answers.Languages.Split(' '));
            pbxWaits = !cli.Value(options.Reload) || !await AsteriskAsync(SetupWords.ReloadCommands(place), ct);
            if (!pbxWaits) await cli.Talk.WriteLineAsync($"Asterisk was told to read it ({SetupWords.ReloadCommand(place)}).");
        }

        await WriteConfigurationAsync(answers, secret, known, place);
        if (place is null) SetupWords.ByHand(cli.Talk, bundle, answers.AmiUser, AmiSecretFile, await PermitAsync(answers, ct));
        SetupWords.Next(cli.Talk, _output, place, pbxWaits);
        return ExitCodes.Done;
    }

    /// <summary>Validates what would be written as the worker will, and connects with it. True: the PBX knows its new user only later.</summary>
    private async Task<bool> TryAsync(SetupAnswers answers, string secret, ConfigurationFile known, PbxPlace? place, CancellationToken ct)
    {
        var settings = await SettingsAsync(answers, secret, place);
        if (cli.Value(options.Unchecked)) return true;
        await cli.Talk.WriteLineAsync("Trying the database ...");
        try
        {
            var database = await DatabaseProbe.VisitAsync(settings.Database.Effective(), time, ct);
            if (database.Obstacle is { } obstacle) throw Refused(obstacle);
            if (database.Schema is SchemaVerdict.Refused(var why, var advice)) throw Refused($"the database cannot be used: {why}: {advice}");
            await cli.Talk.WriteLineAsync($"  PostgreSQL {database.Version}, tables can be made.");
            if (database.Schema is SchemaVerdict.Newer(var newer)) await cli.Talk.WriteLineAsync($"  Its schema was made by Switchboard {newer.Version}; this older one may run on it.");
        }
        catch (DatabaseVisitException away)
        {
            throw Refused(away.Message);
        }

        await cli.Talk.WriteLineAsync("Trying the PBX ...");
        try
        {
            await using var pbx = await PbxProbe.VisitAsync(settings.Pbx, time, ct);
            var version = await pbx.VersionAsync(ct);
            await cli.Talk.WriteLineAsync($"  Asterisk {version ?? "(of unknown version)"} lets '{answers.AmiUser}' in.");
            return false;
        }
        catch (PbxVisitException away) when (place is not null && away.LoginRefused)
        {
            await cli.Talk.WriteLineAsync($"  Asterisk answers; '{answers.AmiUser}' is added now.");
            return true;
        }
        catch (PbxVisitException away) when (place is not null && away.NobodyAnswers && PbxPlan.OpensManager(place))
        {
            await cli.Talk.WriteLineAsync($"  Nobody answers yet: manager.conf in {place.Folder} has no enabled=yes, which is added now.");
            return true;
        }
        catch (PbxVisitException away)
        {
            throw Refused(away.Message);
        }
    }

    // A folder of our own with what would be written, read by the worker's own rules.
    private async Task<WorkerSettings> SettingsAsync(SetupAnswers answers, string secret, PbxPlace? place)
    {
        var folder = Directory.CreateTempSubdirectory("switchboard-setup-");
        try
        {
            var draft = ConfigurationFile.Read(_output);
            var (secretFile, passwordFile) = (Path.Combine(folder.FullName, "s"), Path.Combine(folder.FullName, "p"));
            await File.WriteAllTextAsync(secretFile, secret);
            if (answers.DatabasePassword is { } password) await File.WriteAllTextAsync(passwordFile, password);
            await FillAsync(draft, answers, place, secretFile, passwordFile);
            var file = Path.Combine(folder.FullName, "appsettings.json");
            await File.WriteAllBytesAsync(file, draft.ToBytes());
            var settings = await read(file);
            // Their files go with the folder.
            settings.Pbx.Secret = secret;
            settings.Pbx.SecretFile = null;
            if (settings.Database.PasswordFile is not null)
            {
                settings.Database.ConnectionString = settings.Database.Effective();
                settings.Database.PasswordFile = null;
            }

            return settings;
        }
        catch (CliException unusable)
        {
            throw Refused(unusable.Message.Replace(folder.FullName, Path.GetDirectoryName(_output), StringComparison.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task FillAsync(ConfigurationFile file, SetupAnswers answers, PbxPlace? place, string secretFile, string passwordFile)
    {
        Set("Hotel:Name", answers.HotelName);
        Set("Hotel:TimeZone", answers.Zone);
        Set("Hotel:Languages", answers.Languages);
        Set("Http:Url", answers.HttpUrl);
        if (file["Http:BootstrapTokenFile"] is null) Set("Http:BootstrapTokenFile", "/var/lib/switchboard/admin.token");
        Set("Pbx:Host", answers.PbxHost);
        file.Set("Pbx:Port", answers.PbxPort);
        if (answers.PbxTls || file["Pbx:Tls"] is not null) file.Set("Pbx:Tls", answers.PbxTls);
        if (cli.Value(options.PbxTlsAuthority) is { } authority) Set("Pbx:TlsAuthorityFile", Path.GetFullPath(authority));
        if (cli.Value(options.PbxTlsHostName) is { } name) Set("Pbx:TlsHostName", name);
        Set("Pbx:Username", answers.AmiUser);
        file.Set("Pbx:Secret", null);
        Set("Pbx:SecretFile", secretFile);
        Set("Database:ConnectionString", answers.ConnectionString);
        file.Set("Database:PasswordFile", answers.DatabasePassword is null ? null : passwordFile);
        if (cli.Value(options.MessagesDir) is not null || place is not null) Set("Pbx:MessagesDirectory", place?.Messages ?? cli.Value(options.MessagesDir)!);
        if (place is not null && file["EventRecord:CelFile"] is null) Set("EventRecord:CelFile", Path.Combine(LogFolder(place), "cel-custom", PbxPlan.CelFileName));
        // A PBX elsewhere must reach the dialogues, and nobody else.
        if (!IsLoopback(answers.PbxHost) && file["FastAgi:Address"] is null && await PbxProbe.OwnAddressTowardsAsync(answers.PbxHost, CancellationToken.None) is { } own && !IPAddress.IsLoopback(own))
        {
            Set("FastAgi:Address", own.ToString());
            file.Set("FastAgi:AllowedAddresses", new JsonArray([.. (await Dns.GetHostAddressesAsync(answers.PbxHost)).Select(address => (JsonNode)address.ToString())]));
        }

        void Set(string key, string value) => file.Set(key, value);
    }

    private async Task WriteConfigurationAsync(SetupAnswers answers, string secret, ConfigurationFile known, PbxPlace? place)
    {
        var folder = Path.GetDirectoryName(_output)!;
        try
        {
            if (!Directory.Exists(folder))
            {
                Directory.CreateDirectory(folder);
                // Whatever root's umask is, the service must come through; each secret has a mode of its own.
                OwnedFiles.SetMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                    | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
            }


            Written(AmiSecretFile, Encoding.UTF8.GetBytes(secret + "\n"));
            if (answers.DatabasePassword is { } password) Written(PasswordFile, Encoding.UTF8.GetBytes(password + "\n"));
            await FillAsync(known, answers, place, AmiSecretFile, PasswordFile);
            Written(_output, known.ToBytes());
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Refused, $"{folder} cannot be written: {refused.Message}");
        }

        void Written(string path, byte[] content)
        {
            if (_owned.WritePrivate(path, content, out var backup)) cli.Talk.WriteLine($"{path} written{(backup is null ? "" : $" (before: {backup})")}");
            else cli.Talk.WriteLine($"{path} is so already");
        }
    }

    private void WritePbx(PbxPlace place, Bundle bundle, PbxUser user, IReadOnlyList<string> languages)
    {
        try
        {
            var plan = PbxPlan.Make(place, bundle, user);
            var did = new PbxFolder(place, _owned).Apply(plan, bundle, languages);
            foreach (var line in did) cli.Talk.WriteLine(line);
            if (did.Count == 0) cli.Talk.WriteLine($"{place.Folder} is so already");
            foreach (var note in plan.Notes) cli.Talk.WriteLine($"note: {note}");
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Refused, $"{place.Folder}: {refused.Message} What was written until then goes by --remove");
        }
    }

    // True: all of it was done.
    private async Task<bool> AsteriskAsync(IReadOnlyList<(string Program, string[] Arguments)> commands, CancellationToken ct)
    {
        foreach (var (program, arguments) in commands)
        {
            try
            {
                using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
                var said = process.StandardOutput.ReadToEndAsync(ct);
                var complained = await process.StandardError.ReadToEndAsync(ct);
                await said;
                await process.WaitForExitAsync(ct);
                // That a module is loaded already is no failure.
                if (process.ExitCode == 0 || arguments[^1].StartsWith("module load", StringComparison.Ordinal)) continue;
                await cli.Talk.WriteLineAsync($"note: {program} {string.Join(' ', arguments)} ended with {process.ExitCode.ToString(CultureInfo.InvariantCulture)}: {TextTable.Clean(complained.Trim())}");
                return false;
            }
            catch (System.ComponentModel.Win32Exception missing)
            {
                await cli.Talk.WriteLineAsync($"note: {program} cannot be run here: {missing.Message}");
                return false;
            }
        }

        return true;
    }

    private async Task<int> RemoveAsync(PbxPlace? place, CancellationToken ct)
    {
        if (place is null) throw new CliException(ExitCodes.Usage, "--remove needs the folder to take it out of: --asterisk-dir /etc/asterisk");
        var did = new PbxFolder(place, _owned).Remove();
        foreach (var line in did) await cli.Talk.WriteLineAsync(line);
        await cli.Talk.WriteLineAsync(did.Count == 0 ? $"{place.Folder} holds nothing that setup wrote" : $"Taken out of {place.Folder}.");
        if (did.Count > 0 && !(cli.Value(options.Reload) && await AsteriskAsync(SetupWords.ForgetCommands(place), ct))) SetupWords.Forget(cli.Talk, place);
        else if (did.Count > 0) await cli.Talk.WriteLineAsync("Asterisk has read it, and its AstDB has forgotten what it kept of Switchboard.");
        return ExitCodes.Done;
    }

    private PbxPlace? Place(ConfigurationFile known)
    {
        var (given, there) = (Plain("--messages-dir", cli.Value(options.MessagesDir)), Plain("--messages-dir-at-pbx", cli.Value(options.MessagesDirAtPbx)));
        if (cli.Value(options.AsteriskDir) is not { } named)
        {
            return cli.Value(options.FreePbx) || cli.Value(options.Reload)
                ? throw new CliException(ExitCodes.Usage, "--freepbx and --reload need the folder to write into: --asterisk-dir /etc/asterisk. Nothing was changed")
                : null;
        }

        var folder = Path.GetFullPath(named);
        if (!File.Exists(Path.Combine(folder, "extensions.conf")) || !File.Exists(Path.Combine(folder, "manager.conf")))
            throw new CliException(ExitCodes.Refused, $"--asterisk-dir '{named}': must be Asterisk's configuration folder, with extensions.conf and manager.conf. Nothing was changed");
        var data = cli.Value(options.AsteriskData) ?? Directories(folder).Value("directories", "astdatadir") ?? Directories(folder).Value("directories", "astvarlibdir")
            ?? (Directory.Exists("/usr/share/asterisk/sounds") ? "/usr/share/asterisk" : "/var/lib/asterisk");
        if (!Directory.Exists(data)) throw new CliException(ExitCodes.Refused, $"--asterisk-data '{data}': there is no such folder; it must be Asterisk's data folder, above 'sounds'. Nothing was changed");
        var messages = Path.GetFullPath(given ?? Plain($"Pbx:MessagesDirectory in {_output}", known["Pbx:MessagesDirectory"])
            ?? Path.Combine(Plain("astspooldir in asterisk.conf", Directories(folder).Value("directories", "astspooldir")) ?? "/var/spool/asterisk", "switchboard-messages"));
        return new(folder, Path.GetFullPath(data), messages, there ?? messages, cli.Value(options.FreePbx), KnowsTransferSound(folder));
    }

    // What is taken out was written by what it says itself.
    private string? Plain(string field, string? path) => path is null || cli.Value(options.Remove) || FolderPattern().IsMatch(path)
        ? path : throw Refused($"{field} '{TextTable.Clean(path)}': must be an absolute path of letters, digits, '/', '.', '_' and '-'");

    // Told by a module that came later still; where the modules are elsewhere Asterisk's own announcement does.
    private static bool KnowsTransferSound(string folder) =>
        new[] { Directories(folder).Value("directories", "astmoddir") ?? "/usr/lib/asterisk/modules", $"/usr/lib/{RuntimeInformation.OSArchitecture switch { Architecture.Arm64 => "aarch64", _ => "x86_64" }}-linux-gnu/asterisk/modules" }
            .Any(modules => File.Exists(Path.Combine(modules, "res_cdrel_custom.so")));

    private static string LogFolder(PbxPlace place) => Directories(place.Folder).Value("directories", "astlogdir") ?? "/var/log/asterisk";

    // Debian marks the section as a template and compiles the same in: either way it says where things are.
    private static AsteriskConf Directories(string folder) => AsteriskConf.Of(File.Exists(Path.Combine(folder, "asterisk.conf")) ? File.ReadAllText(Path.Combine(folder, "asterisk.conf")) : "", folder);

    private static async Task<string> PermitAsync(SetupAnswers answers, CancellationToken ct)
    {
        // A name may lead either way.
        if (answers.PbxHost == "localhost") return "127.0.0.1/255.255.255.255,::1/128";
        if (IPAddress.TryParse(answers.PbxHost, out var given) && given.Equals(IPAddress.IPv6Loopback)) return "::1/128";
        if (IsLoopback(answers.PbxHost) || await PbxProbe.OwnAddressTowardsAsync(answers.PbxHost, ct) is not { } own || IPAddress.IsLoopback(own)) return "127.0.0.1/255.255.255.255";
        return own.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? $"{own}/255.255.255.255" : $"{own}/128";
    }

    private static bool IsLoopback(string host) => host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));

    private static CliException Refused(string message) => new(ExitCodes.Refused, $"{message.TrimEnd('.')}. Nothing was changed");
}
