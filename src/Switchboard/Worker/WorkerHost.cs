using Microsoft.Extensions.Options;
using NodaTime;
using Serilog;
using Serilog.Core;
using Switchboard.Duty;
using Switchboard.EventRecord;
using Switchboard.Features.Access;
using Switchboard.Features.Calls;
using Switchboard.Features.Deliveries;
using Switchboard.Features.Directories;
using Switchboard.Features.DoNotDisturb;
using Switchboard.Features.Events;
using Switchboard.Features.Extensions;
using Switchboard.Features.Guests;
using Switchboard.Features.Hotel;
using Switchboard.Features.Housekeeping;
using Switchboard.Features.Mail;
using Switchboard.Features.Messages;
using Switchboard.Features.Notices;
using Switchboard.Features.Phones;
using Switchboard.Features.RoomBoard;
using Switchboard.Features.Rooms;
using Switchboard.Features.Setup;
using Switchboard.Features.Speech;
using Switchboard.Features.Staff;
using Switchboard.Features.Status;
using Switchboard.Features.Stays;
using Switchboard.Features.Transfers;
using Switchboard.Features.WakeUpCalls;
using Switchboard.Pbx;
using Switchboard.Persistence;
using Switchboard.Web;

namespace Switchboard.Worker;

/// <summary>Puts the worker together: one Add and one Map line per feature.</summary>
internal static class WorkerHost
{
    /// <summary>Runs until it is stopped. The exit code is 0, 78 (the configuration is bad, or the database's schema is not for this version) or 75 (start it again: another worker serves the PBX in its stead, or the database is a restored one).</summary>
    public static async Task<int> RunAsync(string? configFile, TextWriter error, CancellationToken ct)
    {
        IConfiguration configuration = new ConfigurationManager();
        try
        {
            await using var app = Build(configFile, builder => configuration = builder.Configuration);
            return await RunAsync(app, ct);
        }
        catch (Exception invalid) when (ConfigurationFaults.Of(invalid, configuration) is { Count: > 0 } faults)
        {
            await error.WriteLineAsync("switchboard: the configuration is not usable, nothing was started:");
            foreach (var fault in faults) await error.WriteLineAsync($"  {fault}");
            return ExitConfiguration;
        }
        catch (Exception unreadable) when (ConfigurationFaults.IsUnreadable(unreadable))
        {
            await error.WriteLineAsync($"switchboard: the configuration cannot be read: {ConfigurationFaults.Reason(unreadable)}");
            return ExitConfiguration;
        }
    }

    /// <summary>Runs it until it is stopped; its exit code.</summary>
    internal static async Task<int> RunAsync(WebApplication app, CancellationToken ct)
    {
        // Before the run, which disposes of the services.
        var end = app.Services.GetRequiredService<WorkerEnd>();
        var stopping = app.Lifetime.ApplicationStopping;
        try
        {
            await app.RunAsync(ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested || stopping.IsCancellationRequested)
        {
            // Asked to stop before everything had started: no fault, and no core for somebody to read.
        }

        return end.Code;
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
        // Nothing of a worker's is the process's: several may run in one, each with a log of its own.
        services.AddSerilog(
            (provider, logger) => WorkerLogging.Configure(logger, provider.GetRequiredService<IOptions<LogOptions>>().Value, provider.GetServices<ILogEventSink>()),
            preserveStaticLogger: true);
        services.Configure<HostOptions>(host =>
        {
            host.ShutdownTimeout = TimeSpan.FromSeconds(10);
            host.ServicesStartConcurrently = true;
        });

        services.AddSwitchboardWeb();
        services.AddSwitchboardMetrics(configuration);
        services.AddPersistence(configuration, provider => provider.GetRequiredService<IOptions<PbxOptions>>().Value.Name);
        services.AddPbx(configuration);
        services.AddPhoneDialogues(configuration);
        services.AddEventRecord(configuration, provider => provider.GetRequiredService<IOptions<PbxOptions>>().Value.Name);
        services.AddAccess();
        services.AddRooms();
        services.AddStays(configuration);
        services.AddGuests();
        services.AddDirectory();
        services.AddHousekeeping();
        services.AddNotices();
        services.AddPhones(configuration);
        services.AddMail(configuration);
        services.AddSpeech(configuration);
        services.AddDeliveries(configuration);
        services.AddWakeUpCalls(configuration);
        services.AddExtensions(configuration);
        services.AddDoNotDisturb(configuration);
        services.AddMessages(configuration);
        services.AddCalls(configuration);
        services.AddTransfers();
        services.AddEvents();
        services.AddStaff(configuration);
        services.AddRoomBoard();
        services.AddStatus();
        services.AddSetup();
        services.AddHostedService<StartGarbage>();
        services.AddServiceManager();
        builder.WebHost.ConfigureKestrel((context, kestrel) =>
            kestrel.ListenHotel(context.Configuration[$"{HttpOptions.Section}:{nameof(HttpOptions.Url)}"] ?? new HttpOptions().Url));
        adjust?.Invoke(builder);

        var app = builder.Build();
        // Before anything is made of the options, so that every fault is named and none is a stack trace.
        app.Services.GetRequiredService<IStartupValidator>().Validate();
        app.UseSwitchboardWeb();
        app.UseStandByGate();
        app.MapMetrics();
        app.MapAccess();
        app.MapRooms();
        app.MapStays();
        app.MapGuests();
        app.MapDirectory();
        app.MapHousekeeping();
        app.MapNotices();
        app.MapPhones();
        app.MapWakeUpCalls();
        app.MapDeliveries();
        app.MapExtensions();
        app.MapDoNotDisturb();
        app.MapMessages();
        app.MapCalls();
        app.MapTransfers();
        app.MapEvents();
        app.MapStaff();
        app.MapRoomBoard();
        app.MapStatus();
        app.MapApiDocument();
        return app;
    }

    private const int ExitConfiguration = 78; // EX_CONFIG
}
