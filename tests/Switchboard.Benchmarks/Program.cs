using Switchboard.Benchmarks.Ami;
using Switchboard.Benchmarks.EventRecord;
using Switchboard.Benchmarks.Processes;
using Switchboard.Benchmarks.RoomState;
using Switchboard.Benchmarks.WakeUps;

// dotnet run -c Release --project tests/Switchboard.Benchmarks -- ami
switch (args)
{
    case ["ami"]: await AmiBenchmark.RunAsync(200_000); return 0;
    case ["ami", "flood"]: await AmiBenchmark.RunAsync(200_000, floodOnly: true); return 0;
    case ["ami-server"]: EventServer.Run(); return 0;
    case ["record"]: await RecordBenchmark.RunAsync(); return 0;
    case ["lock"]: await LockBenchmark.RunAsync(); return 0;
    case ["lamp"]: await LampBenchmark.RunAsync(); return 0;
    case ["rebuild"]: await RebuildBenchmark.RunAsync(); return 0;
    case ["wave", "paced"]: await WaveBenchmark.RunAsync([]); return 0;
    case ["wave"]: await WaveBenchmark.RunAsync([10, 100, 300, 1000]); return 0;
    case ["growth"]: await GrowthBenchmark.RunAsync(); return 0;
    case ["idle"]: await IdleBenchmark.RunAsync(); return 0;
    case ["start"]: await StartBenchmark.RunAsync(); return 0;
    case ["floor", var url, var connectionString]: await FloorWorker.RunAsync(url, connectionString); return 0;
    case ["day"]: await DayBenchmark.RunAsync(); return 0;
    default:
        Console.Error.WriteLine("""
            usage: ami      the AMI client beside its floors
                   ami flood   only that: as fast as it goes, and where the bytes go
                   record   the event record at 20,000 events a second, and as fast as it goes beside a bare COPY
                   lock     a room locked by API until the PBX says so, beside a bare AMI session
                   lamp     a message taken by API until the PBX says that the room's lamp is lit, beside a bare AMI session
                   rebuild  2,000 rooms' entries in an AstDB that was lost
                   wave     rooms due in the same second beside a raw burst of the same calls
                   growth   the dialer's round with 10 thousand to 1 million past wake-ups
                   wave paced  only the wave at the default pace
                   idle     what a worker with 10,000 booked wake-ups costs when nothing is due
                   start    killed 1.2 s before a wake-up is due and started again: when the phone rings, what the start costs, beside an empty worker's
                   day      24 hours and 1,000 wake-ups in some minutes: is memory flat?
            All but ami need what deploy/lab/install gets
            """);
        return 2;
}
