using System.Globalization;
using System.Text.Json;
using NodaTime;
using NodaTime.Text;
using Switchboard.Features.Calls;

namespace Switchboard.Tests.Calls;

/// <summary>
/// Events as a real Asterisk 22 told them of real SIP phones' calls (deploy/lab/call), rows of pbx_events; headers that calls are not made from are
/// left out.
/// </summary>
internal static class Recording
{
    public static List<CallEvent> Of(string name) => [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Calls", "Recorded", name + ".ndjson")).Select(Parse)];

    /// <summary>What the worker finds in the PBX's own file: the CEL events alone, each a little earlier than AMI told it.</summary>
    public static IEnumerable<CallEvent> CelOnly(this IEnumerable<CallEvent> events) =>
        events.Where(e => e.IsCel).Select(e => e with { Id = e.Id + 1_000_000, At = e.At - Duration.FromTicks(10 * (e.Id % 100)) });

    /// <summary>The call as it is made.</summary>
    public static Call? Made(this IEnumerable<CallEvent> events, string linkedId, params Instant[] restarts) => new CallBuilder("main", []).Build(linkedId, events, restarts);

    /// <summary>The row as text, to be compared.</summary>
    public static string Row(this Call? call) => JsonSerializer.Serialize(call, CallJson.Options);

    /// <summary>The same without what CEL does not tell: ringing, and times to less than some 100 ms (a busy machine).</summary>
    public static string Rough(this Call? call)
    {
        if (call is null) return "null";
        var legs = call.Legs.Select(l => $"{l.UniqueId} {l.Phone} {l.Room} {l.Number} {l.Began} {l.CameFrom} {Near(l.StartedAt)} {Near(l.AnsweredAt)} {Near(l.EndedAt)} {l.Cause}");
        return string.Join('\n', [
            $"{call.LinkedId} {call.Direction} {call.State} {call.CallerNumber} {call.CallerPhone} {call.CallerRoom} -> {call.Dialled} {string.Join(' ', call.RoomsCalled)}",
            $"{Near(call.StartedAt)} {Near(call.AnsweredAt)} {Near(call.EndedAt)} {call.Cause} {call.ContinuedIn}",
            .. call.Transfers.Select(t => $"{Near(t.At)} {t.Kind} {t.By} {t.Whom} {t.To} {t.OtherCall} {t.ToKind} {t.Staff} {t.AnsweredBy} {t.Outcome} {t.Then}"),
            .. call.OperatorCalls.Select(o => $"{Near(o.OfferedAt)} {o.Kind} {o.Room} {o.Outcome} {o.AnsweredBy} {Near(o.AnsweredAt)} {Near(o.EndedAt)} {o.Steps}"), .. legs,
        ]);
    }

    private static string Near(Instant? at) => at is { } known ? Math.Round(known.ToUnixTimeMilliseconds() / 100.0).ToString(CultureInfo.InvariantCulture) : "-";

    private static CallEvent Parse(string line)
    {
        var row = JsonSerializer.Deserialize<JsonElement>(line);
        return new(row.GetProperty("id").GetInt64(), OffsetDateTimePattern.ExtendedIso.Parse(row.GetProperty("at").GetString()!).Value.ToInstant(), Text("event")!, Text("uniqueId")!, Text("linkedId")!,
            Text("channel"), Text("room"), CallEvent.HeadersOf(row.GetProperty("headers").GetRawText()));

        string? Text(string name) => row.GetProperty(name).GetString();
    }
}
