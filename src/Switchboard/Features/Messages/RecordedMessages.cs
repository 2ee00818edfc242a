using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using NodaTime;
using Switchboard.Features.Directories;
using Switchboard.Features.Rooms;
using Switchboard.Features.Stays;
using Switchboard.Pbx;
using Switchboard.Persistence;

namespace Switchboard.Features.Messages;

/// <summary>What the dialplan says of a caller's recording, in AstDB (switchboard_message/ID) or by a report.</summary>
/// <param name="State">recording, done, empty, failed or replaced (its caller has said it again).</param>
/// <param name="At">When it was begun, by the PBX's clock in epoch milliseconds.</param>
/// <param name="IsRoom">Dest is a room; else an extension of the house.</param>
internal sealed record RecordedEntry(string Id, string State, string At, bool IsRoom, string Dest, string? Caller, string? Call)
{
    /// <summary>STATE:AT:KIND:DEST:SECONDS:CALLER:CALL; null where it is nothing of the kind.</summary>
    public static RecordedEntry? Read(string id, string? value) => value?.Split(':') is [var state, var at, var kind, var dest, _, var caller, var call] ? Checked(id, state, at, kind, dest, caller, call) : null;

    public static RecordedEntry? Of(DialplanReport report) => Checked(report["Id"], report["State"], report["At"], report["Kind"], report["Dest"], report["Caller"], report["Call"]);

    private static RecordedEntry? Checked(string? id, string? state, string? at, string? kind, string? dest, string? caller, string? call) =>
        id is not null && RecordingFiles.IsId(id) && state is "recording" or "done" or "empty" or "failed" or "replaced" && at is not null && kind is "room" or "house"
        && dest is { Length: > 0 and <= 40 } && dest.All(char.IsAsciiLetterOrDigit)
            ? new(id!, state, at, kind == "room", dest, Text(caller), Text(call))
            : null;

    private static string? Text(string? value) => value is { Length: > 0 and <= 80 } ? value : null;
}

/// <summary>
/// Takes over what callers have recorded, each once: as the dialplan tells it, from AstDB where nobody listened, and from the PBX's own call file
/// where both were lost. One that its call left unfinished is finished by its file.
/// </summary>
internal sealed class RecordedMessages(IServiceScopeFactory scopes, HotelPbx pbx, PbxState state, PbxClock pbxClock, RecordingFiles files, IClock clock, ILogger<RecordedMessages> log)
{
    private const string AstDbFamily = "switchboard_message";

