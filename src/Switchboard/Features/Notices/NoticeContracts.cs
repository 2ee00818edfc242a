using System.Text.Json.Serialization;
using NodaTime;

namespace Switchboard.Features.Notices;

/// <summary>Something that every operator on duty must be told.</summary>
public sealed record NoticeView(
    Guid Id, Instant At, string Zone, string Pbx, string Kind, string? Room, string Text, string? By, Instant? AcknowledgedAt, string? AcknowledgedBy);

/// <summary>
/// A line for who follows. <paramref name="Kind"/>: <c>notice</c> (a new one, or one that somebody has just acknowledged), <c>lost</c> (who follows was
/// too slow), <c>alive</c> (nothing happened, the line is up).
/// </summary>
/// <param name="Kind">One of the above.</param>
/// <param name="At">When.</param>
/// <param name="Zone">The hotel's zone.</param>
/// <param name="Notice">The notice.</param>
/// <param name="Lost">How many were lost on the way to who follows; the list has them.</param>
public sealed record NoticeLine(
    string Kind, Instant At, string Zone,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] NoticeView? Notice = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Lost = null);

/// <summary>Who has seen to it: a staff number or a name.</summary>
public sealed record NoticeAcknowledge(string? By);
