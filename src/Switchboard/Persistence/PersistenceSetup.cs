using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.Extensions.Options;
using Switchboard.Duty;
using Switchboard.Persistence.Local;

namespace Switchboard.Persistence;

internal static class PersistenceSetup
{
    public static IServiceCollection AddPersistence(
        this IServiceCollection services, IConfiguration configuration, Func<IServiceProvider, string> pbxName)
    {
        services.AddOptions<DatabaseOptions>().Bind(configuration.GetSection(DatabaseOptions.Section), o => o.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.AddSingleton<IValidateOptions<DatabaseOptions>, DatabaseOptionsValidator>();
        services.AddSingleton<IValidateOptions<DatabaseOptions>, DatabaseConnectionCheck>();
        services.AddDbContextPool<SwitchboardDb>((provider, builder) =>
            SwitchboardDb.Configure(builder, provider.GetRequiredService<IOptions<DatabaseOptions>>().Value.Effective()));
        services.AddSingleton<WorkerEnd>();
        services.AddSingleton(provider => new WorkerDuty(
            provider.GetRequiredService<TimeProvider>(), () => _ = provider.GetRequiredService<WorkerEnd>().EndAsync(WorkerEnd.StartAgain, CancellationToken.None)));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<WorkerLease>(provider, pbxName(provider)));
        services.AddMetrics();
        services.AddSingleton<DatabaseMeter>();
        services.AddSingleton<DatabaseStartup>();
        services.AddSingleton<LocalCopy>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<LocalStore>(provider, pbxName(provider)));
        services.AddHostedService(provider => provider.GetRequiredService<LocalStore>());
        services.AddScoped<UnitOfWork>();
        services.AddSingleton<DatabaseReadyStep>(async (scope, ct) =>
        {
            // One that ends goes no further.
            if (await scope.GetRequiredService<LocalStore>().NoticeRestoreAsync(scope.GetRequiredService<SwitchboardDb>(), ct)) await Task.Delay(Timeout.InfiniteTimeSpan, scope.GetRequiredService<TimeProvider>(), ct);
        });
        services.AddOptions<HistoryOptions>().Bind(configuration.GetSection(HistoryOptions.Section), o => o.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.AddSingleton<IValidateOptions<HistoryOptions>, HistoryOptionsValidator>();
        services.AddHostedService<HistoryKeeper>();
        return services.AddHostedService(provider => provider.GetRequiredService<DatabaseStartup>());
    }
}

/// <summary>For <c>dotnet ef</c>, which needs the model and no database.</summary>
internal sealed class DesignTimeFactory : IDesignTimeDbContextFactory<SwitchboardDb>
{
    public SwitchboardDb CreateDbContext(string[] args)
    {
        var builder = new DbContextOptionsBuilder<SwitchboardDb>();
        SwitchboardDb.Configure(builder, "Host=design-time");
        return new SwitchboardDb(builder.Options);
    }
}
