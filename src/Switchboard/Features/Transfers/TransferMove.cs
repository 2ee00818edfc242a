using Switchboard.Pbx;
using Switchboard.Web;

namespace Switchboard.Features.Transfers;

/// <summary>Who of a living call is put through, and by whom. Pure.</summary>
/// <param name="Party">The phone that is put through.</param>
/// <param name="Moved">The channel that goes: the party's own, or the PBX's own one on the way to it.</param>
/// <param name="From">The phone that speaks with it and leaves the call; null where the party waits or hears it ring.</param>
internal sealed record TransferMove(LiveChannel Party, LiveChannel Moved, LiveChannel? From)
{
    /// <exception cref="ConflictException">There is nobody in it who could be put through.</exception>
    public static TransferMove Of(LiveCall call, Func<string, bool> isOperators, Func<string, bool> isGuestsOrLine)
    {
        var talking = call.Talking();
        if (talking.Count > 2) throw new ConflictException($"more than two take part in call {call.LinkedId}: one of them puts the others through at the phone");
        if (talking.Count == 2)
        {
            // Who puts through is the operator, whoever of the two began; where none is known, the one of the house, and between two of one kind who was called.
            var from = talking.Where(p => isOperators(p.Phone)).OrderBy(p => p.Began).FirstOrDefault()
                ?? (talking.Where(p => !isGuestsOrLine(p.Phone)).ToList() is [var house] ? house : talking.OrderBy(p => p.Began).First());
            var party = talking.First(p => p != from);
            return call.BridgedWith(from) is [var peer] ? new(party, peer, from) : throw new ConflictException($"the phones of call {call.LinkedId} are just now being connected: ask again");
        }

        var waiting = call.Phones.FirstOrDefault(p => p.Began && p.State != LiveState.Ringing) ?? call.Phones.FirstOrDefault(p => p.State == LiveState.Up);
        if (waiting is null) throw new ConflictException($"nobody in call {call.LinkedId} can be put through: its phone only rings");
        return isOperators(waiting.Phone)
            ? throw new ConflictException($"call {call.LinkedId} is an operator's own and nobody has answered it: it is ended at the phone {waiting.Phone}")
            : new(waiting, waiting, null);
    }

    /// <summary>Of a call whose party waited or heard it ring.</summary>
    /// <param name="then">The call as this was made from it.</param>
    /// <param name="now">The same call now; null where it has ended.</param>
    /// <exception cref="ConflictException">Somebody speaks with the party now, or is just now being connected with it.</exception>
    public void CheckUnanswered(LiveCall then, LiveCall? now)
    {
        // What has ended or hung up the PBX refuses itself.
        if (now is null) return;
        var up = then.Phones.Where(p => p.State == LiveState.Up).Select(p => p.UniqueId).ToHashSet(StringComparer.Ordinal);
        var answered = now.Talking().FirstOrDefault(p => p.UniqueId != Party.UniqueId)
            ?? now.Phones.FirstOrDefault(p => p.State == LiveState.Up && p.UniqueId != Party.UniqueId && !up.Contains(p.UniqueId));
        if (answered is not null)
            throw new ConflictException($"call {now.LinkedId} was answered at {answered.Phone} just now and was not put through: see where it is (switchboard calls --live), then ask again");
    }
}
