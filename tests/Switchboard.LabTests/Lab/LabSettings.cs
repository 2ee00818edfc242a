using System.Runtime.CompilerServices;
using Switchboard.LabTests.Lab;
using Xunit.Sdk;
using Xunit.v3;

// Most of a test is waiting for phones that ring: four for two cores, of which two open a hotel (Openings).
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace Switchboard.LabTests.Lab;

internal static class LabSettings
{
    /// <summary>Tests wait for processes, files and sockets, some of them in blocking calls; workers beside them must not wait for a thread meanwhile.</summary>
    [ModuleInitializer]
    internal static void MoreThreads() => ThreadPool.SetMinThreads(64, 64);
}

/// <summary>The tests of a class run one after the other; the classes that take longest begin first, so that no core waits for one at the end,
/// those that start many processes among those that wait for phones.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Longest =
    [
        .. new[]
        {
            typeof(Duty.LeaseFaultTests), typeof(Messages.MessageTests), typeof(Dialplan.MessageTests), typeof(DoNotDisturb.LockTests),
            typeof(WakeUpCalls.CrashTests), typeof(Transfers.TransferTests), typeof(Setup.CheckTests), typeof(EventRecord.DatabaseDrillTests),
            typeof(Deliveries.DeliveryTests), typeof(DoNotDisturb.OperatorPhoneTests), typeof(EventRecord.PbxDrillTests), typeof(Dialplan.UnansweredTests),
            typeof(WakeUpCalls.WithoutDatabaseTests), typeof(Dialplan.TransferTests), typeof(WakeUpCalls.PbxFaultTests), typeof(Stays.StayTests),
            typeof(Duty.StandbyTests), typeof(WakeUpCalls.WaveStopTests), typeof(WakeUpCalls.StartOrderTests), typeof(EventRecord.RecordGapTests),
            typeof(Persistence.RestoreTests), typeof(Calls.CallTests), typeof(WakeUpCalls.TimeFaultTests), typeof(Dialplan.OperatorTests),
        }.Select(type => type.FullName!),
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(c => Place(c))];

    private static int Place(ITestCollection collection) =>
        Array.FindIndex(Longest, name => collection.TestCollectionDisplayName.Contains($"{name} (", StringComparison.Ordinal)) is >= 0 and var place ? place : Longest.Length;
}
