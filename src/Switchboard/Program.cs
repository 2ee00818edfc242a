using Switchboard;
using Switchboard.Cli;
using Switchboard.Worker;

// One executable: the worker (`run`, or nothing) and the CLI. Tables of contents: Worker/WorkerHost.cs and FeatureCommands.cs.
var root = SwitchboardCli.Build(
    (parsed, ct) => WorkerHost.RunAsync(parsed.GetValue(CliOptions.ConfigFile), Console.Error, ct), FeatureCommands.All());

// The host itself hears SIGTERM and takes the time that it needs.
return await SwitchboardCli.RunAsync(root, args, new CliInvocation { ProcessTerminationTimeout = null });
