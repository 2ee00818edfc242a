using NodaTime;
using Switchboard.Asterisk.Ami;
using Switchboard.Asterisk.Ami.Actions;
using Switchboard.Asterisk.Ami.Events;

namespace Switchboard.Pbx;

/// <summary>A channel that lives just now.</summary>
/// <param name="Name">Such as <c>PJSIP/1203-0000002a</c>.</param>
/// <param name="UniqueId">Its own id.</param>
/// <param name="LinkedId">Its call's.</param>
/// <param name="Number">Who has it.</param>
/// <param name="State">What it is.</param>
/// <param name="Application">What of the dialplan it is in.</param>
/// <param name="BridgeId">The bridge that it is in.</param>
/// <param name="Lives">Since its beginning.</param>
internal sealed record LiveChannel(
    string Name, string UniqueId, string LinkedId, string? Number, LiveState State, string? Application, string? BridgeId, Duration Lives)
{
    /// <summary>Such as <c>PJSIP/1203</c>.</summary>
    public string Phone => ChannelNames.PhoneOf(Name);

    /// <summary>Somebody's phone or line; the others carry voice from one part of the PBX to another.</summary>
    public bool IsPhone => Name.Contains('/', StringComparison.Ordinal) && !Name.StartsWith("Local/", StringComparison.Ordinal) && !Name.StartsWith("Message/", StringComparison.Ordinal);

    /// <summary>It began the call.</summary>
    public bool Began => UniqueId == LinkedId;
}

/// <summary>What a living channel is, for people: it calls, is called, or its call stands.</summary>
internal enum LiveState
{
    Calling,
    Ringing,
    Up,
}

/// <summary>A call that lives just now: its channels, the oldest first.</summary>
internal sealed record LiveCall(string LinkedId, IReadOnlyList<LiveChannel> Channels)
{
    /// <summary>The application that callers wait for an operator in.</summary>
    public const string Queue = "Queue";

    public IEnumerable<LiveChannel> Phones => Channels.Where(c => c.IsPhone);

    /// <summary>The phones that hear one another, also where the PBX's own channels stand between them.</summary>
    public IReadOnlyList<LiveChannel> Talking()
    {
        foreach (var first in Phones.Where(p => p.BridgeId is not null))
        {
            var bridges = new HashSet<string>(StringComparer.Ordinal) { first.BridgeId! };
            while (Channels.Where(c => c.BridgeId is { } bridge && bridges.Contains(bridge)).SelectMany(OtherHalf).Any(c => c.BridgeId is { } bridge && bridges.Add(bridge)))
            {
                // Until no further bridge is reached.
            }

            if (Phones.Where(p => p.BridgeId is { } bridge && bridges.Contains(bridge)).ToList() is { Count: > 1 } talking) return talking;
        }

        return [];
    }

    /// <summary>Who is in the same bridge as this one.</summary>
    public IReadOnlyList<LiveChannel> BridgedWith(LiveChannel channel) => [.. Channels.Where(c => c != channel && c.BridgeId is not null && c.BridgeId == channel.BridgeId)];

    private IEnumerable<LiveChannel> OtherHalf(LiveChannel local)
    {
        if (local.IsPhone || local.Name is not [.. var name, ';', '1' or '2']) return [];
        return Channels.Where(c => c != local && c.Name.Length == local.Name.Length && c.Name.StartsWith(name + ';', StringComparison.Ordinal));
    }
}

/// <summary>The PBX answered that it did not do it; nothing has changed.</summary>
internal sealed class PbxRefusedException(string message, Exception inner) : Exception(message, inner);

/// <summary>
/// The calls that the PBX has now, and how they are put through: always to [switchboard-transfer], which knows rooms and the house and nothing outside.
/// What was sent is never sent again: whoever asked looks what became of it.
/// </summary>
internal sealed class LiveCalls(AmiConnection ami)
{
    private const string TransferContext = "switchboard-transfer";

