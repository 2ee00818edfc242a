using System.Text;
using NodaTime;
using Switchboard.Features.Access;
using Switchboard.Features.Stays;
using Switchboard.Persistence.Local;
using Switchboard.Web;

namespace Switchboard.Features.Guests;

/// <summary>Finds guests in the house by name, for staff only, and writes down who asked for whom.</summary>
internal sealed class GuestFinder(UnitOfWork work, StayRegister stays, IClock clock, ILogger<GuestFinder> log)
{
    private const int MostShown = 50;

    /// <summary>The guests who have this in their name. Nothing is shown before it is recorded that it was asked for.</summary>
    public async Task<IReadOnlyList<GuestView>> FindAsync(string? name, string? staffNumber, Caller caller, CancellationToken ct)
    {
        var by = caller.By(staffNumber);
        var text = StayInput.Line("name", name, StayInput.LongestName);
        if (!IsEnough(text)) throw new InvalidInputException("name", name, "must be at least 2 characters, or 1 Chinese one");
        await work.BeginAsync(ct);
        var found = (await stays.OpenStaysAsync(null, ct)).Where(s => s.GuestName!.Contains(text, StringComparison.OrdinalIgnoreCase)).ToList();
        work.Db.Add(new GuestLookup(by, text, found.Count, clock.GetCurrentInstant()));
        await work.CommitAsync(ct);
        log.Asked(by, found.Count);
        return [.. found.OrderBy(s => s.GuestName, StringComparer.Ordinal).Take(MostShown).Select(s => new GuestView(s.Room, s.Number, s.GuestName!, s.Title, s.Vip, s.Language, s.Until))];
    }

    // One letter would list half of the house; a Chinese surname is one character.
    private static bool IsEnough(string text) => text.EnumerateRunes().Count() >= 2 || IsChinese(text.EnumerateRunes().First());

    private static bool IsChinese(Rune c) => c.Value is (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFF);
}
