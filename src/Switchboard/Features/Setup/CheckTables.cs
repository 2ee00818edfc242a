using System.Globalization;

namespace Switchboard.Features.Setup;

/// <summary>What must be there at the PBX, and for what: to add something is one line.</summary>
internal static class CheckTables
{
    /// <summary>Of asterisk-config/extensions_switchboard*.conf: the number in switchboard-check.</summary>
    public const int DialplanVersion = 1;

    /// <summary>An action of AMI, the class that gives the right to it, and what it is for.</summary>
    public sealed record Action(string Name, string Right, string For);

    /// <summary>A context that somebody enters: the worker, or phones.</summary>
    /// <param name="Extension">One of it; null: any.</param>
    public sealed record Context(string Name, string? Extension, string For);

    public sealed record Module(string Name, string For);

    /// <summary>What AstDB keeps of ours.</summary>
    public static IReadOnlyList<string> Families { get; } =
    [
        "switchboard_dnd", "switchboard_forward", "switchboard_hotel", "switchboard_lamp", "switchboard_lease", "switchboard_message", "switchboard_name", "switchboard_person",
        "switchboard_phone", "switchboard_proof", "switchboard_room",
    ];

    public static IReadOnlyList<Action> Needed { get; } =
    [
        new("Originate", "originate", "wake-ups, deliveries and every change of AstDB"),
        new("Hangup", "call", "cancelling a call that rings"),
        new("Redirect", "call", "putting a caller through"),
        new("CoreShowChannels", "reporting", "finding the calls that live after a reconnect"),
        new("DBGet", "reporting", "reading AstDB"),
        new("DBGetTree", "reporting", "reading what the phones have set"),
        new("DeviceStateList", "reporting", "knowing which phones are registered"),
        new("CoreSettings", "reporting", "Asterisk's version"),
        new("ShowDialPlan", "reporting", "checking the dialplan"),
        new("UserEvent", "user", "agreeing with a second worker who serves this PBX"),
    ];

    public static IReadOnlyList<Action> Dangerous { get; } =
    [
        new("Command", "command", "every command of Asterisk's console, the shell among them"),
        new("UpdateConfig", "config", "changing configuration files"),
        new("GetConfig", "config", "reading configuration files, with their passwords"),
        new("CreateConfig", "config", "making configuration files"),
        new("ModuleLoad", "system", "loading and unloading modules"),
        new("Reload", "system", "reloading what somebody has changed"),
        new("DBPut", "system", "writing AstDB past the dialplan's checks"),
        new("DBDel", "system", "deleting AstDB"),
        new("DBDelTree", "system", "deleting AstDB"),
        new("DialplanExtensionAdd", "command", "adding to the dialplan"),
        new("AGI", "agi", "running anything on a call"),
    ];

    /// <summary>Before 18.11 and 19.3 (ASTERISK-29899) Asterisk knows no transferannouncesound: it plays its own pbx-transfer, and where that is missing it puts nobody through.</summary>
    public static bool PlaysPbxTransfer(string? asterisk) =>
        asterisk?.Split('.') is [var major, var minor, ..] && int.TryParse(major, CultureInfo.InvariantCulture, out var release)
        && (release < 18 || (release < 20 && (!int.TryParse(string.Concat(minor.TakeWhile(char.IsAsciiDigit)), CultureInfo.InvariantCulture, out var point) || point < (release == 18 ? 11 : 3))));

    public static IReadOnlyList<Context> Contexts { get; } =
    [
        new("switchboard-wakeup-dial", "ring", "wake-ups ring"),
        new("switchboard-wakeup-greet", "s", "the wake-up's greeting"),
        new("switchboard-proof-delete", "delete", "proofs of calls that are stored"),
        new("switchboard-db-write", "write", "what the PBX must know of rooms"),
        new("switchboard-deliver-dial", "house", "messages for managers ring"),
        new("switchboard-deliver", "s", "messages for managers"),
        new("switchboard-transfer", null, "putting calls through"),
        new("switchboard-lease", "claim", "one worker at a time"),
        new("switchboard-report", "through", "what happened is told"),
        new("switchboard-agi", "s", "dialogues"),
        new("switchboard-room", null, "rooms' phones (context= of their endpoints)"),
        new("switchboard-operator", null, "operators' phones"),
        new("switchboard-incoming", null, "calls from outside"),
        new("switchboard-operators", "s", "calls for the operators"),
        new("switchboard-outside", null, "calls to the outside"),
        new("switchboard-emergency", null, "emergency calls"),
        new("switchboard-lamps", null, "lamps on operators' phones"),
    ];

    public static IReadOnlyList<Module> Modules { get; } =
    [
        new("pbx_config", "the dialplan"),
        new("app_dial", "ringing"),
        new("app_queue", "the operators' queue"),
        new("app_playback", "prompts"),
        new("app_controlplayback", "checking prompts"),
        new("app_read", "keys"),
        new("app_record", "messages"),
        new("app_sayunixtime", "saying times"),
        new("app_stack", "subroutines"),
        new("app_exec", "conditions"),
        new("app_verbose", "its log"),
        new("app_userevent", "telling the worker"),
        new("app_celgenuserevent", "the call record"),
        new("app_minivm", "message lamps"),
        new("res_agi", "dialogues"),
        new("res_musiconhold", "music"),
        new("cel_manager", "the call record over AMI"),
        new("cel_custom", "the call record while the worker is away"),
        new("func_db", "AstDB"),
        new("func_devstate", "lamps"),
        new("func_dialplan", "the house's extensions"),
        new("func_callerid", "names and numbers"),
        new("func_channel", "languages"),
        new("func_cut", "lists"),
        new("func_env", "files of messages"),
        new("func_global", "the hotel's globals"),
        new("func_groupcount", "calls at once"),
        new("func_lock", "one worker at a time"),
        new("func_logic", "conditions"),
        new("func_math", "times"),
        new("func_module", "checking modules"),
        new("func_strings", "checking what phones send"),
        new("func_timeout", "limits"),
        new("func_uri", "names on phones"),
        new("format_wav", "prompts and messages"),
        new("bridge_simple", "conversations"),
        new("bridge_builtin_features", "putting through by keys"),
    ];
}
