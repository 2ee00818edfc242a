using System.CommandLine;
using Switchboard.Cli;

namespace Switchboard.Features.Setup;

/// <summary><c>switchboard setup</c>.</summary>
internal static class SetupCommands
{
    public static Command Create(WorkerSettingsReader read)
    {
        var options = new SetupOptions();
        var command = new CliCommand("setup", "Set the worker up beside a PBX: ask, try by connecting, write the configuration and, where told to, the PBX's side",
            "switchboard setup",
            "switchboard setup --asterisk-dir /etc/asterisk --reload",
            "switchboard setup --yes --hotel-name \"Hotel Pujiang\" --zone Asia/Shanghai --languages \"zh en\" --ami-secret-file /root/ami --database-host 10.0.0.7 --database-password-file /root/db",
            "switchboard setup --asterisk-dir /etc/asterisk --freepbx",
            "switchboard setup --asterisk-dir /etc/asterisk --remove");
        foreach (var option in options.All()) command.Options.Add(option);
        command.Does((cli, ct) => new SetupRun(cli, options, read, TimeProvider.System).RunAsync(ct));
        return command;
    }
}
