using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using NodaTime;
using Npgsql;
using Switchboard.Features.Access;
using Switchboard.Persistence.Local;
using Switchboard.Web;

namespace Switchboard.Features.Staff;

/// <summary>Where staff numbers are given, listed, unlocked and taken away. A PIN comes in and never goes out again.</summary>
internal sealed partial class StaffDesk(UnitOfWork work, IClock clock, ILogger<StaffDesk> log)
{
    [GeneratedRegex(@"^[0-9]{4,8}\z")]
    private static partial Regex Pin();

    public async Task<StaffView> AddAsync(StaffRequest request, Caller caller, CancellationToken ct)
    {
        if (request.Number is null || !Caller.IsStaffNumber(request.Number))
            throw new InvalidInputException("number", request.Number, "must be a staff number: 1 to 20 letters, digits or hyphens");
        var name = request.Name?.Trim();
        if (string.IsNullOrEmpty(name) || name.Length > 80 || name.Any(char.IsControl)) throw new InvalidInputException("name", request.Name, "must be 1 to 80 characters on one line");
        var role = request.Role ?? StaffRoles.Operator;
        if (!StaffRoles.All.Contains(role)) throw new InvalidInputException("role", role, $"must be one of {string.Join(", ", StaffRoles.All)}");
        CheckPin(request.Pin, request.Number);
        var member = new StaffMember(request.Number, name, role, PinHash.Of(request.Pin!), caller.Name, clock.GetCurrentInstant());
        await work.BeginAsync(ct);
        // Whether the number is free only the database can promise.
        if (work.IsOffline) throw new StoreAwayException("the database is away: staff can be added when it is back. Nothing was stored.");
        work.Db.Add(member);
        try
        {
            await work.CommitAsync(ct);
        }
        catch (DbUpdateException refused) when (refused.InnerException is PostgresException { ConstraintName: StaffMemberMapping.NumberIndex })
        {
            throw new ConflictException($"there is a staff number {request.Number} already, and numbers are not given twice");
        }

        log.Added(member.StaffNumber, caller.Name);
        return ViewOf(member);
    }

    public async Task<StaffView> SetPinAsync(string number, StaffPin pin, Caller caller, CancellationToken ct)
    {
        CheckPin(pin.Pin, number);
        var hash = PinHash.Of(pin.Pin!);
        var member = await ChangeAsync(number, m => m.SetPin(hash), ct);
        log.PinSet(number, caller.Name);
        return member;
    }

    public async Task<StaffView> DisableAsync(string number, Caller caller, CancellationToken ct)
    {
        var member = await ChangeAsync(number, m => m.Disable(caller.Name, clock.GetCurrentInstant()), ct);
        log.Disabled(number, caller.Name);
        return member;
    }

    public async Task<StaffView> UnlockAsync(string number, Caller caller, CancellationToken ct)
    {
        var member = await ChangeAsync(number, m => m.Unlock(), ct);
        log.Unlocked(number, caller.Name);
        return member;
    }

    public async Task<IReadOnlyList<StaffView>> ListAsync(CancellationToken ct)
    {
        var members = work.MustLookLocally
            ? work.Copy.Where<StaffMember>(_ => true)
            : await work.Db.Set<StaffMember>().AsNoTracking().ToListAsync(ct);
        return [.. members.OrderBy(m => m.StaffNumber, StringComparer.Ordinal).Select(ViewOf)];
    }

    /// <summary>Refuses what is no PIN, or the first that everybody would try. The value itself is in no message.</summary>
    /// <exception cref="InvalidInputException">Says what is allowed.</exception>
    internal static void CheckPin(string? pin, string staffNumber)
    {
        if (pin is null || !Pin().IsMatch(pin)) throw new InvalidInputException("pin", null, "must be 4 to 8 digits");
        if (pin == staffNumber) throw new InvalidInputException("pin", null, "must not be the staff number");
        if (IsTrivial(pin)) throw new InvalidInputException("pin", null, "must not be the same digit over and over, nor digits that follow each other, such as 0000 or 1234");
    }

    private static bool IsTrivial(string pin)
    {
        // 9 is followed by 0, and the other way round.
        var steps = pin.Zip(pin.Skip(1), (a, b) => (b - a + 10) % 10).Distinct().ToList();
        return steps is [0 or 1 or 9];
    }

    private async Task<StaffView> ChangeAsync(string number, Action<StaffMember> change, CancellationToken ct)
    {
        await work.BeginAsync(ct);
        var member = await StaffRows.LockAsync(work, number, ct) ?? throw new NotFoundException("there is no such staff number (switchboard staff list shows them)");
        if (member.DisabledAt is not null) throw new ConflictException($"staff number {number} is disabled");
        change(member);
        await work.CommitAsync(ct);
        return ViewOf(member);
    }

    private StaffView ViewOf(StaffMember m) => new(
        m.StaffNumber, m.Name, m.Role, m.CreatedAt, m.CreatedBy, m.LockedUntil > clock.GetCurrentInstant() ? m.LockedUntil : null, m.DisabledAt, m.DisabledBy);
}
