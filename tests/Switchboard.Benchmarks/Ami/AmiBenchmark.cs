using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Switchboard.Asterisk.Ami;
using Switchboard.Benchmarks.EventRecord;

namespace Switchboard.Benchmarks.Ami;

/// <summary>The client beside its floors, against a server in a process of its own.</summary>
internal static class AmiBenchmark
{
    private const int Rounds = 7;

    // The runtime compiles what runs often a second and a third time, on the cores that are measured. A service that runs for
    // years is past that.
    private const int WarmUpRounds = 10;

    public static async Task RunAsync(int events, bool floodOnly = false)
    {
        using var server = StartServer(out var port);
        var bytes = Enumerable.Range(0, 1000).Sum(i => EventCorpus.Event(i).Length) * (long)events / 1000;
        Console.WriteLine($"{events:N0} events of eight kinds, {bytes / events} bytes and 24 headers each; {Environment.ProcessorCount} cores; median of {Rounds} rounds (best)");

        var read = new List<double>();
        var split = new List<double>();
        var client = new List<double>();
        var allocated = new List<double>();
        var held = new List<double>();
        for (var round = -WarmUpRounds; round < Rounds; round++)
        {
            // One after the other in each round, so that a noisy minute is noisy for all.
            var reading = Time(() => Floors.ReadOnly(port, events, bytes));
            var splitting = await TimeAsync(() => Floors.SplitAsync(port, events));
            var before = GC.GetTotalAllocatedBytes();
            var (took, _) = await FloodAsync(port, events);
            var bytesEach = (GC.GetTotalAllocatedBytes() - before) / (double)events;
            if (round < 0) continue;
            read.Add(events / reading);
            split.Add(events / splitting);
            client.Add(events / took);
            allocated.Add(bytesEach);
            held.Add(GC.GetTotalMemory(forceFullCollection: true) / 1024.0);
        }

        Rate("only reading the socket", read);
        Rate("floor: pipeline, lines and keys split", split);
        Rate("client: to a subscriber that reads three headers", client);
        var rounds = string.Join(' ', client.Zip(split, (one, floor) => (one / floor).ToString("F2", CultureInfo.InvariantCulture)));
        Console.WriteLine($"  ratio of client to floor {Median(client) / Median(split):F2} (at least 0.8 wanted); round by round {rounds}");
        Console.WriteLine($"  allocated {Median(allocated):F0} bytes an event (at most 700 wanted)");
        await SayWhereTheBytesGoAsync(port, events, Median(allocated));
        Console.WriteLine($"  memory held after each round: {held[0]:F0} KB at first, {held[^1]:F0} KB at last");

        if (floodOnly) return;
        foreach (var rate in (int[])[10_000, 50_000, 100_000]) await PacedAsync(port, rate);
        await RoundTripsAsync(port);
        var peak = Process.GetCurrentProcess().PeakWorkingSet64 / 1024 / 1024;
        Console.WriteLine($"peak memory of this process {peak} MB");
    }

    private static AmiConnection Connection(int port) =>
        new(new AmiOptions { Port = port, Username = "bench", Secret = "bench" }, TimeProvider.System, NullLogger<AmiConnection>.Instance);

    /// <summary>Seconds from Go to the last event read, and how many were lost.</summary>
    private static async Task<(double Seconds, long Lost)> FloodAsync(int port, int count, string kind = "corpus")
    {
        await using var ami = Connection(port);
        using var stop = new CancellationTokenSource();
        await using var events = ami.Subscribe("bench", capacity: count);
        var running = ami.RunAsync(stop.Token);
        long seen = 0, lost = 0, read = 0, began = 0;
        await foreach (var notification in events.ReadAllAsync(stop.Token))
        {
            if (notification is AmiGap gap) lost += gap.Lost;
            if (notification is not AmiEvent { Message: var message }) continue;
            if (began == 0)
            {
                // FullyBooted: from here on the clock runs.
                began = Stopwatch.GetTimestamp();
                _ = ami.SendAsync(new AmiAction("Go").With("Count", $"{count}").With("Kind", kind), stop.Token);
                continue;
            }

            read += (message["Channel"]?.Length ?? 0) + (message["Uniqueid"]?.Length ?? 0) + (message["Linkedid"]?.Length ?? 0);
            if (++seen + lost >= count) break;
        }

        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        if (read == 0) throw new InvalidOperationException("nothing was read");
        await stop.CancelAsync();
        await running;
        return (seconds, lost);
    }

    /// <summary>In rounds of their own: sampling takes time.</summary>
    private static async Task SayWhereTheBytesGoAsync(int port, int events, double bytesEach)
    {
        using var sampler = new AllocationSampler();
        sampler.Start();
        for (var round = 0; round < 5; round++) await FloodAsync(port, events);
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System); // samples come some time after the fact
        sampler.Stop();
        var rest = bytesEach;
        Console.WriteLine($"  by {sampler.Samples:N0} samples of the runtime these are");
        foreach (var (type, share) in sampler.Shares())
        {
            if (Means(type) is not { } what) continue;
            rest -= share * bytesEach;
            Console.WriteLine($"    {share * bytesEach,5:F1}  {what} ({type})");
        }

