using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.Pbx;
using Switchboard.Persistence.Local;

namespace Switchboard.Features.Messages;

/// <summary>
/// Ends what guests have left behind, some time after they checked out, and what belongs to no stay and nobody has asked for. It looks at this machine's copy, so a quiet night costs the database nothing.
/// </summary>
internal sealed class MessageKeeper(IServiceScopeFactory scopes, LocalStore local, HotelPbx pbx, IOptions<MessageOptions> options, TimeProvider time, IClock clock, ILogger<MessageKeeper> log) : BackgroundService
{
    private const string By = "switchboard";
    private const string Age = "age";
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(1);
    private string? _toldTrouble;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A test's hour is a second.
        var every = new[] { options.Value.AfterCheckOut, options.Value.LongestOpen, LookEvery }.Min();
        while (true)
        {
            var wait = every;
            try
            {
                if (local.CanServe) await RoundAsync(stoppingToken);
                _toldTrouble = null;
            }
            catch (Exception failed) when (failed is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                var reason = failed.GetBaseException().Message;
                if (local.CanServe && reason != _toldTrouble) log.RoundFailed(_toldTrouble = reason);
                wait = TryAgain;
            }

            await Task.Delay(wait, time, stoppingToken);
        }
    }

    private async Task RoundAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var store = scope.ServiceProvider.GetRequiredService<MessageStore>();
        var now = clock.GetCurrentInstant();
        foreach (var due in store.Work.Copy.Where<Message>(m => m.Pbx == pbx.Name && EndOf(m, options.Value, now) is not null))
        {
            await store.Work.BeginAsync(ct);
            // Somebody may have handed it over a moment ago.
            if (await store.FindToEndAsync(due.Id, ct) is not { } message || EndOf(message, options.Value, now) is not { } how) continue;
            if (how == Age) message.Expire(By, now);
            else message.Delete(message.State == MessageState.Waiting ? "not collected before check-out" : "guest checked out", By, now);
            var after = await store.EndedAsync(message, By, how, ct);
            await store.Work.CommitAsync(ct);
            after();
        }
    }

    /// <summary>By what an open message ends now: its guest's check-out, or its age; null: not yet.</summary>
    internal static string? EndOf(Message message, MessageOptions options, Instant now)
    {
        if (!message.IsOpen) return null;
        if (message.LeftAt is { } left) return left <= now - Duration.FromTimeSpan(options.AfterCheckOut) ? "check-out" : null;
        return message.StayId is null && message.TakenAt <= now - Duration.FromTimeSpan(options.LongestOpen) ? Age : null;
    }
}
