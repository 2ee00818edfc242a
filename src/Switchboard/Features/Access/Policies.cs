using System.Security.Claims;

namespace Switchboard.Features.Access;

/// <summary>Who may: a role, or a wider one.</summary>
public static class Policies
{
    public const string Admin = "admin";
    public const string Operator = "operator";
    public const string Housekeeping = "housekeeping";
    public const string AnyRole = "any role";

    /// <summary>The roles that a token can have.</summary>
    public static readonly IReadOnlyList<string> Roles = [Admin, Operator, Housekeeping];

    internal static string[] RolesFor(string policy) => policy switch
    {
        Admin => [Admin],
        Operator => [Admin, Operator],
        _ => [Admin, Operator, Housekeeping],
    };
}

/// <summary>Who asks: the token's name and role.</summary>
public sealed record Caller(string Name, string Role)
{
    public static Caller Of(ClaimsPrincipal user) =>
        new(user.Identity?.Name ?? "nobody", user.FindFirstValue(ClaimTypes.Role) ?? "none");
}
