using NodaTime;

namespace Switchboard.Features.Calls;

/// <summary>A call in a list. Times are instants; <paramref name="Zone"/> is the hotel's.</summary>
public sealed record CallView(
    string LinkedId, string Direction, string State, string? CallerNumber, string? CallerPhone, string? CallerRoom, string? Dialled, IReadOnlyList<string> RoomsCalled,
    Instant StartedAt, Instant? RingingAt, Instant? AnsweredAt, Instant? EndedAt, int? Cause, string? CauseText, IReadOnlyList<TransferView> Transfers,
    string? ContinuedIn, string Zone);

/// <summary>
/// Somebody put the other one through: <c>blind</c> to an extension, <c>attended</c> to a phone that was asked first, or from outside the call by
/// <c>redirect</c>. <paramref name="Outcome"/> is what came of it first, <paramref name="Then"/> where the caller went when nobody answered.
/// </summary>
public sealed record TransferView(
    Instant At, string Kind, string? By, string? Whom, string? To, string? OtherCall, string? ToKind = null, string? Staff = null, string? Request = null, Instant? RingingAt = null,
    double? RangSeconds = null, Instant? AnsweredAt = null, string? AnsweredBy = null, string? Outcome = null, string? Then = null, Instant? EndedAt = null);

/// <summary>The call was offered to the operators.</summary>
public sealed record OperatorCallView(
    Instant OfferedAt, string Kind, string? Room, string Outcome, Instant? RingingAt, Instant? AnsweredAt, string? AnsweredBy, Instant? EndedAt, int Steps);

/// <summary>One phone's part of a call.</summary>
public sealed record CallLegView(
    string UniqueId, string Channel, string Phone, string? Room, string? Number, bool Began, string? CameFrom,
    Instant StartedAt, Instant? RingingAt, Instant? AnsweredAt, Instant? EndedAt, int? Cause);

/// <summary>Calls in the order of their start; <paramref name="More"/>: there are earlier ones that were left out.</summary>
public sealed record CallList(IReadOnlyList<CallView> Calls, bool More);

/// <summary>A call with its legs.</summary>
public sealed record CallDetail(CallView Call, IReadOnlyList<CallLegView> Legs, IReadOnlyList<OperatorCallView> OperatorCalls);

/// <summary>A transfer in a list, with the call that it belongs to.</summary>
public sealed record TransferLine(string LinkedId, string? CallerNumber, string? CallerRoom, string? CallerPhone, TransferView Transfer, string Zone);

/// <summary>From which date on (YYYY-MM-DD in the hotel's zone) calls are made again; without one, from the record's first day.</summary>
public sealed record CallRebuild(string? Since);
