using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Text;
using NodaTime;
using NodaTime.Text;
using Switchboard.Pbx;
using Switchboard.Persistence;

namespace Switchboard.Features.Setup;

/// <summary>Looks at everything that a worker needs of others: PBX, database, folders, clocks.</summary>
internal sealed class CheckRun(WorkerSettings settings, Bundle? bundle, TimeProvider time)
{
    private static readonly Duration ClockTolerance = Duration.FromSeconds(2);
    private static readonly TimeSpan CelPatience = TimeSpan.FromSeconds(5);
    private const string Again = "switchboard setup --asterisk-dir /etc/asterisk, and reload Asterisk (asterisk -rx 'dialplan reload')";

    private readonly CheckReport _report = new();
    private readonly string _id = Guid.NewGuid().ToString("N");

    public async Task<CheckReport> RunAsync(CancellationToken ct)
    {
        await DatabaseAsync(ct);
        Service();
        try
        {
            await using var pbx = await PbxProbe.VisitAsync(settings.Pbx, time, ct);
            var version = await pbx.VersionAsync(ct);
            _report.Ok("AMI login", $"'{settings.Pbx.Username}' at {settings.Pbx.Host}:{Text(settings.Pbx.Port)}{(version is null ? "" : $", Asterisk {version}")}");
            var allowed = await pbx.AllowedActionsAsync(ct);
            Rights(allowed);
            Clock("clock of the PBX", await pbx.ClockAheadAsync(ct));
            if (allowed.Contains("ShowDialPlan")) await DialplanAsync(pbx, ct);
            else _report.Unknown("dialplan", "cannot be read without ShowDialPlan");
            if (allowed.Contains("DBGetTree")) await LeaseAsync(pbx, ct);
            if (allowed.Contains("Originate")) await AnswersAsync(pbx, CheckTables.PlaysPbxTransfer(version), ct);
            else _report.Unknown("modules, prompts, folders, events", "cannot be asked without Originate");
        }
        catch (PbxVisitException away)
        {
            _report.Wrong("AMI login", away.Message, away.LoginRefused
                ? "compare Pbx:Username and the secret with manager_switchboard.conf, then asterisk -rx 'manager reload'; asterisk -rx 'manager show users' says whom Asterisk knows"
                : "put it right, then check again: what follows hangs on it");
        }

        return _report;
    }

    private async Task DatabaseAsync(CancellationToken ct)
    {
        try
        {
            var found = await DatabaseProbe.VisitAsync(settings.Database.Effective(), time, ct);
            _report.Ok("database", $"PostgreSQL {found.Version}");
            if (found.Obstacle is { } obstacle) _report.Wrong("database rights", obstacle[..obstacle.IndexOf(':', StringComparison.Ordinal)], obstacle[(obstacle.IndexOf(':', StringComparison.Ordinal) + 2)..]);
            else _report.Ok("database rights", "tables can be made");
            Schema(_report, found.Schema, found.Pending);
            Clock("clock of the database", found.Ahead);
        }
        catch (DatabaseVisitException away)
        {
            _report.Wrong("database", away.Message, "put it right, then check again (Database:ConnectionString, Database:PasswordFile)");
        }
    }

    internal static void Schema(CheckReport report, SchemaVerdict? verdict, int pending)
    {
        const string Check = "database schema";
        switch (verdict)
        {
            case SchemaVerdict.Current:
                report.Ok(Check, "as this version needs it");
                break;
            case SchemaVerdict.Migrate:
                report.Ok(Check, $"{Text(pending)} migrations come with the worker's next start");
                break;
            case SchemaVerdict.Newer(var newer):
                report.Ok(Check, $"of number {Text(newer.Number)}, made by Switchboard {newer.Version}; this older one, {SchemaVersion.Release}, may run on it");
                break;
            case SchemaVerdict.Refused(var why, var advice):
                report.Wrong(Check, why, advice);
                break;
            default:
                report.Unknown(Check, "not looked at without the rights");
                break;
        }
    }

