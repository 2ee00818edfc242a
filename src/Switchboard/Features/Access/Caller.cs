using System.Security.Claims;

namespace Switchboard.Features.Access;

/// <summary>Who asks: the name and the role of the token.</summary>
public sealed record Caller(string Name, string Role)
{
    /// <exception cref="InvalidOperationException">Nobody is signed in; the endpoint lacks its policy.</exception>
    public static Caller Of(ClaimsPrincipal user) =>
        user.Identity is { IsAuthenticated: true, Name: { } name } && user.FindFirstValue(ClaimTypes.Role) is { } role
            ? new Caller(name, role)
            : throw new InvalidOperationException("The request is not authenticated.");
}
