using System.Globalization;
using System.Text;

namespace Switchboard.Features.Setup;

/// <summary>Where an Asterisk keeps its things, as this machine sees them.</summary>
/// <param name="Folder">Its configuration: /etc/asterisk.</param>
/// <param name="Data">Above its <c>sounds</c>.</param>
/// <param name="Messages">Callers' recordings, as this machine sees the folder.</param>
/// <param name="MessagesThere">The same as the PBX sees it.</param>
/// <param name="FreePbx">Its files are made by FreePBX; only those named *_custom are left alone.</param>
/// <param name="TransferSound">It is known to be new enough for a sound of its own before a transfer.</param>
internal sealed record PbxPlace(string Folder, string Data, string Messages, string MessagesThere, bool FreePbx, bool TransferSound = false);

/// <summary>The worker's AMI user.</summary>
internal sealed record PbxUser(string Name, string Secret, string Permit);

/// <summary>A file of ours.</summary>
/// <param name="Kept">The hotel's to edit: written once, and never again.</param>
internal sealed record PlannedFile(string Name, string Text, bool Kept = false, bool Secret = false);

/// <summary>Lines in a file that is not ours.</summary>
internal sealed record PlannedHook(string Name, IReadOnlyList<string> Lines);

/// <summary>What is to be added to a PBX's configuration, worked out from what stands there. Nothing of the hotel's is changed, only added to.</summary>
internal sealed class PbxPlan
{
    private const string Head = "; Written by \"switchboard setup\"";

    private readonly PbxPlace _place;
    private readonly Bundle _bundle;
    private readonly List<PlannedFile> _files = [];
    private readonly List<PlannedHook> _hooks = [];
    private readonly List<string> _notes = [];

    private PbxPlan(PbxPlace place, Bundle bundle) => (_place, _bundle) = (place, bundle);

    public IReadOnlyList<PlannedFile> Files => _files;

    public IReadOnlyList<PlannedHook> Hooks => _hooks;

    /// <summary>What of the hotel's own settings matters to Switchboard, for whoever runs the PBX.</summary>
    public IReadOnlyList<string> Notes => _notes;

    public static PbxPlan Make(PbxPlace place, Bundle bundle, PbxUser user)
    {
        var plan = new PbxPlan(place, bundle);
        plan.Manager(user);
        plan.Dialplan();
        plan.Queues();
        plan.Music();
        plan.Features();
        plan.CallRecord();
        plan.Modules();
        return plan;
    }

    private void Manager(PbxUser user)
    {
        const string Name = "manager_switchboard.conf";
        var theirs = Theirs("manager.conf");
        var text = new StringBuilder($"{Head}: the worker's AMI user. It may place and hang up calls and read state, and neither run commands nor change configuration.\n");
        List<string> general = [];
        if (!IsOpen(theirs)) general.Add("enabled=yes");
        // Without it CEL's times are whole seconds.
        if (!IsYes(theirs.Value("general", "timestampevents"))) general.Add("timestampevents=yes");
        if (general.Count > 0) text.Append(Section(theirs, "general")).AppendJoin('\n', general).Append('\n');
        text.Append('[').Append(user.Name).Append("]\n");
        foreach (var line in _bundle.Conf(Name).Lines)
        {
            var value = line.Key switch { "secret" => user.Secret.Replace(";", "\\;", StringComparison.Ordinal), "permit" => user.Permit, _ => line.Value };
            text.Append(line.Key).Append('=').Append(value).Append('\n');
        }

        if (theirs.Has(user.Name))
            _notes.Add($"manager.conf has a user [{user.Name}] of its own: Asterisk would take that one. Remove it, or choose another name (--ami-user)");
        Add(theirs, "manager.conf", "manager_custom.conf", new PlannedFile(Name, text.ToString(), Secret: true));
    }

