using System.Globalization;
using System.Security.Cryptography;
using NodaTime;
using Switchboard.Asterisk.Ami;
using Switchboard.Asterisk.Ami.Actions;
using Switchboard.Asterisk.Ami.Events;
using Switchboard.Duty;

namespace Switchboard.Pbx;

/// <summary>
/// What workers say to one another by way of the PBX: whoever wants the lease of another one asks whether it lives, and only silence gives the lease away.
/// Nobody renews anything, so that an idle hotel costs nothing.
/// </summary>
internal sealed class LeaseTalk(WorkerDuty duty, TimeProvider time)
{
    public const string Ask = "SwitchboardAsk";
    public const string OnDuty = "SwitchboardOnDuty";
    private const int Questions = 4;

    // Four of them: one lost to a busy machine is no death, and a hotel whose worker died has another within five seconds.
    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(500);
    private static readonly HashSet<string> Told = new(StringComparer.OrdinalIgnoreCase) { UserEvent.EventName };

    /// <summary>The lease as the PBX has it now.</summary>
    /// <exception cref="AmiException">The PBX did not answer.</exception>
    public static async Task<LeaseEntry?> ReadAsync(AmiConnection link, CancellationToken ct)
    {
        LeaseEntry? found = null;
        await foreach (var entry in link.DbGetTreeAsync(LeaseEntry.Family, ct))
        {
            if (entry.Key?.EndsWith($"/{LeaseEntry.Key}", StringComparison.Ordinal) == true) found = LeaseEntry.Read(entry.Value);
        }

        return found;
    }

    /// <summary>Does the worker that has this lease live? Null: it did not answer.</summary>
    /// <exception cref="AmiException">The PBX did not answer.</exception>
    public async Task<Rival?> AskAsync(AmiConnection link, LeaseEntry lease, CancellationToken ct)
    {
        var nonce = RandomNumberGenerator.GetHexString(16, lowercase: true);
        await using var events = link.Subscribe("lease", Told);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var answer = HearAsync(events, nonce, over.Token);
        try
        {
            for (var question = 0; question < Questions && !answer.IsCompleted; question++)
            {
                await link.SendAsync(new AmiAction("UserEvent").With("UserEvent", Ask).With("Worker", duty.Id ?? "").With("Holder", lease.Worker).With("Nonce", nonce), ct);
                await Task.WhenAny(answer, Task.Delay(AskEvery, time, ct));
                ct.ThrowIfCancellationRequested();
            }

            return answer.IsCompletedSuccessfully && await answer is { } machine ? new Rival($"worker {lease.Worker}{machine}", lease.Since, AtPbx: true) : null;
        }
        finally
        {
            await over.CancelAsync();
            await ((Task)answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>This worker lives.</summary>
    public async Task AnswerAsync(AmiConnection link, string nonce)
    {
        try
        {
            await link.SendAsync(new AmiAction("UserEvent").With("UserEvent", OnDuty).With("Worker", duty.Id ?? "").With("Nonce", nonce)
                .With("Machine", $"{Environment.MachineName}/{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}"));
        }
        catch (Exception lost) when (lost is AmiException or AmiInvalidActionException)
        {
            // The link went; whoever asks asks again, and what comes of it is found at the next connect.
        }
    }

    private static async Task<string?> HearAsync(AmiSubscription events, string nonce, CancellationToken ct)
    {
        await foreach (var notification in events.ReadAllAsync(ct))
        {
            if (notification is AmiEvent { Message: var message } && message.TryRead<UserEvent>(out var said) && said.Name == OnDuty && message["Nonce"] == nonce)
                return message["Machine"] is { Length: > 0 } machine ? $" on {machine}" : "";
        }

        return null;
    }
}
