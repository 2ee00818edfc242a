using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NodaTime;
using Switchboard.Features.Events;
using Switchboard.Tests.Cli;
using Switchboard.Web;

namespace Switchboard.Tests.Events;

public class EventCommandTests
{
    private static readonly Instant At = Instant.FromUtc(2026, 12, 23, 21, 10, 2);

    private static EventLine Event(string name, string headers) => new("event", At, "2026-12-24T05:10:02.123",
        new EventView(7, At, "ami", name, "1.2", "1.1", "PJSIP/1203-0000001a", "1203", JsonNode.Parse(headers)!.AsObject()));

    private static EventLine Outage(long? recovered) => new("outage", At, "2026-12-24T05:10:02.000",
        Outage: new OutageView("worker away", At, At, "2026-12-24T05:12:40.000", null, recovered, null));

    private static Task<CliHost> Host(List<string> asked, Func<CancellationToken, IAsyncEnumerable<EventLine>>? live = null) => CliHost.StartAsync(routes =>
    {
        routes.MapGet("/api/events", (HttpRequest request) =>
        {
            asked.Add(request.QueryString.ToString());
            return new EventList([Event("Newstate", """{"ChannelStateDesc":"Ringing","CallerIDNum":"1203"}"""), Outage(34)], false);
        }).AllowAnonymous();
        routes.MapGet("/api/events/outages", () => new EventList([Outage(null)], false)).AllowAnonymous();
        if (live is not null) routes.MapGet("/api/events/live", (CancellationToken ct) => new JsonLines<EventLine>(live(ct))).AllowAnonymous();
    });

    [Fact]
    public async Task A_line_has_time_room_event_channel_and_words_and_an_outage_is_never_silence()
    {
        var asked = new List<string>();
        await using var cli = await Host(asked);
        Assert.Equal(0, await cli.RunAsync("events", "--room", "1203", "--since", "1h", "--event", "Newstate", "--limit", "5"));
        Assert.Equal(
            ["2026-12-24 05:10:02.123  1203    Newstate           PJSIP/1203-0000001a       Ringing, number 1203",
                "-- worker away 2026-12-24 05:10:02 to 05:12:40, 34 call events recovered --"],
            cli.Out.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(["?room=1203&event=Newstate&since=1h&limit=5"], asked);
    }

    [Fact]
    public async Task For_programs_it_is_one_object_a_line()
    {
        await using var cli = await Host([]);
        Assert.Equal(0, await cli.RunAsync("events", "--json"));
        var lines = cli.Out.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonSerializer.Deserialize<JsonElement>(l)).ToList();
        Assert.Equal(["event", "outage"], lines.Select(l => l.GetProperty("kind").GetString()));
        Assert.Equal("Ringing", lines[0].GetProperty("event").GetProperty("headers").GetProperty("ChannelStateDesc").GetString());
    }

    [Fact]
    public async Task Outages_say_what_is_not_known()
    {
        await using var cli = await Host([]);
        Assert.Equal(0, await cli.RunAsync("events", "outages"));
        Assert.Equal("-- worker away 2026-12-24 05:10:02 to 05:12:40, its call events were not read back yet --", cli.Out.ToString().Trim());
    }

    [Fact]
    public async Task Following_ends_with_0_by_Ctrl_C_and_tells_what_was_lost_and_when_the_PBX_is_not_heard()
    {
        using var interrupt = new CancellationTokenSource();
        var shown = () => "";
        await using var cli = await Host([], Live);
        shown = () => cli.Out.ToString();
        Assert.Equal(0, await cli.RunAsync(["events", "--follow"], interrupt.Token));
        Assert.Equal(
            ["-- following since 2026-12-24 05:10:02.000; Ctrl-C ends --", "2026-12-24 05:10:02.123  1203    Hangup             PJSIP/1203-0000001a       cause 16, Normal Clearing",
                "-- 2026-12-24 05:10:02.000 12 events came faster than they could be shown; they are in the record --",
                "-- 2026-12-24 05:10:02.000 the PBX cannot be heard just now: silence means nothing --", "-- 2026-12-24 05:10:02.000 the PBX is heard again --"],
            cli.Out.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));

        async IAsyncEnumerable<EventLine> Live([EnumeratorCancellation] CancellationToken ct)
        {
            yield return Alive(true);
            yield return Event("Hangup", """{"Cause":"16","Cause-txt":"Normal Clearing"}""");
            yield return Alive(true) with { Kind = "lost", Lost = 12, PbxConnected = null };
            foreach (var connected in (bool[])[false, false, true, true]) yield return Alive(connected);
            while (!shown().Contains("heard again", StringComparison.Ordinal)) await Task.Yield();
            await interrupt.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
        }

        static EventLine Alive(bool connected) => new("alive", At, "2026-12-24T05:10:02.000", PbxConnected: connected);
    }

    [Fact]
    public async Task Following_a_worker_that_goes_away_ends_with_3_and_a_line()
    {
        await using var cli = await Host([], Breaks);
        Assert.Equal(3, await cli.RunAsync("events", "--follow", "--json"));
        Assert.Contains("went away in the middle of its answer", cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal(3, await cli.RunAsync("events", "--follow", "--url", "http://127.0.0.1:1"));

        static async IAsyncEnumerable<EventLine> Breaks([EnumeratorCancellation] CancellationToken ct)
        {
            yield return Event("Hangup", "{}");
            await Task.Yield();
            throw new InvalidOperationException("as a worker does that is killed");
        }
    }

    [Fact]
    public async Task Following_is_of_now()
    {
        await using var cli = CliHost.Alone();
        Assert.Equal(2, await cli.RunAsync("events", "--follow", "--since", "1h"));
        Assert.Contains("--follow shows what happens from now on", cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DTMFEnd", """{"Digit":"4"}""", "a key is pressed")]
    [InlineData("VarSet", """{"Variable":"PIN","Value":"4711"}""", "variable PIN")]
    [InlineData("CEL", """{"EventName":"HANGUP","Extra":"{\"hangupcause\":17,\"hangupsource\":\"\",\"dialstatus\":\"BUSY\"}"}""", "HANGUP, cause 17, BUSY")]
    [InlineData("CEL", """{"EventName":"HANGUP","Extra":"no JSON"}""", "HANGUP")]
    [InlineData("BlindTransfer", """{"Result":"Success","TransfererChannel":"A","TransfereeChannel":"B","Extension":"2101"}""", "A puts B through to 2101")]
    [InlineData("DeviceStateChange", """{"Device":"PJSIP/1203","State":"INUSE"}""", "PJSIP/1203, INUSE")]
    [InlineData("Reload", """{"Module":["a","b"]}""", "")]
    public void Words_tell_what_matters_and_no_key_that_was_pressed(string name, string headers, string words) =>
        Assert.Equal(words, EventWords.Of(Event(name, headers).Event!));
}
