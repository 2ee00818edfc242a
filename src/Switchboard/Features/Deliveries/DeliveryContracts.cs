using NodaTime;

namespace Switchboard.Features.Deliveries;

/// <summary>Who asks, where nothing else is said.</summary>
public sealed record DeliveryAcknowledge(string? By);

/// <summary>Who stops it, and why.</summary>
public sealed record DeliveryStop(string? By, string? Why);

/// <summary>A delivery in a list.</summary>
/// <param name="Last">What came of its last attempt, such as <c>Extension 8200: NoAnswer</c>.</param>
public sealed record DeliveryView(
    long Number, Guid Id, Guid Subject, string Person, string? Name, string? Title, string State, string RequestedBy, Instant RequestedAt, int Round, int Attempts, string? Last,
    Instant? NextAttemptAt, Instant? EndedAt, string? EndedBy, string? EndedHow, string Zone);

/// <summary>A delivery with all its attempts in order.</summary>
public sealed record DeliveryDetails(DeliveryView Delivery, IReadOnlyList<DeliveryAttemptView> Attempts);

/// <summary>One attempt.</summary>
public sealed record DeliveryAttemptView(
    int Number, int Round, string Person, string Way, string Address, Instant ClaimedAt, Instant? SentAt, Instant? AnsweredAt, Instant? EndedAt, string? Outcome, int? Cause, string? Detail);
