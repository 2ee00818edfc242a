using System.CommandLine;
using System.Text.Json;
using Switchboard.Cli;

namespace Switchboard.Features.Backup;

internal static class BackupCommands
{
    /// <summary>For deploy/backup and deploy/restore, not for people: only we read our configuration as the worker does.</summary>
    public static Command Create()
    {
        var clean = new Option<bool>("--without-secrets") { Description = "Print the configuration file without its secrets instead" };
        var command = new CliCommand("backup-settings", "Print what backup and restore need of the worker's configuration, for a shell") { CliOptions.ConfigFile, clean };
        command.Hidden = true;
        command.SetAction(async (parsed, ct) =>
        {
            var (output, error, file) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, parsed.GetValue(CliOptions.ConfigFile));
            try
            {
                if (parsed.GetValue(clean))
                {
                    if (file is not null) await output.WriteLineAsync(BackupSettings.WithoutSecrets(await File.ReadAllTextAsync(file, ct)));
                    return ExitCodes.Done;
                }

                var settings = BackupSettings.Of(BackupSettings.Read(file), out var faults);
                foreach (var fault in faults) await error.WriteLineAsync($"error: {fault}");
                if (faults.Count > 0) return ExitCodes.Refused;
                foreach (var (name, value) in settings) await output.WriteLineAsync($"export {name}={BackupSettings.Quoted(value)}");
                return ExitCodes.Done;
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or InvalidDataException or JsonException or InvalidOperationException)
            {
                await error.WriteLineAsync($"error: the configuration {file} cannot be read: {unreadable.GetBaseException().Message}");
                return ExitCodes.Refused;
            }
        });
        return command;
    }
}
