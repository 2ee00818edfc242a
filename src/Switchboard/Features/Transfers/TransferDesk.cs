using System.Data.Common;
using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.Features.Access;
using Switchboard.Features.Calls;
using Switchboard.Features.Directories;
using Switchboard.Features.Extensions;
using Switchboard.Features.Hotel;
using Switchboard.Features.Rooms;
using Switchboard.Pbx;
using Switchboard.Web;

namespace Switchboard.Features.Transfers;

/// <summary>Puts living calls through. What came of it the call itself tells: it is made from what the PBX says.</summary>
internal sealed class TransferDesk(
    LiveCallDesk living, TransferMover mover, CallDesk calls, RoomRegister rooms, RoomPhones phones, DirectoryBook directory, TransferGate gate, TransferProofs proofs, HotelPbx pbx,
    IOptions<OfficeOptions> office, IOptions<OutsideOptions> lines, IOptions<HotelOptions> hotel, IClock clock, ILogger<TransferDesk> log)
{
    private static readonly TimeSpan ProofWithin = TimeSpan.FromSeconds(2);

    public async Task<TransferDone> TransferAsync(string id, TransferAsked asked, Caller caller, CancellationToken ct)
    {
        var by = caller.By(asked.By);
        var to = await DestinationAsync(asked.To, ct);
        // As the caller gave it, the call has another name than as the gate knows it.
        var linkedId = (await FindAsync(id, ct)).LinkedId;
        using var passage = gate.Enter(linkedId, to.Said, by);
        // What was read before may have been another one's work: now nobody else's hands are on it.
        var call = await FindAsync(linkedId, ct);
        if (!CallIds.IsAsterisks(call.LinkedId)) throw new ConflictException($"call {call.LinkedId} is the house's own, such as a wake-up: it is not put through");
        var move = TransferMove.Of(call, office.Value.Answers, phone => phones.RoomOf(phone) is not null || lines.Value.Trunk == phone);
        CheckOwn(to, move);
        var request = Guid.CreateVersion7(clock.GetCurrentInstant().ToDateTimeOffset());
        var confirmed = await MoveAsync(call, move, to, asked.By ?? caller.Name, request, ct);
        passage.Done();
        log.PutThrough(call.LinkedId, move.Party.Phone, to.Said, by, move.From is null ? "redirect" : "blind", confirmed ? "" : "; the dialplan has not confirmed it");
        return new(call.LinkedId, request, clock.GetCurrentInstant(), to.Extension, to.Kind, to.Entry?.Title, to.Entry?.Name, move.From is null ? "redirect" : "blind", move.Party.Phone,
            phones.RoomOf(move.Party.Phone), move.From?.Phone, by, confirmed, hotel.Value.Zone.Id);
    }

    private async Task<bool> MoveAsync(LiveCall call, TransferMove move, Destination to, string staff, Guid request, CancellationToken ct)
    {
        using var proof = proofs.Expect(request);
        try
        {
            await mover.MoveAsync(call, move, to.Extension, new([.. staff.Where(c => char.IsAsciiLetterOrDigit(c) || c == '-')]), request.ToString("N"), ct);
        }
        catch (PbxRefusedException refused)
        {
            log.Refused(call.LinkedId, refused.Message);
            // Gone meanwhile, or moved at the phone.
            var still = await FindAsync(call.LinkedId, ct);
            throw new ConflictException($"call {still.LinkedId} has changed and was not put through ({refused.Message}): see where it is (switchboard calls --live)");
        }
        catch (PbxUnreachableException away)
        {
            throw new PbxAwayException(away.NothingSent
                ? "The PBX does not answer: the call was not put through. Try again in a moment."
                : "The PBX went away in the middle: whether the call was put through is not known. See where it is (switchboard calls --live) before you try again.", away);
        }

        return await proof.IsThereWithinAsync(ProofWithin, ct);
    }

    private async Task<LiveCall> FindAsync(string id, CancellationToken ct)
    {
        if (LiveCalls.Find(await living.ReadAsync(ct), id) is { } call) return call;
        (bool Known, Instant? EndedAt) end = default;
        try
        {
            end = await calls.EndOfAsync(id, ct);
        }
        catch (Exception away) when (away is DbException or InvalidOperationException or TimeoutException or IOException)
        {
            // That it does not live is known without the record.
        }

        throw end.Known
            ? new ConflictException($"call {id} has ended{(end.EndedAt is { } at ? $" at {at.InZone(hotel.Value.Zone).ToString("HH:mm:ss", null)}" : "")}: it cannot be put through")
            : new NotFoundException($"there is no call {id} now: give one that switchboard calls --live shows");
    }

    private async Task<Destination> DestinationAsync(string? to, CancellationToken ct)
    {
        const string allowed = "must be a room of this PBX, or the key or extension of a department or manager (switchboard directory list shows them)";
        if (string.IsNullOrWhiteSpace(to) || to.Length > 40) throw new InvalidInputException("to", to, allowed);
        if ((await rooms.GetManyAsync([to], ct)).TryGetValue(to, out var room))
        {
            RoomRegister.CheckServed(room.Number, room.Pbx, pbx.Name);
            return new(room.Number, "room", null, room.DialStrings);
        }

        var entry = await directory.ByKeyAsync(to, ct) ?? await directory.ByExtensionAsync(to, ct) ?? throw new InvalidInputException("to", to, allowed);
        return new(entry.Extension, "house", entry, []);
    }

    private static void CheckOwn(Destination to, TransferMove move)
    {
        if (Is(move.Party)) throw new InvalidInputException("to", to.Extension, "is where the call comes from: give another destination");
        if (move.From is { } from && Is(from)) throw new InvalidInputException("to", to.Extension, "is the phone that speaks with the caller already: give another destination");

        // A phone of the house is named as its extension is, or it is one of the room's.
        bool Is(LiveChannel phone) => to.Phones.Contains(phone.Phone, StringComparer.Ordinal) || phone.Phone.EndsWith('/' + to.Extension, StringComparison.Ordinal);
    }

    /// <param name="Extension">What is dialled.</param>
    /// <param name="Kind">room or house.</param>
    /// <param name="Entry">The directory's.</param>
    /// <param name="Phones">The room's.</param>
    private sealed record Destination(string Extension, string Kind, DirectoryEntry? Entry, IReadOnlyList<string> Phones)
    {
        public string Said => Entry is null ? $"room {Extension}" : $"{Entry.Key} ({Extension})";
    }
}
