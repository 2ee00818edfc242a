using System.Security.Claims;
using System.Text.RegularExpressions;
using Switchboard.Web;

namespace Switchboard.Features.Access;

/// <summary>Who asks: the name and the role of the token.</summary>
public sealed partial record Caller(string Name, string Role)
{
    [GeneratedRegex(@"^[A-Za-z0-9-]{1,20}\z")]
    private static partial Regex StaffNumber();

    /// <exception cref="InvalidOperationException">Nobody is signed in; the endpoint lacks its policy.</exception>
    public static Caller Of(ClaimsPrincipal user) =>
        user.Identity is { IsAuthenticated: true, Name: { } name } && user.FindFirstValue(ClaimTypes.Role) is { } role
            ? new Caller(name, role)
            : throw new InvalidOperationException("The request is not authenticated.");

    /// <summary>Could it be a staff number?</summary>
    public static bool IsStaffNumber(string text) => StaffNumber().IsMatch(text);

    /// <exception cref="InvalidInputException">It is given, and none.</exception>
    public static void CheckStaffNumber(string field, string? value)
    {
        if (value is not null && !IsStaffNumber(value)) throw new InvalidInputException(field, value, "must be a staff number: 1 to 20 letters, digits or hyphens");
    }

    /// <summary>Whom the record names: the token, and the staff number of who works with it where one is given.</summary>
    /// <exception cref="InvalidInputException">The staff number is none.</exception>
    public string By(string? staffNumber)
    {
        CheckStaffNumber("by", staffNumber);
        return staffNumber is null ? Name : $"{Name}/{staffNumber}";
    }
}
