using Microsoft.Extensions.Options;
using Switchboard.Asterisk.Ami;
using Switchboard.Asterisk.Ami.Actions;
using Switchboard.Asterisk.Ami.Events;

namespace Switchboard.Pbx;

/// <summary>
/// Keeps AstDB as it should be: reads our families after every connect, gap and ten minutes, lets features take over what phones wrote, sets
/// right what differs, and writes at once what features change. It also tells features what the dialplan reports.
/// </summary>
internal sealed class PbxStateKeeper(
    HotelPbx pbx, PbxLease lease, PbxState state, PbxStateWriter writer, PbxClock clock, PbxMeter meter, IEnumerable<StateFamily> families, IEnumerable<DialplanReportHandler> handlers, IOptions<PbxOptions> options,
    TimeProvider time, ILogger<PbxState> log) : BackgroundService
{
    private static readonly TimeSpan ReadEvery = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(1);

    // What happens in the first seconds of a worker's life, or of an outage, is stored when it can be.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);
    private static readonly HashSet<string> Reports = new(StringComparer.OrdinalIgnoreCase) { UserEvent.EventName };
    private readonly IReadOnlyList<StateFamily> _families = [.. families];
    private readonly ILookup<string, DialplanReportHandler> _handlers = handlers.ToLookup(h => h.Name, StringComparer.Ordinal);

    // Nothing is written to a PBX whose own changes have not been read since the link came up.
    private long _readGeneration = -1;
    private readonly long _start = time.GetTimestamp();
    private string? _toldTrouble;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        meter.Watch(state, pbx.Name);
        await using var events = pbx.Ami.Subscribe("state", Reports);
        lease.Claimed += state.RequestReading;
        // The link may have come up, and the lease been claimed, before this was asked to run: nobody would say so again for ten minutes.
        if (pbx.Link.Connected) state.RequestReading();
        await Task.WhenAll(FollowAsync(events, stoppingToken), ReadForEverAsync(stoppingToken), WriteForEverAsync(stoppingToken), AskForReadingsAsync(stoppingToken));
    }

    private async Task FollowAsync(AmiSubscription events, CancellationToken ct)
    {
        await foreach (var notification in events.ReadAllAsync(ct))
        {
            switch (notification)
            {
                case AmiConnected or AmiGap:
                    state.RequestReading();
                    break;
                case AmiEvent { Message: var message } when message.TryRead<UserEvent>(out var report) && report.Name is { } name:
                    foreach (var handler in _handlers[name]) await HandleAsync(handler, new DialplanReport(message, clock), ct);
                    break;
            }
        }
    }

    private async Task HandleAsync(DialplanReportHandler handler, DialplanReport report, CancellationToken ct)
    {
        // Another worker serves this PBX, and stores it. (Just started, it is not known yet who does.)
        while (!state.MayWrite())
        {
            if (time.GetElapsedTime(_start) > Patience) return;
            await Task.Delay(LookAgain, time, ct);
        }

        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                await handler.HandleAsync(report, ct);
                return;
            }
            catch (Exception failed) when (failed is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                // The database goes before anybody knows that it has gone; then this machine's journal takes it.
                if (time.GetElapsedTime(began) < Patience)
                {
                    await Task.Delay(TryAgain, time, ct);
                    continue;
                }

                log.ReportFailed(handler.Name, failed.GetBaseException().Message);
                state.RequestReading();
                return;
            }
        }
    }

    private async Task AskForReadingsAsync(CancellationToken ct)
    {
        while (true)
        {
            await Task.Delay(ReadEvery, time, ct);
            state.RequestReading();
        }
    }

    private async Task ReadForEverAsync(CancellationToken ct)
    {
        while (true)
        {
            await state.WaitForReadingAsync(ct);
            if (!pbx.Link.Connected || !lease.IsClaimed || !state.MayWrite()) continue; // the next connect, or whoever lets us write, asks again
            try
            {
                await ReadAsync(ct);
                _toldTrouble = null;
            }
            catch (Exception failed) when (failed is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                var reason = failed.GetBaseException().Message;
                // Not each second anew; what keeps the link or the database away is told by the watch over outages.
                if (pbx.Link.Connected && reason != _toldTrouble) log.ReadFailed(options.Value.Name, reason);
                _toldTrouble = reason;
                await Task.Delay(TryAgain, time, ct);
                state.RequestReading();
            }
        }
    }

    private async Task ReadAsync(CancellationToken ct)
    {
        var generation = pbx.Link.Generation;
        await clock.CompareAsync(pbx, ct);
        state.BeginReading();
        var (wrong, right) = (new List<StateEntry>(), new List<StateEntry>());
        var found = new StateReading(0, 0, 0, 0, 0);
        foreach (var family in _families)
        {
            var comparison = await CompareAsync(family, generation != Volatile.Read(ref _readGeneration), ct);
            found = new(found.Entries + comparison.Found.Entries, found.Missing + comparison.Found.Missing, found.Different + comparison.Found.Different,
                found.Surplus + comparison.Found.Surplus, found.TakenOver + comparison.Found.TakenOver);
            wrong.AddRange(comparison.Wrong);
            right.AddRange(comparison.Right);
        }

        // The link may have been lost and regained meanwhile; then the next request is already waiting.
        if (pbx.Link.Generation != generation || !pbx.Link.Connected) return;
        var hold = state.EndReading(wrong, right);
        Volatile.Write(ref _readGeneration, generation);
        state.Signal();
        Tell(hold);
        state.Took(found, pbx.Now);
        if (found.Wrong + found.TakenOver > 0) log.Different(found.Wrong > 0 ? LogLevel.Warning : LogLevel.Information, options.Value.Name, found.Entries, found.Missing, found.Different, found.Surplus, found.TakenOver);
    }

    private async Task<(List<StateEntry> Wrong, List<StateEntry> Right, StateReading Found)> CompareAsync(StateFamily family, bool isNewLink, CancellationToken ct)
    {
        var prefix = $"/{family.Name}/";
        var atPbx = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var entry in pbx.Ami.DbGetTreeAsync(family.Name, ct))
        {
            if (entry is { Key: { } key, Value: { } value } && key.StartsWith(prefix, StringComparison.Ordinal)) atPbx[key[prefix.Length..]] = value;
        }

        var wanted = await family.WantedAsync(ct);
        var differences = new List<StateDifference>();
        foreach (var (key, value) in wanted)
        {
            if (atPbx.GetValueOrDefault(key) is var has && has != value) differences.Add(new(key, has, value));
        }

        differences.AddRange(atPbx.Where(e => !wanted.ContainsKey(e.Key)).Select(e => new StateDifference(e.Key, e.Value, null)));
        var taken = differences.Count > 0 && family.TakeOverAsync is { } takeOver ? await takeOver(differences, ct) : new Dictionary<string, string?>();
        var wrong = differences.Where(d => !taken.TryGetValue(d.Key, out var now) || now != d.AtPbx).ToList();
        var right = wanted.Where(e => family.TakeOverAsync is not null && atPbx.GetValueOrDefault(e.Key) == e.Value).Select(e => new StateEntry(family.Name, e.Key, e.Value))
            .Concat(taken.Where(t => !wrong.Exists(w => w.Key == t.Key)).Select(t => new StateEntry(family.Name, t.Key, t.Value))).ToList();
        if (!state.MayCorrect() && atPbx.Count > 0) wrong.RemoveAll(d => !taken.ContainsKey(d.Key) && !state.IsPending(family.Name, d.Key));
        var judged = wrong.Where(d => !taken.ContainsKey(d.Key)).ToList();
        var anew = family.WrittenAfterConnect && isNewLink ? wanted.Where(e => atPbx.GetValueOrDefault(e.Key) == e.Value).Select(e => new StateEntry(family.Name, e.Key, e.Value)) : [];
        return ([.. wrong.Select(d => new StateEntry(family.Name, d.Key, taken.TryGetValue(d.Key, out var now) ? now : d.Wanted)), .. anew], right,
            new(wanted.Count, judged.Count(d => d.AtPbx is null), judged.Count(d => d is { AtPbx: not null, Wanted: not null }), judged.Count(d => d.Wanted is null), taken.Count));
    }

    private async Task WriteForEverAsync(CancellationToken ct)
    {
        while (true)
        {
            await state.WaitForWorkAsync(ct);
            while (pbx.Link is { Connected: true } link && link.Generation == Volatile.Read(ref _readGeneration) && lease.IsClaimed && state.MayWrite() && state.Due(PbxStateWriter.MostAtOnce) is { Count: > 0 } due)
            {
                if (await writer.WriteAsync(due, ct)) Tell(state.Written(due));
                else await Task.Delay(TryAgain, time, ct);
            }
        }
    }

    private void Tell(List<StateEntry> hold)
    {
        foreach (var family in _families)
        {
            if (family.Held is { } held && hold.Where(e => e.Family == family.Name).ToList() is { Count: > 0 } its) held(its);
        }
    }
}
