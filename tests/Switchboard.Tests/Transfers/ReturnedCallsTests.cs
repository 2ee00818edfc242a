using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using NodaTime.Testing;
using Switchboard.Features.Transfers;
using Switchboard.Pbx;

namespace Switchboard.Tests.Transfers;

/// <summary>Which calls come back, for the operators to be told; what they read then NoticeTests and TransferTests show.</summary>
public class ReturnedCallsTests
{
    private sealed class Scopes : IServiceScopeFactory
    {
        public IServiceScope CreateScope() => throw new NotSupportedException("a notice is stored");
    }

    private static Task ToldAsync(string channel) => new ReturnedCalls(new Scopes(), new FakeClock(Instant.FromUtc(2026, 12, 24, 0, 0)), NullLogger<ReturnedCalls>.Instance)
        .ReturnedAsync(new DialplanReport(field => field switch { "Dest" => "2101", "Kind" => "room", "Why" => "busy", _ => null }, channel, new PbxClock()), CancellationToken.None);

    [Fact]
    public async Task Who_asks_by_feature_code_first_and_reaches_nobody_has_no_call_that_came_back() => await ToldAsync("Local/2101@switchboard-transfer-00000001;2");

    [Theory]
    [InlineData("PJSIP/trunk-00000001")]
    [InlineData("Local/8001@switchboard-house-00000001;2")]
    public async Task Whoever_was_put_through_himself_has(string channel) => await Assert.ThrowsAsync<NotSupportedException>(() => ToldAsync(channel));
}
