using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Switchboard.Features.WakeUpCalls;
using Switchboard.Web;

namespace Switchboard.Tests.Web;

public class BodyLimitTests
{
    private const int Import = 4 * 1024 * 1024;

    private static Task<WebHost> Host() => WebHost.StartAsync(routes =>
    {
        routes.MapPost("/book", (WakeUpRequest request) => request.Room!.Length).AllowAnonymous();
        routes.MapPost("/import", async (HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body);
            return (await reader.ReadToEndAsync()).Length;
        }).AllowAnonymous().WithBodyLimit(Import);
    });

    private static string BodyOf(int bytes) => $$"""{"room":"{{new string('x', bytes - 11)}}"}""";

    [Fact]
    public async Task A_body_of_64_KiB_is_read_and_one_byte_more_is_a_413()
    {
        await using var web = await Host();
        Assert.Equal(HttpStatusCode.OK, (await web.Http.PostAsync("/book", WebHost.Json(BodyOf(64 * 1024)))).StatusCode);
        var refused = await web.Http.PostAsync("/book", WebHost.Json(BodyOf((64 * 1024) + 1)));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
        Assert.Contains("65536 bytes", await refused.Content.ReadAsStringAsync());
        Assert.Empty(web.Log.Lines);
    }

    [Fact]
    public async Task An_oversize_body_that_hides_its_length_is_a_413_too()
    {
        await using var web = await Host();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/book") { Content = WebHost.Json(BodyOf(70_000)) };
        request.Headers.TransferEncodingChunked = true;
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await web.Http.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task An_endpoint_may_take_more()
    {
        await using var web = await Host();
        Assert.Equal(HttpStatusCode.OK, (await web.Http.PostAsync("/import", new StringContent(new string('x', Import)))).StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/import") { Content = new StringContent(new string('x', Import + 1)) };
        request.Headers.ExpectContinue = true;
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await web.Http.SendAsync(request)).StatusCode);
    }
}
