using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.Persistence.Local;

namespace Switchboard.Features.Staff;

/// <summary>What a staff number and a PIN are worth.</summary>
public enum PinVerdict
{
    Right,
    Wrong,
    Locked,
    Unknown,
}

/// <summary>The answer to a try.</summary>
/// <param name="Verdict">Nobody who asks on the phone is told whether it was the number or the PIN.</param>
/// <param name="Left">Of a wrong one: the tries that are left.</param>
/// <param name="Until">Of a locked one: until when.</param>
public sealed record PinAnswer(PinVerdict Verdict, int Left = 0, Instant? Until = null);

/// <summary>Checks PINs that are typed on phones. Every try leaves a row; too many wrong ones lock the staff number, and the phone.</summary>
internal sealed class PinCheck(UnitOfWork work, PhoneLocks phones, IOptions<StaffOptions> options, IClock clock, ILogger<PinCheck> log)
{
    public async Task<PinAnswer> VerifyAsync(string staffNumber, string pin, string phone, CancellationToken ct)
    {
        // What the digits are worth is found before the transaction: it takes a while, and while PostgreSQL is away one works at a time.
        var known = await FindAsync(staffNumber, ct);
        var hash = known?.PinHash ?? PinHash.Nobody;
        var right = PinHash.Matches(hash, pin) && known is not null;
        // And the hash of today's strength, where the right PIN has been hashed with less.
        var renewed = right && PinHash.IsOld(hash) ? PinHash.Of(pin) : null;

        await work.BeginAsync(ct);
        var member = known is null ? null : await LockAsync(staffNumber, ct);
        var now = clock.GetCurrentInstant();
        var answer = Judge(member, right && member?.PinHash == hash, phone, now, out var result);
        if (renewed is not null && result == PinTryResult.Right) member!.Rehash(renewed);
        work.Db.Add(new PinTry(now, member?.StaffNumber, phone, result));
        var locks = result == PinTryResult.Locked && member is not null && work.Db.Entry(member).Property(m => m.LockedUntil).IsModified;
        await work.CommitAsync(ct);

        if (locks) log.StaffLocked(staffNumber, options.Value.WrongTries, answer.Until!.Value);
        // Not what was tried at a lock: whoever waits for its end and tries again is not punished for it.
        if (result == PinTryResult.Right) phones.Right(phone);
        else if (result is PinTryResult.Wrong or PinTryResult.Unknown or PinTryResult.Disabled || locks)
        {
            if (phones.Wrong(phone) is { } until) log.PhoneLocked(phone, options.Value.WrongTries, until);
        }

        return answer;
    }

    private PinAnswer Judge(StaffMember? member, bool right, string phone, Instant now, out PinTryResult result)
    {
        if (phones.LockedUntil(phone) is { } until)
        {
            result = PinTryResult.PhoneLocked;
            return new(PinVerdict.Locked, Until: until);
        }

        var answer = member?.Try(right, now, options.Value) ?? new(PinVerdict.Unknown);
        result = answer.Verdict switch
        {
            PinVerdict.Right => PinTryResult.Right,
            PinVerdict.Wrong => PinTryResult.Wrong,
            PinVerdict.Locked => PinTryResult.Locked,
            _ => member is null ? PinTryResult.Unknown : PinTryResult.Disabled,
        };
        return answer;
    }

    private async Task<StaffMember?> FindAsync(string staffNumber, CancellationToken ct) => work.MustLookLocally
        ? work.Copy.Where<StaffMember>(s => s.StaffNumber == staffNumber).SingleOrDefault()
        : await work.Db.Set<StaffMember>().AsNoTracking().SingleOrDefaultAsync(s => s.StaffNumber == staffNumber, ct);

    private Task<StaffMember?> LockAsync(string staffNumber, CancellationToken ct) => StaffRows.LockAsync(work, staffNumber, ct);
}

/// <summary>How a member of staff is taken into a unit of work.</summary>
internal static class StaffRows
{
    public static async Task<StaffMember?> LockAsync(UnitOfWork work, string staffNumber, CancellationToken ct) => work.IsOffline
        ? work.Attach(work.Copy.Where<StaffMember>(s => s.StaffNumber == staffNumber).SingleOrDefault())
        : await work.Db.Set<StaffMember>().FromSql($"select * from staff_members where staff_number = {staffNumber} for update").SingleOrDefaultAsync(ct);
}
