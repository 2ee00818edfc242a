using System.Diagnostics.Metrics;
using Switchboard.Journal;
using Switchboard.Persistence.Local;
using Switchboard.Web;

namespace Switchboard.EventRecord;

internal static class EventRecordSetup
{
    public static IServiceCollection AddEventRecord(this IServiceCollection services, IConfiguration configuration, Func<IServiceProvider, string> pbxName)
    {
        services.AddChecked<EventRecordOptions, EventRecordOptionsValidator>(configuration, EventRecordOptions.Section);
        services.AddChecked<JournalOptions, JournalOptionsValidator>(configuration, JournalOptions.Section);
        services.AddMetrics();
        services.AddSingleton(provider => new EventRecordMeter(provider.GetRequiredService<IMeterFactory>(), pbxName(provider)));
        services.AddSingleton<SecretChannels>().AddSingleton<EventQueue>().AddSingleton<EventFeed>().AddSingleton<EventPartitions>().AddSingleton<EventStore>().AddSingleton<EventHistory>();
        services.AddSingleton(provider =>
        {
            var journal = ActivatorUtilities.CreateInstance<EventJournal>(provider, pbxName(provider));
            provider.GetRequiredService<EventRecordMeter>().Watch("events", () => journal.Size, () => journal.Limit);
            var local = provider.GetRequiredService<LocalStore>();
            provider.GetRequiredService<EventRecordMeter>().Watch("facts", () => local.JournalSize, () => local.JournalLimit);
            return journal;
        });
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<EventWriter>(provider, pbxName(provider)));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<EventRecorder>(provider, pbxName(provider)));
        services.AddHostedService(provider => provider.GetRequiredService<EventRecorder>());
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<CelRecords>(provider, pbxName(provider)));
        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<CelRecovery>(provider, pbxName(provider)));
        return services.AddHostedService<EventKeeper>();
    }
}
