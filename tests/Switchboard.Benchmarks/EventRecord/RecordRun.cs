using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using Npgsql;
using Switchboard.Asterisk.Ami;
using Switchboard.Benchmarks.Ami;
using Switchboard.EventRecord;
using Switchboard.Features.Rooms;
using Switchboard.LabTests.EventRecord;

namespace Switchboard.Benchmarks.EventRecord;

/// <summary>The real connection, recorder and writer on one PBX, and what came of them.</summary>
internal sealed class RecordRun : IAsyncDisposable
{
    // Far from what a subscription holds, enough that nobody ever waits for the PBX.
    private const int Window = 40_000;
    private const int Portion = 2000;

    private readonly Process _pbx;
    private readonly RecordRig _rig;
    private readonly AmiConnection _ami;
    private readonly EventRecorder _recorder;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(long Stored, DateTimeOffset At)> _commits = [];
    private readonly SemaphoreSlim _told = new(0);
    private readonly long _allocatedBefore = GC.GetTotalAllocatedBytes();
    private readonly Task _connection;
    private readonly Task _watching;
    private double _oldest;

    private RecordRun(string connectionString)
    {
        _pbx = AmiBenchmark.StartServer(out var port);
        _rig = new RecordRig(connectionString) { Counting = Count, Lagging = lag => _oldest += lag };
        _ami = new AmiConnection(new AmiOptions { Port = port, Username = "bench", Secret = "bench" }, TimeProvider.System, NullLogger<AmiConnection>.Instance);
        var phones = new RoomPhones();
        phones.Take(RecordCorpus.Phones());
        _recorder = new EventRecorder("main", _ami, _rig.Queue, _rig.Writer, new EventFeed(), _rig.Meter, phones.RoomOf, new SecretChannels(), _rig.Settings, SystemClock.Instance);
        _connection = Task.Run(() => _ami.RunAsync(_stop.Token));
        _watching = WatchAsync();
    }

    /// <summary>Events in the database, without the first one, FullyBooted.</summary>
    public long Stored => Math.Max(0, _rig.Counted(RecordRig.Stored) - 1);
    public long Lost => _rig.Counted(RecordRig.Lost);
    public int Batches => _commits.Count;
    public double MeanOldest => _oldest / Math.Max(1, Batches);
    public int PeakQueue { get; private set; }
    public long Allocated => GC.GetTotalAllocatedBytes() - _allocatedBefore;
    public Guid Session { get; private set; }

    public static async Task<RecordRun> StartAsync(string connectionString)
    {
        var run = new RecordRun(connectionString);
        await run._recorder.StartAsync(CancellationToken.None);
        while (run._rig.Counted(RecordRig.Stored) == 0) await run._told.WaitAsync();
        await using var connection = await run._rig.OpenAsync();
        await using var command = new NpgsqlCommand("select id from pbx_event_sessions order by started_at desc limit 1", connection);
        run.Session = (Guid)(await command.ExecuteScalarAsync())!;
        return run;
    }

    /// <summary>Asks the PBX for so many events, at this rate a second.</summary>
    public Task SendAsync(int count, int rate)
    {
        _ = _ami.SendAsync(new AmiAction("Go").With("Kind", "record").With("Count", Text(count)).With("Rate", Text(rate)), _stop.Token);
        return Task.CompletedTask;
    }

    /// <summary>Asks for more whenever some of it is stored, for so long.</summary>
    public async Task SendUntilAsync(TimeSpan end)
    {
        var (began, sent) = (Stopwatch.GetTimestamp(), 0L);
        while (Stopwatch.GetElapsedTime(began) < end)
        {
            for (; sent + Portion <= Stored + Lost + Window; sent += Portion) await SendAsync(Portion, 0);
            await _told.WaitAsync(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>Returns when so many are stored or lost.</summary>
    public async Task WaitForAsync(long count)
    {
        while (Stored + Lost < count)
        {
            if (!await _told.WaitAsync(TimeSpan.FromSeconds(30))) throw new InvalidOperationException($"only {Stored:N0} of {count:N0} came:\n{_rig.Log}");
        }
    }

    /// <summary>Of every event the time to its commit, in ms: from the socket, and from the time that the PBX put into it.</summary>
    public async Task<(List<double> FromReceipt, List<double> FromPbx)> LagsAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("select received_at, at from pbx_events where session_id = $1 order by sequence", connection) { CommandTimeout = 120 };
        command.Parameters.Add(new() { Value = Session });
        await using var reader = await command.ExecuteReaderAsync();
        var (fromReceipt, fromPbx, commit) = (new List<double>(), new List<double>(), 0);
        for (var row = 1L; await reader.ReadAsync(); row++)
        {
            while (_commits[commit].Stored < row) commit++;
            var at = _commits[commit].At;
            fromReceipt.Add((at - reader.GetFieldValue<DateTimeOffset>(0)).TotalMilliseconds);
            fromPbx.Add((at - reader.GetFieldValue<DateTimeOffset>(1)).TotalMilliseconds);
        }

        fromReceipt.Sort();
        fromPbx.Sort();
        return (fromReceipt, fromPbx);
    }

    public async ValueTask DisposeAsync()
    {
        await _recorder.StopAsync(CancellationToken.None);
        await _ami.DisposeAsync();
        await _stop.CancelAsync();
        await _connection;
        await _watching;
        _recorder.Dispose();
        await _rig.DisposeAsync();
        _pbx.StandardInput.Close();
        await _pbx.WaitForExitAsync();
        _pbx.Dispose();
        _stop.Dispose();
        _told.Dispose();
    }

    private void Count(string counter, long value)
    {
        if (counter is not (RecordRig.Stored or RecordRig.Lost)) return;
        if (counter == RecordRig.Stored) _commits.Add((_rig.Counted(RecordRig.Stored), TimeProvider.System.GetUtcNow()));
        _told.Release();
    }

    private async Task WatchAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            PeakQueue = Math.Max(PeakQueue, _rig.Queue.Bytes);
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