    private void Service()
    {
        const string Check = "service's sandbox";
        var folder = settings.Pbx.MessagesDirectory;
        if (!InstalledService.MayWrite(folder)) _report.Wrong(Check, $"the installed service may not delete in {folder} (Pbx:MessagesDirectory)", $"systemctl edit switchboard: {InstalledService.LineFor(folder)}; then systemctl restart switchboard");
    }

    private void Rights(IReadOnlySet<string> allowed)
    {
        var few = CheckTables.Needed.Where(action => !allowed.Contains(action.Name)).ToList();
        if (few.Count == 0) _report.Ok("AMI rights", "all that are needed");
        else
        {
            _report.Wrong("AMI rights", $"too few: no {string.Join(", ", few.Select(action => $"{action.Name} ({action.For})"))}",
                $"add to write= of [{settings.Pbx.Username}] in manager_switchboard.conf: {string.Join(',', few.Select(action => action.Right).Distinct())}; then asterisk -rx 'manager reload'");
        }

        var many = CheckTables.Dangerous.Where(action => allowed.Contains(action.Name)).ToList();
        if (many.Count == 0) _report.Ok("AMI rights, no more", "none that could change the PBX itself");
        else
        {
            _report.Wrong("AMI rights, no more", $"too many: {string.Join(", ", many.Select(action => $"{action.Name} ({action.For})"))}",
                $"take from write= of [{settings.Pbx.Username}]: {string.Join(',', many.Select(action => action.Right).Distinct())} (and all); who gets at the worker would get at the PBX. Then asterisk -rx 'manager reload'");
        }
    }

    private void Clock(string check, Duration ahead)
    {
        // A difference of less than a millisecond has no sign.
        var found = $"{(Math.Round(ahead.TotalSeconds, 3) + 0.0).ToString("+0.000;-0.000;0.000", CultureInfo.InvariantCulture)} s from this machine's";
        if (ahead < ClockTolerance && -ahead < ClockTolerance) _report.Ok(check, found);
        else _report.Wrong(check, $"{found}: wake-ups would ring at the wrong time", "run NTP on both (timedatectl status); they must agree within 2 s");
    }

    private async Task DialplanAsync(PbxProbe pbx, CancellationToken ct)
    {
        List<CheckTables.Context> missing = [];
        foreach (var context in CheckTables.Contexts)
        {
            if (await pbx.ExtensionAsync(context.Name, context.Extension, ct) is null) missing.Add(context);
        }

        if (missing.Count == 0) _report.Ok("dialplan", $"{CheckTables.Contexts.Count} contexts are there");
        else if (missing.Count == CheckTables.Contexts.Count) _report.Wrong("dialplan", "no context of Switchboard's is there: extensions_switchboard.conf is not included in extensions.conf, or was not reloaded", Again);
        else _report.Wrong("dialplan", $"missing: {string.Join(", ", missing.Select(context => $"{(context.Extension is null ? "" : context.Extension + "@")}{context.Name} ({context.For})"))}", Again);

        var version = await pbx.ExtensionAsync("switchboard-check", "version", ct);
        if (version == Text(CheckTables.DialplanVersion)) _report.Ok("dialplan version", $"{version}, as this worker's");
        else _report.Wrong("dialplan version", version is null ? "none: its files are older than this check" : $"{version} at the PBX, {CheckTables.DialplanVersion} with this worker", Again);
    }

    private async Task LeaseAsync(PbxProbe pbx, CancellationToken ct)
    {
        if (LeaseEntry.Read(await pbx.EntryAsync(LeaseEntry.Family, LeaseEntry.Key, ct)) is not { } lease) _report.Ok("worker at the PBX", "none holds its lease just now");
        else _report.Ok("worker at the PBX", $"{lease.Worker} holds its lease since {(lease.Since is { } since ? InstantPattern.General.Format(since) : "an unknown time")}");
    }

