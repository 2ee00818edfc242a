using NodaTime;
using Switchboard.Features.Deliveries;
using Switchboard.Features.Extensions;
using Switchboard.Web;

namespace Switchboard.Tests.Deliveries;

/// <summary>What is tried next, and when it is enough.</summary>
public class DeliveryPlanTests
{
    private static readonly Instant Start = Instant.FromUtc(2026, 11, 26, 2, 0);
    private static readonly DeliveryOptions Rules = new();
    private static readonly DeliveryReach Everything = new(HasLine: true, HasMail: true, PbxIsThere: true);
    private static readonly DeliveryPerson Manager = new("general-manager", "8001", InOffice: true, "+8613800000001", "gm@hotel.example");
    private static readonly DeliveryPerson Deputy = new("duty-manager", "8002", InOffice: true, "+8613800000002", null);
    private readonly List<DeliveryAttempt> _attempts = [];
    private readonly Delivery _delivery = new(Guid.CreateVersion7(), "main", "general-manager", "desk/1007", Start);

    [Fact]
    public void Ways_come_in_order_then_the_deputys_then_once_more_after_the_pause()
    {
        Assert.Equal(
            ["general-manager Extension 8001", "general-manager Mobile +8613800000001", "general-manager Mail gm@hotel.example", "duty-manager Extension 8002", "duty-manager Mobile +8613800000002"],
            TryUntilTheRoundIsOver([Manager, Deputy], Everything));
        var pause = Assert.IsType<DeliveryMove.Round>(Next([Manager, Deputy], Everything));
        Assert.Equal(Start + Duration.FromMinutes(10), pause.At);
        _delivery.NextRound(pause.At);
        // The mail has gone: phones ring again, a second mail would only be a nuisance.
        Assert.Equal(
            ["general-manager Extension 8001", "general-manager Mobile +8613800000001", "duty-manager Extension 8002", "duty-manager Mobile +8613800000002"],
            TryUntilTheRoundIsOver([Manager, Deputy], Everything));
    }

    [Fact]
    public void A_mail_that_no_server_took_is_sent_again_in_the_next_round()
    {
        var person = Manager with { Mobile = null, InOffice = false };
        Try(Next([person], Everything), DeliveryOutcome.Failed);
        _delivery.NextRound(Start);
        Assert.Equal(["general-manager Mail gm@hotel.example"], TryUntilTheRoundIsOver([person], Everything));
    }

    [Fact]
    public void Out_of_office_the_extension_is_left_out_unless_there_is_nothing_else()
    {
        Assert.Equal(["general-manager Mobile +8613800000001", "general-manager Mail gm@hotel.example"], TryUntilTheRoundIsOver([Manager with { InOffice = false }], Everything));
        _delivery.NextRound(Start);
        Assert.Equal(["general-manager Extension 8001"], TryUntilTheRoundIsOver([Manager with { InOffice = false, Mobile = null, Mail = null }], Everything));
        _delivery.NextRound(Start);
        Assert.Equal(["general-manager Extension 8001"], TryUntilTheRoundIsOver([Manager with { InOffice = false }], new(HasLine: false, HasMail: false, PbxIsThere: true)));
    }

    [Fact]
    public void While_the_PBX_is_away_mails_go_and_phones_wait()
    {
        var away = Everything with { PbxIsThere = false };
        Try(Next([Manager], away), DeliveryOutcome.Sent);
        Assert.Equal(DeliveryWay.Mail, _attempts.Single().Way);
        Assert.Equal(Start + Duration.FromSeconds(10), Assert.IsType<DeliveryMove.Wait>(Next([Manager], away)).Until);
        Assert.Equal(["general-manager Extension 8001", "general-manager Mobile +8613800000001"], TryUntilTheRoundIsOver([Manager], Everything));
    }

    [Fact]
    public void Where_nothing_of_a_round_rang_anywhere_the_extensions_ring_out_of_hours_too()
    {
        DeliveryPerson[] absent = [Manager with { InOffice = false, Mail = null }, Deputy with { InOffice = false }];
        Try(Next(absent, Everything), DeliveryOutcome.Unreachable);
        Try(Next(absent, Everything), DeliveryOutcome.Failed);
        Assert.Equal(["Mobile", "Mobile"], _attempts.Select(a => a.Way.ToString()));
        Assert.Equal(["general-manager Extension 8001", "duty-manager Extension 8002"], TryUntilTheRoundIsOver(absent, Everything));
        _delivery.NextRound(Start);
        Try(Next(absent, Everything), DeliveryOutcome.Unreachable);
        // This mobile rang: there is a line.
        Try(Next(absent, Everything), DeliveryOutcome.NoAnswer);
        Assert.IsType<DeliveryMove.Round>(Next(absent, Everything));
    }

