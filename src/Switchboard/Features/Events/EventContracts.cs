using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using NodaTime;

namespace Switchboard.Features.Events;

/// <summary>
/// A line of what the PBX told. <paramref name="Kind"/> says what it is: <c>event</c>, <c>outage</c> (a time in which events did not reach the
/// record), <c>lost</c> (who follows was too slow), <c>alive</c> (nothing happened, the line is up).
/// </summary>
/// <param name="Kind">One of the above.</param>
/// <param name="At">When, by the PBX's clock; of an outage, its beginning.</param>
/// <param name="Local">The same on the hotel's clocks, with milliseconds.</param>
/// <param name="Event">The event.</param>
/// <param name="Outage">The outage.</param>
/// <param name="Lost">How many events were lost on the way to who follows; they are in the record.</param>
/// <param name="PbxConnected">Whether the PBX can be heard just now; with <c>alive</c>.</param>
public sealed record EventLine(
    string Kind, Instant At, string Local,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] EventView? Event = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] OutageView? Outage = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Lost = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? PbxConnected = null);

/// <summary>An event as the PBX told it; secrets in it are masked.</summary>
/// <param name="Id">Its place in the record; live ones have none yet.</param>
/// <param name="ReceivedAt">By the worker's clock.</param>
/// <param name="Source"><c>ami</c>, or <c>cel</c>: read later from the PBX's own file.</param>
/// <param name="Name">Such as <c>Newstate</c>.</param>
/// <param name="UniqueId">The channel.</param>
/// <param name="LinkedId">The call.</param>
/// <param name="Channel">The channel's name.</param>
/// <param name="Room">The room whose phone it is about.</param>
/// <param name="Headers">All of it; a header that came twice is an array.</param>
public sealed record EventView(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Id,
    Instant ReceivedAt, string Source, string? Name, string? UniqueId, string? LinkedId, string? Channel, string? Room, JsonObject Headers);

/// <summary>A time in which events of the PBX did not reach the record.</summary>
/// <param name="Cause"><c>worker away</c>, <c>link cut</c>, <c>events lost</c> or <c>journal full</c>.</param>
/// <param name="From">The last event before it.</param>
/// <param name="Until">Its end.</param>
/// <param name="LocalUntil">The same on the hotel's clocks.</param>
/// <param name="Lost">How many events were lost, where that is known.</param>
/// <param name="Recovered">How many call events of it were read later from the PBX's own file; null until that was read.</param>
/// <param name="Missing">What could not be recovered.</param>
public sealed record OutageView(string Cause, Instant From, Instant Until, string LocalUntil, long? Lost, long? Recovered, string? Missing);

/// <summary>The latest lines, in the order of their times; <paramref name="More"/>: there are earlier ones that were left out.</summary>
public sealed record EventList(IReadOnlyList<EventLine> Lines, bool More);