    private void Dialplan()
    {
        var theirs = Theirs("extensions.conf");
        var text = new StringBuilder("; The hotel's own, yours to edit: \"switchboard setup\" writes this file once. What the worker tells the PBX itself (Office:..., Outside:...) goes before these.\n");
        if (!_place.FreePbx) text.Append(Section(theirs, "globals"));
        foreach (var raw in _bundle.Read("extensions.conf").Split('\n').Where(line => line.TrimStart(';').StartsWith("SB_", StringComparison.Ordinal)))
        {
            var key = raw.TrimStart(';').Split('=')[0];
            if (theirs.Value("globals", key) is not null) continue;
            text.Append(key == "SB_MESSAGES" ? $"SB_MESSAGES={_place.MessagesThere}" : raw).Append('\n');
        }

        var globals = new PlannedFile("globals_switchboard.conf", text.ToString(), Kept: true);
        var house = new PlannedFile("extensions_switchboard_house.conf", _bundle.Read("extensions_house.conf"), Kept: true);
        // Included by the first of them, all but that one.
        foreach (var file in _bundle.DialplanFiles.Where(file => file != "extensions_switchboard.conf")) _files.Add(new(file, _bundle.Read(file)));
        List<PlannedFile> included = [new("extensions_switchboard.conf", _bundle.Read("extensions_switchboard.conf"))];
        if (!theirs.Has("switchboard-house")) included.Add(house);
        if (_place.FreePbx) Add(theirs, "extensions.conf", "globals_custom.conf", globals);
        else included.Insert(0, globals);
        Add(theirs, "extensions.conf", "extensions_custom.conf", [.. included]);
    }

    private void Queues() =>
        Add(Theirs("queues.conf"), "queues.conf", "queues_custom.conf", new PlannedFile("queues_switchboard.conf", _bundle.Read("queues_switchboard.conf")));

    private void Music()
    {
        const string Class = "switchboard-welcome";
        var theirs = Theirs("musiconhold.conf");
        if (theirs.Has(Class)) return;
        var text = new StringBuilder($"{Head}: what a caller from outside hears while the operators' phones ring.\n[{Class}]\n");
        foreach (var line in _bundle.Conf("musiconhold.conf").Lines.Where(line => line.Section == Class)) text.Append(line.Key).Append('=').Append(line.Value).Append('\n');
        Add(theirs, "musiconhold.conf", "musiconhold_custom.conf", new PlannedFile("musiconhold_switchboard.conf", text.ToString()));
    }

    private void Features()
    {
        var theirs = Theirs("features.conf");
        var (general, map) = (Missing("general"), Missing("featuremap"));
        if (_place.FreePbx)
        {
            if (general.Count > 0) Add(theirs, "features.conf", "features_general_custom.conf", new PlannedFile("features_general_switchboard.conf", Text("", general)));
            if (map.Count > 0) Add(theirs, "features.conf", "features_featuremap_custom.conf", new PlannedFile("features_featuremap_switchboard.conf", Text("", map)));
            return;
        }

        if (general.Count + map.Count == 0) return;
        var text = Text(general.Count > 0 ? Section(theirs, "general") : "", general) + (map.Count > 0 ? Section(theirs, "featuremap") + string.Join('\n', map) + "\n" : "");
        Add(theirs, "features.conf", "features.conf", new PlannedFile("features_switchboard.conf", text));

        // A key that the hotel's people know stays what it is.
        List<string> Missing(string section)
        {
            List<string> missing = [];
            // One key that it does not know, and an Asterisk of version 16 refuses the whole file: then no key puts anybody through.
            foreach (var line in _bundle.Conf("features.conf").Lines.Where(line => line.Section == section && (_place.TransferSound || line.Key != "transferannouncesound")))
            {
                if (theirs.Value(section, line.Key) is not { } own) missing.Add($"{line.Key}={line.Value}");
                else if (own != line.Value) _notes.Add($"features.conf: {line.Key}={own} stays as it is (by the manual it would be {line.Value})");
            }

            return missing;
        }

        static string Text(string header, List<string> lines) => $"{Head}: what operators press in a call to put it through. Only their legs may.\n{header}{string.Join('\n', lines)}\n";
    }