    [Fact]
    public void A_call_that_never_left_lets_the_mail_go_and_is_tried_again_a_moment_later_in_the_same_round()
    {
        Try(Next([Manager], Everything), DeliveryOutcome.NotSent);
        Assert.Equal((DeliveryState.Waiting, Start + Duration.FromSeconds(5)), (_delivery.State, _delivery.NextAttemptAt));
        Try(Next([Manager], Everything with { PbxIsThere = false }), DeliveryOutcome.Sent);
        Assert.Equal(["Extension", "Mail"], _attempts.Select(a => a.Way.ToString()));
        Assert.Equal(["general-manager Extension 8001", "general-manager Mobile +8613800000001"], TryUntilTheRoundIsOver([Manager], Everything));
        Assert.Contains("24 h", Assert.IsType<DeliveryMove.GiveUp>(Next([Manager], Everything with { PbxIsThere = false }, Start + Duration.FromHours(24))).Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DeliveryOutcome.Refused)]
    [InlineData(DeliveryOutcome.Unknown)]
    public void A_mail_that_is_refused_for_good_or_may_have_arrived_is_not_sent_again_but_to_another_address(DeliveryOutcome outcome)
    {
        var person = Manager with { InOffice = false, Mobile = "51" };
        Try(Next([person], Everything), DeliveryOutcome.NoAnswer);
        Try(Next([person], Everything), outcome);
        _delivery.NextRound(Start);
        Assert.Equal(["general-manager Mobile 51"], TryUntilTheRoundIsOver([person], Everything));
        _delivery.NextRound(Start);
        Assert.Equal(["general-manager Mobile 51", "general-manager Mail new@hotel.example"], TryUntilTheRoundIsOver([person with { Mail = "new@hotel.example" }], Everything));
    }

    [Theory]
    [InlineData("+8613800000001", "13800000001")]
    [InlineData("+4915100000001", "004915100000001")]
    [InlineData("013800000001", "013800000001")]
    [InlineData("+86120", null)]
    [InlineData("+8655555", null)]
    [InlineData("9120", null)]
    public void A_mobile_is_given_to_the_line_as_it_is_dialled_and_an_emergency_number_never(string mobile, string? dialled) =>
        Assert.Equal(dialled, MobileNumber.ForTheLine(mobile, Rules, new OutsideOptions { Emergency = ["55555"] }));

    [Fact]
    public void After_a_day_or_without_an_entry_it_is_given_up_and_no_pause_goes_beyond_that()
    {
        Assert.Contains("24 h", Assert.IsType<DeliveryMove.GiveUp>(Next([Manager], Everything, Start + Duration.FromHours(24))).Why, StringComparison.Ordinal);
        Assert.Contains("not in the directory", Assert.IsType<DeliveryMove.GiveUp>(Next([], Everything)).Why, StringComparison.Ordinal);
        TryUntilTheRoundIsOver([Deputy with { Mobile = null }], Everything);
        Assert.Equal(Start + Duration.FromHours(24), Assert.IsType<DeliveryMove.Round>(Next([Deputy with { Mobile = null }], Everything, Start + Duration.FromHours(24) - Duration.FromMinutes(1))).At);
    }

    [Fact]
    public void An_attempt_of_which_nothing_is_known_is_followed_by_the_next_way_after_the_time_that_it_may_ring()
    {
        var attempt = _delivery.Begin(new("general-manager", DeliveryWay.Extension, "8001"), Start);
        Assert.True(attempt.End(new(DeliveryOutcome.Unknown), Start));
        _delivery.Ended(attempt, Start, Duration.FromSeconds(30));
        Assert.Equal((DeliveryState.Waiting, Start + Duration.FromSeconds(30)), (_delivery.State, _delivery.NextAttemptAt));
        // Told once more by whoever comes late: it stays.
        Assert.False(attempt.End(new(DeliveryOutcome.NoAnswer), Start));
        Assert.Equal(DeliveryOutcome.Unknown, attempt.Outcome);
    }

    [Fact]
    public void What_was_acknowledged_while_it_rang_stays_so_and_of_two_the_first_counts()
    {
        var attempt = _delivery.Begin(new("general-manager", DeliveryWay.Mobile, "13800000001"), Start);
        _delivery.Acknowledge("desk/1007", "desk", Start);
        Assert.Throws<ConflictException>(() => _delivery.Acknowledge("general-manager", "key", Start));
        Assert.Throws<ConflictException>(() => _delivery.Stop("desk/1008", "late", Start));
        attempt.End(new(DeliveryOutcome.Cancelled), Start);
        _delivery.Ended(attempt, Start, Duration.Zero);
        Assert.Equal((DeliveryState.Acknowledged, "desk/1007", (Instant?)null), (_delivery.State, _delivery.EndedBy, _delivery.NextAttemptAt));
        Assert.Throws<InvalidOperationException>(() => _delivery.Begin(new("general-manager", DeliveryWay.Mobile, "13800000001"), Start));
    }

    private DeliveryMove Next(DeliveryPerson[] persons, DeliveryReach reach, Instant? now = null) => DeliveryPlan.Next(_delivery, _attempts, persons, reach, now ?? Start, Rules);

    private List<string> TryUntilTheRoundIsOver(DeliveryPerson[] persons, DeliveryReach reach)
    {
        var tried = new List<string>();
        while (Next(persons, reach) is DeliveryMove.Try next)
        {
            tried.Add($"{next.Option.Person} {next.Option.Way} {next.Option.Address}");
            Try(next, next.Option.Way == DeliveryWay.Mail ? DeliveryOutcome.Sent : DeliveryOutcome.NoAnswer);
        }

        return tried;
    }

    private void Try(DeliveryMove move, DeliveryOutcome outcome)
    {
        var attempt = _delivery.Begin(Assert.IsType<DeliveryMove.Try>(move).Option, Start);
        attempt.End(new(outcome), Start);
        _delivery.Ended(attempt, Start, Duration.Zero);
        _attempts.Add(attempt);
    }
}