    // The dialplan's own limit: what is shorter is a click.
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1.5);

    // Not every ten minutes anew.
    private readonly ConcurrentDictionary<string, bool> _told = new(StringComparer.Ordinal);
    private volatile IReadOnlySet<string> _kept = new HashSet<string>();

    /// <summary>Entries that wait in AstDB still, as they were last read there: their recordings are somebody's.</summary>
    public IReadOnlySet<string> Kept => _kept;

    /// <summary>The family, for whoever keeps AstDB: nothing is wanted there that was taken over.</summary>
    public StateFamily Family() => new(AstDbFamily, _ => Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string>()))
    {
        TakeOverAsync = TakeOverAsync,
    };

    /// <summary>A caller's recording has ended just now.</summary>
    public async Task ReportedAsync(DialplanReport report, CancellationToken ct)
    {
        if (RecordedEntry.Of(report) is not { } entry) return;
        if (await TakeAsync(entry, ct)) state.Set(AstDbFamily, entry.Id, null);
    }

    private async Task<IReadOnlyDictionary<string, string?>> TakeOverAsync(IReadOnlyList<StateDifference> differences, CancellationToken ct)
    {
        var taken = new Dictionary<string, string?>(StringComparer.Ordinal);
        IReadOnlySet<string>? live = null;
        foreach (var difference in differences)
        {
            if (RecordedEntry.Read(difference.Key, difference.AtPbx) is not { } entry)
            {
                // Of a newer dialplan, perhaps: somebody's message all the same.
                if (_told.TryAdd(difference.Key, true)) log.NotUnderstood(difference.Key);
                taken[difference.Key] = difference.AtPbx;
                continue;
            }

            if (entry.State == "recording")
            {
                live ??= await pbx.LiveChannelsAsync(ct);
                // Somebody is speaking.
                if (live.Any(id => entry.Id.EndsWith("-" + string.Concat(id.Replace('.', '-').Where(c => char.IsAsciiLetterOrDigit(c) || c == '-')), StringComparison.Ordinal)))
                {
                    taken[difference.Key] = difference.AtPbx;
                    continue;
                }
            }

            taken[difference.Key] = await TakeAsync(entry, ct) ? null : difference.AtPbx;
        }

        _kept = taken.Where(t => t.Value is not null).Select(t => t.Key).ToHashSet(StringComparer.Ordinal);
        return taken;
    }

    /// <summary>False where nobody knows yet what there is: the entry is kept.</summary>
    private async Task<bool> TakeAsync(RecordedEntry entry, CancellationToken ct)
    {
        var name = RecordingFiles.NameOf(entry.Id);
        var found = files.Look(name);
        if (entry.State == "recording" && found is null && !files.IsAbsent(name))
        {
            // Silence is a file that was read, or none in a folder that was.
            if (_told.TryAdd(entry.Id, true)) log.NotReadable(entry.IsRoom ? $"room {entry.Dest}" : $"extension {entry.Dest}", files.PathOf(name));
            return false;
        }

        if (entry.State == "empty" || (entry.State == "recording" && (found is null || found.Length < Shortest)))
        {
            log.RecordingEmpty(entry.IsRoom ? $"room {entry.Dest}" : $"extension {entry.Dest}", entry.Id);
            files.Remove(name);
            return true;
        }

        await using var scope = scopes.CreateAsyncScope();
        var store = scope.ServiceProvider.GetRequiredService<MessageStore>();
        await store.Work.BeginAsync(ct);
        var id = DerivedId.Of(pbx.Name, AstDbFamily, entry.Id);
        if (store.Work.IsOffline ? store.Work.Copy.Find<Message>(id) is not null : await store.Work.Db.Set<Message>().AnyAsync(m => m.Id == id, ct)) return true;
        if (entry.State == "replaced")
        {
            files.Remove(name);
            return true;
        }

        var now = clock.GetCurrentInstant();
        var at = pbxClock.Ours(entry.At) is { } told ? Instant.Min(told, now) : now;
        var (to, left) = await ToAsync(scope.ServiceProvider, entry, at, ct);
        var sound = new MessageSound(name, (int)Math.Round((found?.Length ?? TimeSpan.Zero).TotalSeconds), found?.Sha256);
        var message = Message.Recorded(id, pbx.Name, to, new MessageFrom(null, entry.Caller, entry.Call), sound, null, at);
        if (left) message.GuestLeft(now);
        if (entry.State == "failed")
        {
            message.Close("recording failed", "switchboard", now);
            // What there is of it is no message, and its disk is full.
            message.RemoveRecording(now);
            var tell = store.TakeFailed(message);
            if (!await store.Work.CommitOnceAsync(ct)) return true;
            tell();
            log.RecordingFailed(to.ToString(), files.PathOf(name));
            files.Remove(name);
            return true;
        }

        var after = await store.TakeAsync(message, "caller", ct);
        if (!await store.Work.CommitOnceAsync(ct)) return true;
        after();
        // Where it was left the dialplan has lit the lamp itself.
        if (message.Room != entry.Dest && entry.IsRoom) store.LampChanged(entry.Dest);
        if (found is null) log.RecordingMissing(message.Number, to.ToString(), files.PathOf(name));
        return true;
    }

    /// <summary>For whom it is; and whether its guest has left since.</summary>
    private async Task<(MessageTo To, bool Left)> ToAsync(IServiceProvider scope, RecordedEntry entry, Instant at, CancellationToken ct)
    {
        var person = entry.IsRoom ? null : await scope.GetRequiredService<DirectoryBook>().ByExtensionAsync(entry.Dest, ct);
        // Also where the PBX took it for an extension: it had just lost its AstDB, and was not told its rooms yet.
        if (person is null && (await scope.GetRequiredService<RoomRegister>().GetManyAsync([entry.Dest], ct)).TryGetValue(entry.Dest, out var room) && room.Pbx == pbx.Name)
        {
            var then = await scope.GetRequiredService<StayRegister>().StayedAsync(entry.Dest, at, ct);
            var only = then.Stays is [var one] ? one : null;
            return (new MessageTo(then.Room, null, null, only?.Id, only?.GuestName), then.Left);
        }

        if (entry.IsRoom) log.NoSuchRoom(entry.Dest, pbx.Name);
        return (new MessageTo(null, person?.Key, entry.Dest), false);
    }
}
