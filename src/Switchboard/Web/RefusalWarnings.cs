namespace Switchboard.Web;

/// <summary>The only thing that is logged of single requests: who was turned away.</summary>
internal sealed class RefusalWarnings(RequestDelegate next, FoldedWarnings warnings, ILogger<RefusalWarnings> log)
{
    /// <summary>Where authentication leaves the name of a token that it knew and refused.</summary>
    public static readonly object RefusedToken = new();

    public async Task InvokeAsync(HttpContext context)
    {
        await next(context);
        var status = context.Response.StatusCode;
        if (status is not (StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden)) return;
        var address = context.Connection.RemoteIpAddress?.ToString() ?? "unknown";
        var token = context.User.Identity?.Name ?? context.Items[RefusedToken] as string ?? "none that is known";
        warnings.Tell($"{status} {address} {token}", times => log.Refused(status, address, token, times));
    }
}
