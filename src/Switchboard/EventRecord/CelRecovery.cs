using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using NodaTime;
using Npgsql;
using Switchboard.Asterisk.Ami;
using Switchboard.Asterisk.Ami.Actions;
using Switchboard.Persistence.Local;

namespace Switchboard.EventRecord;

/// <summary>
/// Told of a user event of the dialplan (CELGenUserEvent) that nobody heard when it happened: its type, what it said, and on which channel. It may
/// be one that is known by another way. Features register theirs.
/// </summary>
internal delegate Task RecoveredUserEvent(string type, string extra, string channel, CancellationToken ct);

/// <summary>
/// Compares the PBX's own call file with the record and stores what the record lacks: after every time in which events may have been missed, and
/// every few minutes, so that a hole that nobody knew of is found as well.
/// </summary>
internal sealed class CelRecovery : BackgroundService
{
    private const int LinesAtOnce = 5000;
    private static readonly TimeSpan CompareEvery = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    // What was read from the file has reached AMI by then, and the record a moment later.
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);
    private static readonly Duration Slack = Duration.FromSeconds(5);
    private readonly CelFiles? _files;
    private readonly CelRecords _records;
    private readonly CelComparison _comparison = new();
    private readonly EventWriter _writer;
    private readonly LocalStore _local;
    private readonly AmiConnection _ami;
    private readonly TimeProvider _time;
    private readonly ILogger<CelRecovery> _log;
    private readonly string _pbx;
    private readonly IReadOnlyList<RecoveredUserEvent> _handlers;
    private volatile bool _asked = true;
    private string? _toldTrouble;
    private CelPosition? _atStart;

    public CelRecovery(
        string pbx, IOptions<EventRecordOptions> options, CelRecords records, EventHistory history, EventWriter writer, LocalStore local, AmiConnection ami, TimeProvider time,
        IEnumerable<RecoveredUserEvent> handlers, ILogger<CelRecovery> log)
    {
        _handlers = [.. handlers];
        (_pbx, _records, _writer, _local, _ami, _time, _log) = (pbx, records, writer, local, ami, time, log);
        _files = options.Value.CelFile is { Length: > 0 } file ? new CelFiles(file) : null;
        history.OutageAdded += () => _asked = true;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        RememberStart();
        var last = _time.GetTimestamp();
        while (true)
        {
            await Task.Delay(LookEvery, _time, stoppingToken);
            // Until the PBX is heard for the first time nobody knows how long the worker was away.
            if ((!_asked || _writer.FirstConnectedAt is null) && _time.GetElapsedTime(last) < CompareEvery) continue;
            // Everything that AMI brought so far must be in the database, or it would be taken for missing.
            if (!_local.IsOnline || !_writer.IsCaughtUp) continue;
            _asked = false;
            last = _time.GetTimestamp();
            if (!await TryCompareAsync(stoppingToken)) _asked = true;
        }
    }

    private void RememberStart()
    {
        try
        {
            if (_files is not null) _atStart = Present(_files);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // The first comparison tells it.
        }
    }

    private async Task<bool> TryCompareAsync(CancellationToken ct)
    {
        try
        {
            var done = true;
            if (_files is null) await WithoutFileAsync(ct);
            else done = await CompareAsync(_files, ct);
            _toldTrouble = null;
            return done;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            if (_toldTrouble != unreadable.Message) _log.CelUnreadable(unreadable.Message);
            _toldTrouble = unreadable.Message;
            return true; // with the next round, in some minutes
        }
        catch (Exception away) when (away is NpgsqlException or DbUpdateException or InvalidOperationException or TimeoutException or AmiException)
        {
            return false;
        }
    }

    private async Task WithoutFileAsync(CancellationToken ct)
    {
        foreach (var outage in await _records.OpenOutagesAsync(ct)) await CloseAsync(outage, null, "EventRecord:CelFile is not set: calls of this time are unknown", ct);
    }

    /// <summary>False where it is not known yet what to compare.</summary>
    private async Task<bool> CompareAsync(CelFiles files, CancellationToken ct)
    {
        var (recovered, lost, malformed, read) = (new List<CelLine>(), new List<string>(), 0, 0);
        // In this order: once the PBX was heard and all is on record, so is what the last life has missed.
        var whole = _writer.FirstConnectedAt is not null && _writer.IsCaughtUp;
        var outages = await _records.OpenOutagesAsync(ct);
        if (await BeginningAsync(whole, outages, ct) is not var (position, since)) return false;
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            var reading = files.Read(position, LinesAtOnce);
            var lines = since is null ? reading.Lines : [.. reading.Lines.Where(l => l.EventTime >= since)];
            if (since is null || lines.Count > 0)
            {
                if (reading.Lost is { } hole) lost.Add(hole);
                malformed += reading.Malformed;
            }

            read += lines.Count;
            if (lines.Count > 0) recovered.AddRange(await StoreMissingAsync(lines, ct));
            var next = reading.Next ?? position;
            // Not amid what is nobody's: who goes on from there later would take it for ours.
            if (next != position && (since is null || lines.Count > 0 || reading.AtEnd)) await _records.TakeAsync(next, ct);
            position = next;
            if (!reading.AtEnd) continue;
            // One that came on record meanwhile explains what was found, once its whole time was read.
            var now = await _records.OpenOutagesAsync(ct);
            if (now.Count == outages.Count) break;
            outages = now;
        }

        var missing = lost.Count == 0 && malformed == 0 ? null : string.Join("; ", malformed == 0 ? lost : [.. lost, $"{malformed} lines of the file are no events"]);
        if (missing is not null) _log.CelHole(missing);
        if (recovered.Count > 0) _log.Recovered(read, recovered.Count);
        await TellAsync(outages, recovered, missing, ct);
        return true;
    }

    /// <summary>Where to read on; since says which older lines are nobody's, where no position was kept yet. Null where that is not known yet.</summary>
    /// <param name="whole">What an earlier life has missed is among the outages.</param>
    /// <param name="outages">Those that were not compared yet.</param>
    private async Task<(CelPosition? Position, Instant? Since)?> BeginningAsync(bool whole, List<PbxOutage> outages, CancellationToken ct)
    {
        if (await _records.TakenAsync(ct) is { } taken) return (taken.FirstLine.Length == 0 ? null : new CelPosition(taken.FirstLine, taken.FileOffset), null);
        // Until the PBX is heard nobody knows whether a worker listened before this life.
        if (!whole) return null;
        // One did, and was killed before it looked at the file.
        if (outages.Count > 0) return (null, outages.Min(o => o.FromAt) - Slack);
        // Nobody had: what was in the file by then is not ours to tell, what came since is.
        await _records.TakeAsync(_atStart, ct);
        return (_atStart, null);
    }

    private async Task<List<CelLine>> StoreMissingAsync(IReadOnlyList<CelLine> lines, CancellationToken ct)
    {
        await SettleAsync(ct);
        var missing = _comparison.Missing(lines, await _records.RecordedAsync(lines, ct));
        // Before they are on record: who fails is asked again with the next comparison, and what was done already is not done twice.
        foreach (var line in missing.Where(l => l.UserDefinedType.Length > 0))
        {
            foreach (var handler in _handlers) await handler(line.UserDefinedType, line.Extra, line.Channel, ct);
        }

        if (missing.Count > 0) await _records.StoreAsync(missing, ct);
        return missing;
    }

    private async Task SettleAsync(CancellationToken ct)
    {
        await Task.Delay(Settle, _time, ct);
        try
        {
            // Asterisk writes what waits before it answers; the second answer comes after everything that waited at the first.
            for (var ping = 0; ping < 2; ping++) await _ami.PingAsync(ct);
        }
        catch (AmiNotConnectedException)
        {
            // Then nothing more will come over AMI of what the file holds.
        }

        while (!_writer.IsCaughtUp) await Task.Delay(TimeSpan.FromMilliseconds(100), _time, ct);
    }

    private async Task TellAsync(List<PbxOutage> outages, List<CelLine> recovered, string? missing, CancellationToken ct)
    {
        var unexplained = new List<CelLine>(recovered);
        foreach (var outage in outages)
        {
            bool During(CelLine line) => line.EventTime >= outage.FromAt - Slack && line.EventTime <= outage.UntilAt + Slack;
            await CloseAsync(outage, recovered.Count(During), missing, ct);
            unexplained.RemoveAll(During);
        }

        if (unexplained.Count == 0) return;
        var silent = new PbxOutage(_pbx, PbxOutage.EventsLost, unexplained[0].EventTime, Instant.Max(unexplained[0].EventTime, unexplained[^1].EventTime));
        await _records.AddAsync(silent, ct);
        await CloseAsync(silent, unexplained.Count, missing, ct);
    }

    private async Task CloseAsync(PbxOutage outage, long? recovered, string? missing, CancellationToken ct)
    {
        await _records.ComparedAsync(outage, recovered, missing, ct);
        _log.Outage(_pbx, outage.Cause, outage.FromAt.ToString(), outage.UntilAt.ToString(), recovered, missing is null ? "" : $"; {missing}");
    }

    private static CelPosition? Present(CelFiles files)
    {
        if (files.End() is { } end) return end;
        // Just rotated: the end is that of the newest of the other files.
        CelPosition? position = null;
        while (true)
        {
            var reading = files.Read(position, LinesAtOnce);
            position = reading.Next ?? position;
            if (reading.AtEnd) return position;
        }
    }
}
