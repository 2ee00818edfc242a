using System.Collections.Concurrent;
using NodaTime;
using Switchboard.Pbx;

namespace Switchboard.Features.Calls;

/// <summary>Knows which calls wait for the operators just now and since when, and tells of one that nobody takes: not an operator, not the next ones after them.</summary>
internal sealed class OfferWatch(LiveCalls live, HotelPbx pbx, TimeProvider time, IClock clock, ILogger<OfferWatch> log) : BackgroundService
{
    /// <summary>Operators have a minute, the shift leader and the deputy half a minute each.</summary>
    internal static readonly Duration TooLong = Duration.FromMinutes(2);

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, Offer> _waiting = new(StringComparer.Ordinal);

    // What the PBX's call file tells later may be of a call that has been taken since.
    private readonly ConcurrentDictionary<string, Instant> _ended = new(StringComparer.Ordinal);
    private bool _looked;

    /// <summary>Since when this call waits for an operator; null where it does not, or nobody told.</summary>
    public Instant? WaitsSince(string linkedId) => _waiting.TryGetValue(linkedId, out var offer) && offer.Reported ? offer.At : null;

    internal Task OfferedAsync(DialplanReport report, CancellationToken ct)
    {
        var now = clock.GetCurrentInstant();
        var at = report.At ?? now;
        // On to the next ones: it goes on waiting. What is told so late is another one's wait, or over; a call that waits still is seen among the living ones.
        if (report["Call"] is not { } call || report["Kind"] == "step" || CallIds.IsConsultation(report.Channel) || now - at >= TooLong) return Task.CompletedTask;
        if (!_ended.TryGetValue(call, out var ended) || ended <= at) _waiting[call] = new(at, Told: false, Reported: true);
        return Task.CompletedTask;
    }

    internal Task EndedAsync(DialplanReport report, CancellationToken ct)
    {
        var now = clock.GetCurrentInstant();
        var at = report.At ?? now;
        // Put through to the operators: there it begins to wait.
        if (report["Call"] is not { } call || report["Kind"] == "operators" || CallIds.IsConsultation(report.Channel)) return Task.CompletedTask;
        if (_waiting.TryGetValue(call, out var offer) && offer.At <= at) _waiting.TryRemove(new(call, offer));
        // Offers as old as these are not listened to any more.
        foreach (var old in _ended.Where(e => now - e.Value > TooLong)) _ended.TryRemove(old);
        _ended.AddOrUpdate(call, at, (_, before) => Instant.Max(before, at));
        return Task.CompletedTask;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(LookEvery, time, stoppingToken);
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (PbxUnreachableException)
            {
                // Told elsewhere; what waits is looked at when the PBX is back.
            }
            catch (Exception fault) when (fault is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                log.OffersFailed(fault);
            }
        }
    }

    /// <summary>Who hung up while he waited is no report of the dialplan: the living calls say it.</summary>
    internal async Task LookAsync(CancellationToken ct)
    {
        var now = clock.GetCurrentInstant();
        if (!pbx.Link.Connected)
        {
            _looked = false;
            return;
        }

        if (_looked && !_waiting.Any(w => now - w.Value.At >= TooLong)) return;
        var calls = await live.ReadAsync(ct);
        if (!_looked)
        {
            // Who waited already when this worker began, or its link: since when nobody told, so from now on.
            foreach (var call in calls.Where(c => c.Talking().Count == 0 && c.Channels.Any(h => h.Application == LiveCall.Queue)))
                _waiting.TryAdd(call.LinkedId, new(now, Told: false, Reported: false));
            _looked = true;
        }

        foreach (var (call, offer) in _waiting.Where(w => now - w.Value.At >= TooLong))
        {
            if (LiveCalls.Find(calls, call) is not { } still || still.Talking().Count > 0)
            {
                _waiting.TryRemove(new(call, offer));
            }
            else if (!offer.Told && _waiting.TryUpdate(call, offer with { Told = true }, offer))
            {
                log.NobodyTakes(call, (int)(now - offer.At).TotalSeconds);
            }
        }
    }

    /// <param name="At">Since when it waits.</param>
    /// <param name="Told">That nobody takes it has been told.</param>
    /// <param name="Reported">The dialplan told since when; else it was seen to wait.</param>
    private sealed record Offer(Instant At, bool Told, bool Reported);
}
