using System.Runtime.CompilerServices;
using Switchboard.LabTests.Lab;
using Xunit.Sdk;
using Xunit.v3;

// Most of a test is waiting for phones that ring: three for each core.
[assembly: CollectionBehavior(MaxParallelThreads = 6)]
[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace Switchboard.LabTests.Lab;

internal static class LabSettings
{
    /// <summary>Tests wait for processes, files and sockets, some of them in blocking calls; workers beside them must not wait for a thread meanwhile.</summary>
    [ModuleInitializer]
    internal static void MoreThreads() => ThreadPool.SetMinThreads(64, 64);
}

/// <summary>The tests of a class run one after the other; the classes that take longest begin first, so that no core waits for one at the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Longest =
    [
        .. new[]
        {
            typeof(Duty.LeaseFaultTests), typeof(DoNotDisturb.LockTests), typeof(Messages.MessageTests), typeof(WakeUpCalls.CrashTests), typeof(Dialplan.MessageTests),
            typeof(WakeUpCalls.WaveKillTests), typeof(EventRecord.DatabaseDrillTests), typeof(EventRecord.PbxDrillTests), typeof(WakeUpCalls.StartOrderTests),
            typeof(Deliveries.DeliveryTests), typeof(Transfers.TransferTests), typeof(Setup.CheckTests), typeof(Persistence.RestoreTests), typeof(EventRecord.RecordGapTests),
            typeof(DoNotDisturb.OperatorPhoneTests), typeof(WakeUpCalls.PbxFaultTests), typeof(WakeUpCalls.WithoutDatabaseTests), typeof(Dialplan.UnansweredTests),
            typeof(Dialplan.TransferTests), typeof(Calls.CallTests), typeof(Duty.StandbyTests), typeof(Stays.StayTests), typeof(WakeUpCalls.TimeFaultTests),
            typeof(WakeUpCalls.WaveStopTests),
        }.Select(type => type.FullName!),
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(c => Place(c))];

    private static int Place(ITestCollection collection) =>
        Array.FindIndex(Longest, name => collection.TestCollectionDisplayName.Contains($"{name} (", StringComparison.Ordinal)) is >= 0 and var place ? place : Longest.Length;
}
