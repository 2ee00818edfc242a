using Switchboard.Cli;
using Switchboard.Features.Access;
using Switchboard.Features.Calls;
using Switchboard.Features.Events;
using Switchboard.Features.Housekeeping;
using Switchboard.Features.Rooms;
using Switchboard.Features.Status;
using Switchboard.Features.WakeUpCalls;
using Switchboard.Worker;

// One executable: the worker (`run`, or nothing) and the CLI. The worker's own table of contents is Worker/WorkerHost.cs.
var root = SwitchboardCli.Build(
    (parsed, ct) => WorkerHost.RunAsync(parsed.GetValue(CliOptions.ConfigFile), Console.Error, ct),
    WakeUpCommands.Create(),
    KnockCommands.Create(),
    RoomCommands.Create(),
    CallCommands.Create(),
    EventCommands.Create(),
    StatusCommands.Create(),
    TokenCommands.Create());

// The host itself hears SIGTERM and takes the time that it needs.
return await SwitchboardCli.RunAsync(root, args, new CliInvocation { ProcessTerminationTimeout = null });