    private async Task AnswersAsync(PbxProbe pbx, bool pbxTransfer, CancellationToken ct)
    {
        var prompts = settings.Hotel.LanguageList.SelectMany(language => (bundle?.Prompts(language) ?? ["wakeup"]).Concat(pbxTransfer ? ["/pbx-transfer"] : []).Select(prompt => $"{language}/{prompt}")).ToList();
        var worker = settings.FastAgi.Reached ?? $"{settings.FastAgi.Address}:{Text(settings.FastAgi.Port)}";
        var listens = Listens();
        var folder = settings.Pbx.MessagesDirectory;
        var told = await pbx.AskDialplanAsync(new(_id, [.. CheckTables.Modules.Select(module => module.Name)], prompts, Folder: true, listens ? worker : null), ct);
        if (!told.Called)
        {
            _report.Wrong("check call", told.Failure ?? "not made", $"{Again}: it needs the context switchboard-check");
            return;
        }

        Events(told);
        if (!told.HeardUser)
        {
            _report.Unknown("modules, prompts, folders", "their answers are not heard without read=user");
            return;
        }

        Missing("modules", told.Missing("modules"), CheckTables.Modules.Count,
            name => $"{name}.so ({CheckTables.Modules.First(module => module.Name == name).For})",
            "load them in modules.conf (load = NAME.so), then asterisk -rx 'module load NAME.so'; where the file does not exist, install the package that has it");
        Missing("prompts", told.Missing("prompts"), prompts.Count, name => name.Replace("//", "/", StringComparison.Ordinal),
            $"copy {bundle?.Folder ?? "asterisk-config"}/sounds/LANGUAGE/switchboard to sounds/LANGUAGE/ of Asterisk's data folder{(pbxTransfer ? " (and its transfer-to.wav as pbx-transfer.wav, without which this Asterisk puts nobody through by keys)" : "")} (switchboard setup --asterisk-dir does), or leave the language out of Hotel:Languages");
        Folder(told, folder);
        Worker(told, worker, listens);
        if (!told.Ended) _report.Wrong("check call", told.Failure ?? "it ended too early", "look into Asterisk's own log of this moment");
        await CelFileAsync(told, ct);
    }

    private void Events(PbxAnswers told)
    {
        List<string> unheard = [];
        if (!told.HeardUser) unheard.Add("user");
        if (!told.HeardCall) unheard.Add("call");
        if (unheard.Count == 0) _report.Ok("AMI events", "heard");
        else _report.Wrong("AMI events", $"not heard: {string.Join(" and ", unheard)}", $"add to read= of [{settings.Pbx.Username}] in manager_switchboard.conf: {string.Join(',', unheard)}; then asterisk -rx 'manager reload'");
        if (!told.HeardUser) return;
        if (told.Timestamped) _report.Ok("times of events", "timestampevents is on");
        else _report.Wrong("times of events", "events bear no time", "timestampevents=yes in [general] of manager.conf; then asterisk -rx 'manager reload'");
        if (told.HeardCel) _report.Ok("CEL", "the call record arrives over AMI");
        else _report.Wrong("CEL", "a call record of our own did not arrive over AMI", "enable=yes and events=ALL in [general], enabled=yes in [manager] of cel.conf; cel_manager.so must be loaded; then asterisk -rx 'module reload cel'");
    }

    private void Missing(string check, IReadOnlyList<string>? missing, int asked, Func<string, string> word, string toDo)
    {
        if (missing is null) _report.Unknown(check, "not answered");
        // Without func_module nothing can be said of any.
        else if (check == "modules" && missing.Count == asked) _report.Wrong(check, "Asterisk cannot say which it has: func_module.so is not loaded", "load = func_module.so in modules.conf, then asterisk -rx 'module load func_module.so'");
        else if (missing.Count == 0) _report.Ok(check, $"all {Text(asked)} are there");
        else _report.Wrong(check, $"missing: {string.Join(", ", missing.Take(20).Select(word))}{(missing.Count > 20 ? $" and {missing.Count - 20} more" : "")}", toDo);
    }

