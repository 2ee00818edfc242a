using Microsoft.Extensions.Options;
using Switchboard.Cli;
using Switchboard.EventRecord;
using Switchboard.Features.Hotel;
using Switchboard.Features.Setup;
using Switchboard.Pbx;
using Switchboard.Persistence;

namespace Switchboard.Worker;

/// <summary>A configuration read and validated exactly as a worker does it at its start, of which nothing is started.</summary>
internal static class SettingsForOthers
{
    public static async Task<WorkerSettings> ReadAsync(string? file)
    {
        var configuration = new ConfigurationManager();
        try
        {
            await using var app = WorkerHost.Build(file, builder =>
            {
                configuration = builder.Configuration;
                // Whoever checks may be root: the worker's log files are not to be made by anybody but the worker.
                configuration[$"{LogOptions.Section}:{nameof(LogOptions.Directory)}"] = "";
            });
            return new(Of<HotelOptions>(app), Of<PbxOptions>(app), Of<DatabaseOptions>(app), Of<PhoneDialogueOptions>(app), Of<EventRecordOptions>(app).CelFile);
        }
        catch (Exception invalid) when (ConfigurationFaults.Of(invalid, configuration) is { Count: > 0 } faults)
        {
            throw new CliException(ExitCodes.Refused, $"the configuration is not usable:{string.Concat(faults.Select(fault => $"\n  {fault}"))}");
        }
        catch (Exception unreadable) when (ConfigurationFaults.IsUnreadable(unreadable))
        {
            throw new CliException(ExitCodes.Refused, $"the configuration cannot be read: {ConfigurationFaults.Reason(unreadable)}");
        }
    }

    private static T Of<T>(WebApplication app) where T : class => app.Services.GetRequiredService<IOptions<T>>().Value;
}