    /// <summary>All of them, the oldest first.</summary>
    /// <exception cref="PbxUnreachableException">The PBX did not answer.</exception>
    public Task<IReadOnlyList<LiveCall>> ReadAsync(CancellationToken ct) => AskAsync<IReadOnlyList<LiveCall>>(async () =>
    {
        var channels = new List<LiveChannel>();
        await foreach (var item in ami.CoreShowChannelsAsync(ct))
        {
            if (item.Channel is not { Name: { } name, UniqueId: { } id, LinkedId: { } linkedId } channel) continue;
            channels.Add(new(name, id, linkedId, channel.CallerIdNumber is { Length: > 0 } number && number != "<unknown>" ? number : null, channel.State switch
            {
                AmiChannelState.Up => LiveState.Up,
                AmiChannelState.Ringing => LiveState.Ringing,
                AmiChannelState.Down or AmiChannelState.Reserved or AmiChannelState.PreRing => LiveState.Ringing,
                _ => LiveState.Calling,
            }, item.Application, item.BridgeId, Duration.FromTimeSpan(item.Duration ?? TimeSpan.Zero)));
        }

        return [.. channels.GroupBy(c => c.LinkedId, StringComparer.Ordinal).Select(g => new LiveCall(g.Key, [.. g.OrderByDescending(c => c.Lives).ThenByDescending(c => c.Began)]))
            .OrderByDescending(c => c.Channels[0].Lives)];
    });

    /// <summary>
    /// The call of this Linkedid, of a channel's Uniqueid or name, or of the digits behind the dot of its Linkedid where there is only one such; null where none
    /// of the living ones is meant.
    /// </summary>
    public static LiveCall? Find(IReadOnlyList<LiveCall> calls, string id)
    {
        if (calls.FirstOrDefault(c => c.LinkedId == id) is { } whole) return whole;
        if (calls.FirstOrDefault(c => c.Channels.Any(h => h.UniqueId == id || h.Name == id)) is { } its) return its;
        return id.Length > 0 && id.All(char.IsAsciiDigit) && calls.Where(c => c.LinkedId.EndsWith('.' + id, StringComparison.Ordinal)).ToList() is [var only] ? only : null;
    }

    /// <summary>Tells the dialplan who asked for what comes next, on the channel that is to be moved.</summary>
    /// <exception cref="PbxRefusedException">The channel is gone.</exception>
    /// <exception cref="PbxUnreachableException">The PBX did not answer.</exception>
    public Task SignAsync(LiveChannel moved, string staff, string request, CancellationToken ct) => AskAsync(async () =>
    {
        await ami.SetVariableAsync(moved.Name, "SB_STAFF_BY", staff, ct);
        await ami.SetVariableAsync(moved.Name, "SB_REQUEST", request, ct);
        return true;
    });

    /// <summary>Takes back what <see cref="SignAsync"/> told, as far as the channel is still there: what comes next on it somebody else asked for.</summary>
    public async Task UnsignAsync(LiveChannel moved)
    {
        try
        {
            // Whoever asked may be gone; this is to be done all the same.
            await SignAsync(moved, "", "", CancellationToken.None);
        }
        catch (Exception gone) when (gone is PbxRefusedException or PbxUnreachableException)
        {
            // A channel that is gone is signed no more, and one out of reach is not to be helped.
        }
    }

    /// <summary>Puts whoever speaks with this phone through to an extension; the phone's own part of the call ends.</summary>
    /// <exception cref="PbxRefusedException">They do not speak any more.</exception>
    /// <exception cref="PbxUnreachableException">The PBX did not answer; whether it was done is not known, unless nothing was sent.</exception>
    public Task BlindTransferAsync(LiveChannel by, string extension, CancellationToken ct) => AskAsync(async () =>
    {
        await ami.BlindTransferAsync(by.Name, TransferContext, extension, ct);
        return true;
    });

    /// <summary>Takes a channel that waits or rings somewhere away from there and to an extension.</summary>
    /// <exception cref="PbxRefusedException">The channel is gone.</exception>
    /// <exception cref="PbxUnreachableException">The PBX did not answer; whether it was done is not known, unless nothing was sent.</exception>
    public Task RedirectAsync(LiveChannel moved, string extension, CancellationToken ct) => AskAsync(async () =>
    {
        await ami.RedirectAsync(moved.Name, (TransferContext, extension, 1), ct);
        return true;
    });

    private static async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (AmiRejectedException refused)
        {
            throw new PbxRefusedException(refused.Message, refused);
        }
        catch (AmiException away)
        {
            throw new PbxUnreachableException(away.Message, away) { NothingSent = away.NothingSent };
        }
    }
}
