using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.Features.Directories;
using Switchboard.Features.Extensions;
using Switchboard.Features.Hotel;
using Switchboard.Features.Mail;
using Switchboard.Pbx;
using Switchboard.Persistence.Local;

namespace Switchboard.Features.Deliveries;

/// <summary>
/// The loop that makes deliveries happen: claims what is due, sends it by phone or mail, and stores what came of it. It trusts the database for what is
/// due; its memory may be lost at any moment.
/// </summary>
internal sealed class DeliveryRunner(
    IServiceScopeFactory scopes, HotelPbx pbx, LocalStore local, DeliverySignal signal, MailSender mail, DeliveryMail letters, IOptions<DeliveryOptions> options, IOptions<OutsideOptions> outside, IOptions<HotelOptions> hotel,
    TimeProvider time, IClock clock, ILogger<DeliveryRunner> log) : BackgroundService
{
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShortSleep = TimeSpan.FromSeconds(1);

    // As many at once as a small office has lines to spare: wake-ups and guests come first.
    private const int MostAtOnce = 10;
    private readonly ConcurrentDictionary<Guid, (ClaimedDelivery Claimed, RoomCall? Call)> _going = [];
    private readonly Queue<ClaimedDelivery> _unsent = [];
    private volatile bool _recovered;
    private string? _toldTrouble;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        pbx.ReadinessChanged += signal.Wake;
        local.ModeChanged += signal.Wake;
        signal.HangUpAsked += HangUp;
        while (true)
        {
            var sleep = ShortSleep;
            try
            {
                sleep = await TickAsync(stoppingToken);
                _toldTrouble = null;
            }
            catch (Exception failed) when (failed is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                var reason = failed.GetBaseException().Message;
                if (local.CanServe && reason != _toldTrouble) log.RoundFailed(_toldTrouble = reason);
            }

            await signal.WaitAsync(sleep, time, stoppingToken);
        }
    }

    /// <summary>One round: what is due is claimed and sent. Returns how long nothing needs to be done.</summary>
    internal async Task<TimeSpan> TickAsync(CancellationToken ct)
    {
        if (!local.CanServe)
        {
            _recovered = false;
            return ShortSleep;
        }

        await using var scope = scopes.CreateAsyncScope();
        var steps = scope.ServiceProvider.GetRequiredService<DeliverySteps>();
        if (!_recovered)
        {
            foreach (var unsent in await steps.TakeOverAsync(Mine(), ct)) _unsent.Enqueue(unsent);
            _recovered = true;
        }

        while (_unsent.TryPeek(out var unsent))
        {
            if (pbx.IsReady || unsent.Option.Way == DeliveryWay.Mail) Send(unsent, ct);
            else await steps.RecordAsync(unsent, NotSent(), ct);
            _unsent.Dequeue();
        }

        while (_going.Count < MostAtOnce && await steps.ClaimAsync(ct) is (true, var claimed))
        {
            if (claimed is not null) Send(claimed, ct);
        }

        if (_going.Count >= MostAtOnce) return LongestSleep; // an end of one wakes
        if (await steps.NextAsync(ct) is not { } next) return LongestSleep;
        var sleep = (next - clock.GetCurrentInstant()).ToTimeSpan();
        return sleep < TimeSpan.FromMilliseconds(50) ? TimeSpan.FromMilliseconds(50) : sleep > LongestSleep ? LongestSleep : sleep;
    }

    private HashSet<Guid> Mine() => [.. _going.Keys, .. _unsent.Select(u => u.AttemptId)];

    // Somebody has it, or it is not wanted any more.
    private void HangUp(Guid deliveryId, Guid? exceptAttempt)
    {
        foreach (var (_, call) in _going.Values.Where(g => g.Claimed.DeliveryId == deliveryId && g.Claimed.AttemptId != exceptAttempt))
        {
            if (call is not null) pbx.HangUp(call);
        }
    }

    private void Send(ClaimedDelivery claimed, CancellationToken ct)
    {
        log.Trying(claimed.Number, claimed.Attempt, claimed.Option.Person, claimed.Option.Way);
        _going[claimed.AttemptId] = (claimed, null);
        _ = SendAsync(claimed, ct);
    }

    private async Task SendAsync(ClaimedDelivery claimed, CancellationToken ct)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        DeliveryResult result;
        try
        {
            // Somebody had it, or it was stopped, between the commit of the attempt and this line.
            if (!await IsOpenAsync(claimed, ct)) result = new DeliveryResult(DeliveryOutcome.Cancelled);
            else result = claimed.Option.Way == DeliveryWay.Mail ? await MailAsync(claimed, ct) : await CallAsync(claimed, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return; // the next life takes it over
        }
        catch (Exception fault)
        {
            result = new DeliveryResult(DeliveryOutcome.Failed, Detail: fault.GetBaseException().Message);
        }

        await PersistAsync(claimed, (steps, token) => steps.RecordAsync(claimed, result, token), ct);
        _going.TryRemove(claimed.AttemptId, out _);
        signal.Wake();
    }

    private async Task<bool> IsOpenAsync(ClaimedDelivery claimed, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<DeliverySteps>().IsOpenAsync(claimed.DeliveryId, ct);
    }

    private async Task<DeliveryResult> CallAsync(ClaimedDelivery claimed, CancellationToken ct)
    {
        var byLine = claimed.Option.Way == DeliveryWay.Mobile;
        // The dialplan refuses it as well; it may not have been told the hotel's own yet.
        if ((byLine ? MobileNumber.ForTheLine(claimed.Option.Address, options.Value, outside.Value) : claimed.Option.Address) is not { } to)
            return new DeliveryResult(DeliveryOutcome.Failed, Detail: "the mobile is an emergency number");
        PersonCallRequest request;
        await using (var scope = scopes.CreateAsyncScope())
        {
            var person = await scope.ServiceProvider.GetRequiredService<DirectoryBook>().ByKeyAsync(claimed.Option.Person, ct);
            var languages = person is { Languages.Count: > 0 } ? person.Languages : hotel.Value.LanguageList;
            request = new(claimed.ChannelId, to, byLine, options.Value.RingTime, string.Join('-', languages), options.Value.CallerId);
        }

        var call = pbx.Ring(request, (step, at) =>
        {
            if (step == RoomCallStep.Sent) _ = PersistAsync(claimed, (steps, token) => steps.MarkAsync(claimed, at, null, token), ct);
            else if (step == RoomCallStep.Answered) _ = PersistAsync(claimed, (steps, token) => steps.MarkAsync(claimed, null, at, token), ct);
        });
        _going[claimed.AttemptId] = (claimed, call);
        // Whoever ended it before that line found nothing to hang up.
        if (!await IsOpenAsync(claimed, ct)) pbx.HangUp(call);
        var end = await call.Ended;
        return end.Kind == RoomCallEndKind.NotSent || (end.Kind == RoomCallEndKind.Lost && call.SentAt is null && !call.HangUpAsked) ? NotSent() : DeliveryJudge.Judge(end);
    }

    private static DeliveryResult NotSent() => new(DeliveryOutcome.NotSent, Detail: "the PBX was away");

    private async Task<DeliveryResult> MailAsync(ClaimedDelivery claimed, CancellationToken ct)
    {
        MailToSend letter;
        await using (var scope = scopes.CreateAsyncScope())
        {
            var steps = scope.ServiceProvider.GetRequiredService<DeliverySteps>();
            if (await steps.ContentAsync(claimed.Subject, ct) is not { } content) return new DeliveryResult(DeliveryOutcome.Failed, Detail: "what is to be delivered could not be found");
            var person = await scope.ServiceProvider.GetRequiredService<DirectoryBook>().ByKeyAsync(claimed.Option.Person, ct);
            var hasFile = content.AudioFile is { } file && File.Exists(file);
            if (content.AudioFile is { } lost && !hasFile) log.RecordingMissing(claimed.Number, claimed.Attempt, lost);
            letter = letters.Compose(claimed.Option.Address, claimed.Number, person, content, hasFile);
        }

        // Stored before it may be with the server: a life that ends meanwhile does not send it a second time.
        Instant? sentAt = null;
        var answer = await mail.SendAsync(letter, async token =>
        {
            sentAt = clock.GetCurrentInstant();
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<DeliverySteps>().MarkAsync(claimed, sentAt, null, token);
        }, ct);
        return new DeliveryResult(DeliveryJudge.Judge(answer.Fate), Detail: answer.Detail, SentAt: sentAt);
    }

    /// <summary>Stores for as long as it takes: in the database or, while that is away, in the journal.</summary>
    private async Task PersistAsync(ClaimedDelivery claimed, Func<DeliverySteps, CancellationToken, Task> store, CancellationToken ct)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                await store(scope.ServiceProvider.GetRequiredService<DeliverySteps>(), ct);
                return;
            }
            catch (Exception gone) when (gone is ObjectDisposedException || ct.IsCancellationRequested)
            {
                return; // the next life takes it over
            }
            catch (Exception fault)
            {
                if (failures == 5) log.NotStored(claimed.Number, claimed.Attempt, fault.GetBaseException().Message);
                await Task.Delay(TimeSpan.FromSeconds(failures < 5 ? 0.2 : 1), time, CancellationToken.None);
            }
        }
    }
}
