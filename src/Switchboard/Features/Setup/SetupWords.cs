namespace Switchboard.Features.Setup;

/// <summary>What setup says at its end: what is left to do, and where.</summary>
internal static class SetupWords
{
    public static string ReloadCommand(PbxPlace place) => string.Join("; ", ReloadCommands(place).Select(Typed));

    // As it is typed into a shell.
    private static string Typed((string Program, string[] Arguments) command) =>
        $"{command.Program} {string.Join(' ', command.Arguments.Select(argument => argument.Contains(' ', StringComparison.Ordinal) ? $"'{argument}'" : argument))}";

    /// <summary>What makes the PBX read its files. A module that had nothing to do when Asterisk started has not been loaded then.</summary>
    public static IReadOnlyList<(string Program, string[] Arguments)> ReloadCommands(PbxPlace place) =>
    [
        place.FreePbx ? ("fwconsole", ["reload"]) : ("asterisk", ["-rx", "core reload"]),
        ("asterisk", ["-rx", "module load cel_custom.so"]),
    ];

    /// <summary>What makes the PBX read its files when ours are gone from them, and forget what it was told.</summary>
    public static IReadOnlyList<(string Program, string[] Arguments)> ForgetCommands(PbxPlace place) =>
        [ReloadCommands(place)[0], .. CheckTables.Families.Select(family => ("asterisk", (string[])["-rx", $"database deltree {family}"]))];

    public static void Forget(TextWriter to, PbxPlace place)
    {
        to.WriteLine("What is left (--reload with --remove does it):");
        to.WriteLine($"  {Typed(ReloadCommands(place)[0])}   so that Asterisk reads it");
        to.WriteLine($"  for f in {string.Join(' ', CheckTables.Families)}; do asterisk -rx \"database deltree $f\"; done   so that its AstDB forgets it");
    }

    /// <summary>The lines for a PBX whose files setup was not told to write.</summary>
    public static void ByHand(TextWriter to, Bundle? bundle, string user, string secretFile, string permit)
    {
        var from = bundle?.Folder ?? "asterisk-config";
        to.Write($"""

            The PBX's side, by hand (or: switchboard setup --asterisk-dir /etc/asterisk, there; --freepbx for a FreePBX):
              copy {from}/extensions_switchboard*.conf, queues_switchboard.conf, manager_switchboard.conf to /etc/asterisk,
              {from}/sounds/LANGUAGE/switchboard and moh-welcome to Asterisk's data folder (astdatadir in asterisk.conf)
              manager.conf        [general]: enabled=yes, timestampevents=yes; then #include "manager_switchboard.conf",
                                  with [{user}], secret= the text of {secretFile}, permit={permit}
              extensions.conf     [globals]: SB_EMERGENCY, SB_OPERATOR_LEVEL, SB_MESSAGES as in {from}/extensions.conf;
                                  #include "extensions_switchboard.conf"; a context [switchboard-house] (extensions_house.conf)
              queues.conf         #include "queues_switchboard.conf"
              musiconhold.conf    [switchboard-welcome] as in {from}/musiconhold.conf
              features.conf       [general] and [featuremap] as in {from}/features.conf
              cel.conf            [general] and [manager] as in {from}/cel.conf
              cel_custom.conf     as in {from}/cel_custom.conf (EventRecord:CelFile)

            """);
    }

    public static void Next(TextWriter to, string output, PbxPlace? place, bool pbxWaits)
    {
        to.WriteLine();
        to.WriteLine("What is left:");
        if (place is not null && pbxWaits) to.WriteLine($"  {ReloadCommand(place)}   so that Asterisk reads it");
        if (place?.FreePbx == true) FreePbx(to);
        to.WriteLine("  endpoints: rooms' phones context=switchboard-room and mailboxes=ROOM@switchboard, operators' context=switchboard-operator,");
        to.WriteLine("    subscribe_context=switchboard-lamps, set_var=TRANSFER_CONTEXT=switchboard-transfer, the line to outside context=switchboard-incoming, qualify_frequency=60, send_connected_line=no");
        if (place is not null) to.WriteLine($"  {Path.Combine(place.Folder, "globals_switchboard.conf")}: emergency numbers, operators' phones, the line; extensions_switchboard_house.conf: other extensions");
        if (place is not null && !InstalledService.MayWrite(place.Messages)) to.WriteLine($"  systemctl edit switchboard: {InstalledService.LineFor(place.Messages)}");
        to.WriteLine("  systemctl enable switchboard && systemctl restart switchboard   (or: switchboard run --config FILE)");
        to.WriteLine($"  switchboard check{(output == SetupOptions.DefaultOutput ? "" : $" --config {output}")}");
    }

    private static void FreePbx(TextWriter to)
    {
        to.WriteLine("  in FreePBX's GUI, which would else write over it:");
        to.WriteLine("    Applications, Extensions, each room, Advanced: Context switchboard-room, Mailbox ROOM@switchboard; operators: Context switchboard-operator");
        to.WriteLine("    Connectivity, Trunks, the line, pjsip Settings, Advanced: Context switchboard-incoming, Qualify Frequency 60, Send Connected Line no");
        to.WriteLine("    Admin, Feature Codes: *1 and *2 in a call put through here; In-Call Asterisk Toggle Call Recording must not be *1");
        to.WriteLine("    Settings, Asterisk Manager Users: no user of the same name");
    }
}