    private void CallRecord()
    {
        const string Text = $"{Head}: the call record that the worker reads over AMI.\n";
        var theirs = Theirs("cel.conf");
        var (general, manager) = (Missing("general"), Missing("manager"));
        if (_place.FreePbx)
        {
            if (general.Count > 0) Add(theirs, "cel.conf", "cel_general_custom.conf", new PlannedFile("cel_general_switchboard.conf", $"{Text}{string.Join('\n', general)}\n"));
            if (manager.Count > 0) Add(theirs, "cel.conf", "cel_custom_post.conf", new PlannedFile("cel_manager_switchboard.conf", $"{Text}{Section(theirs, "manager")}{string.Join('\n', manager)}\n"));
        }
        else if (general.Count + manager.Count > 0)
        {
            var text = Text + (general.Count > 0 ? Section(theirs, "general") + string.Join('\n', general) + "\n" : "") + (manager.Count > 0 ? Section(theirs, "manager") + string.Join('\n', manager) + "\n" : "");
            Add(theirs, "cel.conf", "cel.conf", new PlannedFile("cel_switchboard.conf", text));
        }

        // The form that Asterisk has always read; since 22.6 there is another one beside it.
        var custom = Theirs("cel_custom.conf");
        Add(custom, "cel_custom.conf", "cel_custom.conf", new PlannedFile("cel_custom_switchboard.conf",
            $"{Head}: the call record that Asterisk keeps by itself while the worker is away (EventRecord:CelFile).\n{Section(custom, "mappings")}{CelFileName} => {CelFields}\n"));

        List<string> Missing(string section)
        {
            List<string> missing = [];
            foreach (var line in _bundle.Conf("cel.conf").Lines.Where(line => line.Section == section))
            {
                var own = theirs.Value(section, line.Key);
                if (own == line.Value || (IsYes(own) && IsYes(line.Value))) continue;
                if (own is not null && line.Key == "dateformat") _notes.Add($"cel.conf: {line.Key} was {own} and is now {line.Value}, which the worker needs: whoever else reads the call events by it must know");
                missing.Add($"{line.Key}={line.Value}");
            }

            return missing;
        }
    }

    // Where modules are loaded one by one, each of ours must be named.
    private void Modules()
    {
        var theirs = Theirs("modules.conf");
        if (_place.FreePbx || !File.Exists(Path.Combine(_place.Folder, "modules.conf"))) return;
        foreach (var line in theirs.Lines.Where(line => line.Key == "noload"))
        {
            if (CheckTables.Modules.Any(module => module.Name + ".so" == line.Value)) _notes.Add($"modules.conf: noload => {line.Value} must go, Switchboard's dialplan needs it");
        }

        if (IsYes(theirs.Value("modules", "autoload"))) return;
        var loaded = theirs.Lines.Where(line => line.Key is "load" or "preload" or "require").Select(line => line.Value).ToHashSet(StringComparer.Ordinal);
        var missing = CheckTables.Modules.Select(module => module.Name + ".so").Where(module => !loaded.Contains(module)).ToList();
        if (missing.Count == 0) return;
        Add(theirs, "modules.conf", "modules.conf", new PlannedFile("modules_switchboard.conf",
            $"{Head}: what its dialplan uses and modules.conf does not load.\n{Section(theirs, "modules")}{string.Concat(missing.Select(module => $"load={module}\n"))}"));
    }

    /// <summary>The file in Asterisk's folder cel-custom.</summary>
    public const string CelFileName = "switchboard.csv";

    private const string CelFields = "${eventtype},${eventtime},${CHANNEL(uniqueid)},${CHANNEL(linkedid)},${CHANNEL(channame)},${CHANNEL(exten)},${CHANNEL(context)},"
        + "${CHANNEL(appname)},${CSV_QUOTE(${CHANNEL(appdata)})},${CALLERID(num)},${BRIDGEPEER},${userdeftype},${CSV_QUOTE(${eventextra})}";

    private void Add(AsteriskConf theirs, string file, string custom, params PlannedFile[] included)
    {
        var name = _place.FreePbx ? custom : file;
        List<string> lines = [];
        foreach (var ours in included)
        {
            _files.Add(ours);
            // Somebody has done this by hand.
            if (theirs.Include(_place.Folder, ours.Name)) _notes.Add($"{file} includes {ours.Name} already");
            else lines.Add($"#include \"{ours.Name}\"");
        }

        if (lines.Count > 0) _hooks.Add(new(name, lines));
    }

    /// <summary>Whether this PBX lets managers in only once our files are read: until then nobody answers there.</summary>
    public static bool OpensManager(PbxPlace place) => !IsOpen(Theirs(place, "manager.conf"));

    private static bool IsOpen(AsteriskConf manager) => IsYes(manager.Value("general", "enabled"));

    private AsteriskConf Theirs(string name) => Theirs(_place, name);

    // As it is without us, with all that it includes.
    private static AsteriskConf Theirs(PbxPlace place, string name)
    {
        var path = Path.Combine(place.Folder, name);
        return AsteriskConf.Of(File.Exists(path) ? OurBlock.Take(File.ReadAllText(path)) : "", place.Folder, without: OurBlock.Take);
    }

    // A section that is there is added to; a second one of that name would hide the first.
    private static string Section(AsteriskConf theirs, string section) => theirs.Has(section) ? $"[{section}](+)\n" : $"[{section}]\n";

    internal static bool IsYes(string? value) => value?.ToLower(CultureInfo.InvariantCulture) is "yes" or "true" or "y" or "t" or "1" or "on";
}
