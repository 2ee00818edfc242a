using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Switchboard.Web;

/// <summary>How a stream of lines is sent.</summary>
internal static class JsonLines
{
    /// <summary>One JSON object a line.</summary>
    public const string MediaType = "application/x-ndjson";
}

/// <summary>
/// An answer that comes line by line as it is made. Ends when the client goes or the worker stops. What goes wrong before the first line is a
/// problem as anywhere; later the connection is cut, so that nobody takes a part for the whole.
/// </summary>
internal sealed class JsonLines<T>(IAsyncEnumerable<T> lines) : IResult
{
    public async Task ExecuteAsync(HttpContext context)
    {
        var json = context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            await using var each = lines.GetAsyncEnumerator(over.Token);
            var more = await each.MoveNextAsync();
            context.Response.ContentType = JsonLines.MediaType;
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            for (; more; more = await each.MoveNextAsync())
            {
                await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(each.Current, json), over.Token);
                await context.Response.Body.WriteAsync("\n"u8.ToArray(), over.Token);
                await context.Response.Body.FlushAsync(over.Token);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // Nobody listens any more, or nobody will: the client sees a stream that is not whole.
            if (context.Response.HasStarted) context.Abort();
        }
    }
}