    // The PBX has left a file; it must be found here, and we must be able to delete it.
    private void Folder(PbxAnswers told, string folder)
    {
        const string Check = "folder of messages";
        const string Rights = "owner asterisk, the worker's group, mode 2770; Pbx:MessagesDirectory is SB_MESSAGES as this machine sees it";
        var there = told["folder", "Folder"];
        if (there is null)
        {
            _report.Unknown(Check, "not answered");
            return;
        }

        if (there.Length == 0 || told["folder", "Written"] != "1")
        {
            _report.Wrong(Check, there.Length == 0 ? "the PBX has no global SB_MESSAGES" : $"Asterisk cannot write into {there}", $"set SB_MESSAGES in [globals] (globals_switchboard.conf) and make the folder: {Rights}");
            return;
        }

        var file = Path.Combine(folder, $"check-{_id}.txt");
        try
        {
            if (!File.Exists(file))
            {
                _report.Wrong(Check, $"what Asterisk writes into {there} is not seen in {folder}", $"the two must be the same folder (a share, where the PBX is another machine): {Rights}");
                return;
            }

            File.Delete(file);
            _report.Seen(Check, $"{folder}: Asterisk writes, {Environment.UserName} reads and deletes", InstalledService.SeenAsRoot);
        }
        catch (Exception refused) when (refused is UnauthorizedAccessException or IOException)
        {
            _report.Wrong(Check, $"{Environment.UserName} cannot delete in {folder}: {refused.Message}", Rights);
        }
    }

    private void Worker(PbxAnswers told, string worker, bool listens)
    {
        const string Check = "dialogues";
        if (!listens) _report.Unknown(Check, $"no worker listens at {settings.FastAgi.Address}:{Text(settings.FastAgi.Port)}", "start it (systemctl start switchboard), then check again");
        else if (told["agi", "Done"] == "1") _report.Ok(Check, $"Asterisk reaches the worker at {worker}");
        else if (told["agi", "Status"] is { } status)
        {
            _report.Wrong(Check, $"Asterisk does not reach the worker at {worker} ({status})",
                "FastAgi:Address must be an address that the PBX reaches, FastAgi:Reached that address, FastAgi:AllowedAddresses must hold the PBX's own; no firewall between");
        }
        else _report.Unknown(Check, "not answered");
    }

    private async Task CelFileAsync(PbxAnswers told, CancellationToken ct)
    {
        const string Check = "CEL file";
        if (settings.CelFile is not { Length: > 0 } file)
        {
            _report.Unknown(Check, "EventRecord:CelFile is not set: what happens while the worker is away is not recorded", "set it to cel-custom/switchboard.csv (or your own) in Asterisk's log folder");
            return;
        }

        if (!told.HeardUser) return;
        var began = time.GetTimestamp();
        try
        {
            while (!HasOurs(file))
            {
                if (time.GetElapsedTime(began) > CelPatience)
                {
                    _report.Wrong(Check, $"what just happened does not stand in {file}", "cel_custom.conf must write it (cel_custom_switchboard.conf), and it must be the PBX's own file; then asterisk -rx 'module load cel_custom.so' (or reload)");
                    return;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(100), time, ct);
            }

            _report.Seen(Check, $"{file} is written, and readable for {Environment.UserName}", InstalledService.SeenAsRoot);
        }
        catch (Exception unreadable) when (unreadable is UnauthorizedAccessException or IOException)
        {
            _report.Wrong(Check, $"{file} cannot be read by {Environment.UserName}: {unreadable.Message}", "the worker's user must be in Asterisk's group (SupplementaryGroups=asterisk), and the file be there");
        }
    }

    private bool HasOurs(string file)
    {
        if (!File.Exists(file)) return false;
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Seek(Math.Max(0, stream.Length - 256 * 1024), SeekOrigin.Begin);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return reader.ReadToEnd().Contains(_id, StringComparison.Ordinal);
    }

    // Looked up, not tried: a connection that says nothing would be a warning in the worker's log.
    private bool Listens()
    {
        var address = IPAddress.Parse(settings.FastAgi.Address);
        return IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(at =>
            at.Port == settings.FastAgi.Port && (at.Address.Equals(address) || at.Address.Equals(IPAddress.Any) || at.Address.Equals(IPAddress.IPv6Any)));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