        Console.WriteLine($"    {rest,5:F1}  everything else, the sampling itself among it");

        // Those events repeat their values every 1,000 events; here every call's are new.
        var size = Enumerable.Range(0, RecordCorpus.EventsOfACall).Average(step => RecordCorpus.Event(step).Length);
        var before = GC.GetTotalAllocatedBytes();
        await FloodAsync(port, events, "record");
        var each = (GC.GetTotalAllocatedBytes() - before) / (double)events;
        Console.WriteLine($"  wake-ups, {RecordCorpus.EventsOfACall} events of {size:F0} bytes a call: {each:F0} bytes an event");
    }

    private static string? Means(string type) => type switch
    {
        "System.Byte[]" => "the event as it came, and 24 of the array's own",
        "System.String" => "values decoded for the subscriber, where they are not known yet",
        "Switchboard.Asterisk.Ami.AmiMessage" => "the event's name and where its bytes are; there is no table of headers",
        "Switchboard.Asterisk.Ami.AmiEvent" => "what the subscription hands out: message, generation, time of receipt",
        "Switchboard.Asterisk.Ami.AmiNotification[]" => "the subscription's queue",
        _ => null,
    };

    private static async Task PacedAsync(int port, int rate)
    {
        var count = rate * 5;
        await using var ami = Connection(port);
        using var stop = new CancellationTokenSource();
        await using var events = ami.Subscribe("bench");
        var running = ami.RunAsync(stop.Token);
        var delays = new List<double>(count);
        long lost = 0;
        await foreach (var notification in events.ReadAllAsync(stop.Token))
        {
            if (notification is AmiGap gap) lost += gap.Lost;
            if (notification is not AmiEvent { Message: var message }) continue;
            if (message.EventName == "FullyBooted")
            {
                _ = ami.SendAsync(new AmiAction("Go").With("Count", $"{count}").With("Rate", $"{rate}"), stop.Token);
                continue;
            }

            delays.Add(Stopwatch.GetElapsedTime(long.Parse(message["SentAt"]!, CultureInfo.InvariantCulture)).TotalMilliseconds);
            if (delays.Count + lost >= count) break;
        }

        await stop.CancelAsync();
        await running;
        delays.Sort();
        Console.WriteLine($"{rate,7:N0} events/s for 5 s: {lost} lost; delay p50 {At(delays, 0.5):F2} ms, p99 {At(delays, 0.99):F2} ms, worst {delays[^1]:F1} ms");
    }

    private static async Task RoundTripsAsync(int port)
    {
        var logins = new List<double>();
        for (var i = 0; i < 50; i++)
        {
            await using var one = Connection(port);
            using var end = new CancellationTokenSource();
            await using var told = one.Subscribe("bench");
            var began = Stopwatch.GetTimestamp();
            var run = one.RunAsync(end.Token);
            await using var first = told.ReadAllAsync(end.Token).GetAsyncEnumerator(end.Token);
            await first.MoveNextAsync();
            logins.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            await end.CancelAsync();
            await run;
        }

        logins.Sort();
        Console.WriteLine($"connect, login and FullyBooted: p50 {At(logins, 0.5):F2} ms, p99 {At(logins, 0.99):F2} ms");

        await using var ami = Connection(port);
        using var stop = new CancellationTokenSource();
        await using var notifications = ami.Subscribe("bench");
        var running = ami.RunAsync(stop.Token);
        await using (var connected = notifications.ReadAllAsync(stop.Token).GetAsyncEnumerator(stop.Token)) await connected.MoveNextAsync();
        var trips = new List<double>();
        for (var i = 0; i < 5000; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await ami.SendAsync(new AmiAction("Ping"));
            trips.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        trips.Sort();
        Console.WriteLine($"an action and its answer, one after the other: p50 {At(trips, 0.5) * 1000:F0} µs, p99 {At(trips, 0.99) * 1000:F0} µs");
        var all = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, 10_000).Select(_ => ami.SendAsync(new AmiAction("Ping"))));
        var seconds = Stopwatch.GetElapsedTime(all).TotalSeconds;
        Console.WriteLine($"10,000 actions at once: {seconds * 1000:F0} ms ({10_000 / seconds:N0} a second)");
        await stop.CancelAsync();
        await running;
    }

    public static Process StartServer(out int port)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, $"{(Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? Environment.GetCommandLineArgs()[0] : "")} ami-server")
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        var server = Process.Start(start)!;
        port = int.Parse(server.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
        return server;
    }

    private static double Time(Action work)
    {
        var began = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var began = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static void Rate(string what, List<double> rates) => Console.WriteLine($"  {what,-50} {Median(rates),12:N0} events/s ({rates.Max():N0})");

    private static double Median(List<double> values) => At([.. values.Order()], 0.5);

    private static double At(List<double> sorted, double share) => sorted[(int)Math.Min(sorted.Count - 1, sorted.Count * share)];
}
