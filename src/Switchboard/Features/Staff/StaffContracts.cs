using NodaTime;

namespace Switchboard.Features.Staff;

/// <summary>Gives a staff number. Role is operator (where none is given) or supervisor; the PIN has 4 to 8 digits.</summary>
public sealed record StaffRequest(string? Number, string? Name, string? Pin, string? Role = null)
{
    /// <summary>Without the PIN.</summary>
    public override string ToString() => $"{Number}";
}

/// <summary>A new PIN.</summary>
public sealed record StaffPin(string? Pin)
{
    /// <summary>Not the PIN.</summary>
    public override string ToString() => "a PIN";
}

/// <summary>A member of staff in a list.</summary>
public sealed record StaffView(
    string Number, string Name, string Role, Instant CreatedAt, string CreatedBy, Instant? LockedUntil, Instant? DisabledAt, string? DisabledBy);
