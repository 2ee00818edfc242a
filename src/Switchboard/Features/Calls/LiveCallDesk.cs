using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.Features.Hotel;
using Switchboard.Features.Rooms;
using Switchboard.Pbx;
using Switchboard.Web;

namespace Switchboard.Features.Calls;

/// <summary>Somebody's phone or line in a call that lives.</summary>
public sealed record LivePartyView(string Phone, string? Room, string? Number, string State, bool Began);

/// <summary>
/// A call that lives now. <paramref name="State"/>: Talking, Waiting (for an operator), Ringing, or Announcement (the PBX speaks to the caller, or records what he
/// says). <paramref name="Parties"/>: the caller first.
/// </summary>
public sealed record LiveCallView(string LinkedId, string State, Instant StartedAt, Instant? WaitsSince, IReadOnlyList<LivePartyView> Parties, string Zone);

/// <summary>Shows who talks with whom now, and who waits. Needs no database.</summary>
internal sealed class LiveCallDesk(LiveCalls live, OfferWatch offers, RoomPhones rooms, IOptions<HotelOptions> hotel, IClock clock)
{
    public async Task<IReadOnlyList<LiveCallView>> ListAsync(CancellationToken ct)
    {
        var calls = await ReadAsync(ct);
        var now = clock.GetCurrentInstant();
        return [.. calls.Where(c => c.Phones.Any()).Select(c => View(c, now))];
    }

    /// <exception cref="PbxAwayException">The PBX does not answer.</exception>
    public async Task<IReadOnlyList<LiveCall>> ReadAsync(CancellationToken ct)
    {
        try
        {
            return await live.ReadAsync(ct);
        }
        catch (PbxUnreachableException away)
        {
            throw new PbxAwayException("The PBX does not answer: which calls there are now is not known. Try again in a moment.", away);
        }
    }

    internal LiveCallView View(LiveCall call, Instant now)
    {
        var began = call.Channels[0].Lives;
        var state = StateOf(call);
        return new(call.LinkedId, state, now - began, state == "Waiting" ? offers.WaitsSince(call.LinkedId) ?? now - began : null,
            [.. call.Phones.OrderByDescending(p => p.Began).Select(p => new LivePartyView(p.Phone, rooms.RoomOf(p.Phone), p.Number, p.State.ToString(), p.Began))], hotel.Value.Zone.Id);
    }

    private string StateOf(LiveCall call)
    {
        if (call.Talking().Count > 0) return "Talking";
        if (call.Channels.Any(c => c.Application == LiveCall.Queue) || offers.WaitsSince(call.LinkedId) is not null) return "Waiting";
        return call.Phones.Any(p => p.State == LiveState.Ringing) ? "Ringing" : "Announcement";
    }
}
