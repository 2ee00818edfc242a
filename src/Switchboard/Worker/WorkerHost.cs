using Microsoft.Extensions.Options;
using NodaTime;
using Serilog;
using Switchboard.EventRecord;
using Switchboard.Features.Access;
using Switchboard.Features.Calls;
using Switchboard.Features.Events;
using Switchboard.Features.Hotel;
using Switchboard.Features.Housekeeping;
using Switchboard.Features.Rooms;
using Switchboard.Features.Status;
using Switchboard.Features.WakeUpCalls;
using Switchboard.Pbx;
using Switchboard.Persistence;
using Switchboard.Web;

namespace Switchboard.Worker;

/// <summary>Puts the worker together: one Add and one Map line per feature.</summary>
internal static class WorkerHost
{
    /// <summary>Runs until it is stopped. The exit code is 0, 78 (bad configuration) or 69 (another worker serves the PBX).</summary>
    public static async Task<int> RunAsync(string? configFile, TextWriter error, CancellationToken ct)
    {
        IConfiguration configuration = new ConfigurationManager();
        try
        {
            await using var app = Build(configFile, builder => configuration = builder.Configuration);
            await app.RunAsync(ct);
            return DatabaseStartup.ExitCode;
        }
        catch (Exception invalid) when (ConfigurationFaults.Of(invalid, configuration) is { Count: > 0 } faults)
        {
            await error.WriteLineAsync("switchboard: the configuration is not usable, nothing was started:");
            foreach (var fault in faults) await error.WriteLineAsync($"  {fault}");
            return ExitConfiguration;
        }
        catch (Exception unreadable) when (unreadable is InvalidDataException or FileNotFoundException or FormatException
            || unreadable is InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" })
        {
            await error.WriteLineAsync($"switchboard: the configuration cannot be read: {unreadable.Message}{(unreadable.InnerException is { } inner ? $" {inner.Message}" : "")}");
            return ExitConfiguration;
        }
        finally
        {
            await Log.CloseAndFlushAsync();
        }
    }

    internal static WebApplication Build(string? configFile, Action<WebApplicationBuilder>? adjust = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        if (configFile is not null)
            builder.Configuration.AddJsonFile(Path.GetFullPath(configFile), optional: false, reloadOnChange: false);
        // Last word: SWITCHBOARD_Pbx__Host and the like.
        builder.Configuration.AddEnvironmentVariables("SWITCHBOARD_");
        var configuration = builder.Configuration;
        var services = builder.Services;

        services.AddChecked<HotelOptions, HotelOptionsValidator>(configuration, HotelOptions.Section);
        services.AddSingleton<IValidateOptions<HotelOptions>, HotelZoneCheck>();
        services.AddChecked<HttpOptions, HttpOptionsValidator>(configuration, HttpOptions.Section);
        services.AddChecked<LogOptions, LogOptionsValidator>(configuration, LogOptions.Section);

        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IClock>(provider => new TimeProviderClock(provider.GetRequiredService<TimeProvider>()));
        services.AddSerilog((provider, logger) => WorkerLogging.Configure(logger, provider.GetRequiredService<IOptions<LogOptions>>().Value));
        services.Configure<HostOptions>(host =>
        {
            host.ShutdownTimeout = TimeSpan.FromSeconds(10);
            host.ServicesStartConcurrently = true;
        });

        services.AddSwitchboardWeb();
        services.AddSwitchboardMetrics(configuration);
        services.AddPersistence(configuration, provider => provider.GetRequiredService<IOptions<PbxOptions>>().Value.Name);
        services.AddPbx(configuration);
        services.AddEventRecord(configuration, provider => provider.GetRequiredService<IOptions<PbxOptions>>().Value.Name);
        services.AddAccess();
        services.AddRooms();
        services.AddHousekeeping();
        services.AddWakeUpCalls(configuration);
        services.AddCalls(configuration);
        services.AddEvents();
        services.AddStatus();
        services.AddHostedService<StartGarbage>();
        builder.WebHost.ConfigureKestrel((context, kestrel) =>
            kestrel.ListenHotel(context.Configuration[$"{HttpOptions.Section}:{nameof(HttpOptions.Url)}"] ?? new HttpOptions().Url));
        adjust?.Invoke(builder);

        var app = builder.Build();
        // Before anything is made of the options, so that every fault is named and none is a stack trace.
        app.Services.GetRequiredService<IStartupValidator>().Validate();
        app.UseSwitchboardWeb();
        app.MapMetrics();
        app.MapAccess();
        app.MapRooms();
        app.MapHousekeeping();
        app.MapWakeUpCalls();
        app.MapCalls();
        app.MapEvents();
        app.MapStatus();
        app.MapApiDocument();
        return app;
    }

    private const int ExitConfiguration = 78; // EX_CONFIG
}
