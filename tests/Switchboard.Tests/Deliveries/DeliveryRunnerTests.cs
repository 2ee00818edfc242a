using Serilog.Events;
using Switchboard.Features.Deliveries;
using Switchboard.Features.Messages;
using Switchboard.Features.Notices;
using Switchboard.Tests.Rig;

namespace Switchboard.Tests.Deliveries;

/// <summary>A message for the duty manager goes from way to way and from person to person until somebody says that they have it.</summary>
[Collection(QuietCollection.Name)]
public sealed class DeliveryRunnerTests : OneHotel
{
    private Delivery Delivery => Assert.Single(Hotel.All<Delivery>());

    [Fact]
    public async Task Extension_then_mobile_then_the_deputy_each_as_soon_as_the_one_before_has_ended()
    {
        await Hotel.MessageAsync("duty-manager");
        foreach (var _ in new[] { 1, 2, 3 }) await NobodyAnswersAsync();
        Assert.Equal(
            [("house", "8001", "en"), ("outside", "13800000001", "en"), ("house", "8002", "zh")],
            Hotel.Pbx.Rings.Select(r => (r.Action["Channel"]!.Split('/', '@')[1], r.To, r["__SB_LANGS"]!)));
        Assert.Equal(
            [("duty-manager", DeliveryWay.Extension), ("duty-manager", DeliveryWay.Mobile), ("security", DeliveryWay.Extension)],
            Hotel.DeliveryAttempts().Select(a => (a.Person, a.Way)));
        Assert.All(Hotel.DeliveryAttempts(), a => Assert.Equal(DeliveryOutcome.NoAnswer, a.Outcome));
    }

    [Fact]
    public async Task When_all_were_tried_the_next_round_begins_ten_minutes_later_from_the_beginning()
    {
        await Hotel.MessageAsync("duty-manager");
        foreach (var _ in new[] { 1, 2, 3 }) await NobodyAnswersAsync();
        Assert.Equal((2, DeliveryState.Waiting), (Delivery.Round, Delivery.State));
        await Hotel.PassAsync(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        Assert.Equal(3, Hotel.Pbx.Rings.Count);
        await Hotel.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(("8001", 4), (Hotel.Pbx.Rings[^1].To, Hotel.Pbx.Rings.Count));
    }

    [Fact]
    public async Task What_the_office_was_told_has_arrived_hangs_up_what_rings_and_is_tried_no_more()
    {
        await Hotel.MessageAsync("duty-manager");
        await Hotel.AcknowledgeAsync(Delivery.Number, "1007");
        Assert.Equal([Hotel.Pbx.Rings[0].ChannelId], Hotel.Pbx.HungUp);
        await Hotel.PassAsync(TimeSpan.FromMinutes(30));

        Assert.Single(Hotel.Pbx.Rings);
        Assert.Equal((DeliveryState.Acknowledged, "desk/1007", "desk"), (Delivery.State, Delivery.EndedBy, Delivery.EndedHow));
        Assert.Equal(DeliveryOutcome.Cancelled, Assert.Single(Hotel.DeliveryAttempts()).Outcome);
        Assert.False(Assert.Single(Hotel.All<Message>()).IsOpen);
        Assert.Contains("was acknowledged by desk/1007", Hotel.One<Notice>(n => n.Kind == "delivery-acknowledged").Text,
            StringComparison.Ordinal);
        Assert.Contains(Hotel.Log, line => line is { Id: 4851 });
    }

    [Fact]
    public async Task Stopped_while_it_rings_it_is_hung_up_and_nobody_else_is_rung()
    {
        await Hotel.MessageAsync("duty-manager");
        await Hotel.StopAsync(Delivery.Number);
        Assert.Equal([Hotel.Pbx.Rings[0].ChannelId], Hotel.Pbx.HungUp);
        await Hotel.PassAsync(TimeSpan.FromMinutes(30));
        Assert.Single(Hotel.Pbx.Rings);
        Assert.Equal(DeliveryState.Stopped, Delivery.State);
        // Why is in somebody's own words: in the row, not in the log.
        Assert.DoesNotContain(Hotel.Log, line => line.Text.Contains("came in person", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Somebody_who_answers_and_presses_nothing_has_confirmed_nothing()
    {
        await Hotel.MessageAsync("duty-manager");
        await Hotel.Pbx.AnswersAsync(Hotel.Pbx.Rings[0]);
        await Hotel.PassAsync(TimeSpan.FromSeconds(20));
        await Hotel.Pbx.HearsAsync(Hotel.Pbx.Rings[0], TimeSpan.FromSeconds(20));
        Assert.Equal(DeliveryOutcome.NoKey, Hotel.DeliveryAttempts()[0].Outcome);
        Assert.Equal("13800000001", Hotel.Pbx.Rings[^1].To);
    }

    [Fact]
    public async Task Nobody_within_a_day_is_an_error_in_the_log_and_the_offices_again()
    {
        await Hotel.MessageAsync("duty-manager");
        foreach (var _ in new[] { 1, 2, 3 }) await NobodyAnswersAsync();
        await Hotel.PassAsync(TimeSpan.FromHours(24));
        Assert.Equal(DeliveryState.GivenUp, Delivery.State);
        Assert.Equal(3, Hotel.Pbx.Rings.Count);
        Assert.Contains("reached nobody after 3 attempts: nobody acknowledged it within 24 h",
            Hotel.One<Notice>(n => n.Kind == "delivery-given-up").Text, StringComparison.Ordinal);
        Assert.Contains(Hotel.Log, line => line is { Id: 4854, Level: LogEventLevel.Error });
    }

    [Fact]
    public async Task While_the_PBX_is_away_it_waits_and_no_attempt_is_used_up()
    {
        await Hotel.Pbx.LeaveAsync();
        await Hotel.MessageAsync("duty-manager");
        await Hotel.PassAsync(TimeSpan.FromMinutes(5));
        Assert.Equal((DeliveryState.Waiting, 0), (Delivery.State, Delivery.Attempts));
        await Hotel.Pbx.ReturnAsync();
        await Hotel.PassAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("8001", Assert.Single(Hotel.Pbx.Rings).To);
    }

    [Fact]
    public async Task What_was_sent_and_left_no_trace_is_unknown_and_the_next_way_waits_a_ring_time()
    {
        Hotel.Pbx.DiesAtNextRing = DiesAt.BeforeTheCallWasPlaced;
        await Hotel.MessageAsync("duty-manager");
        await Hotel.Pbx.ReturnAsync();
        Assert.Equal(DeliveryOutcome.Unknown, Assert.Single(Hotel.DeliveryAttempts()).Outcome);
        await Hotel.PassAsync(TimeSpan.FromSeconds(29));
        Assert.Single(Hotel.Pbx.Rings);
        await Hotel.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(["8001", "13800000001"], Hotel.Pbx.Rings.Select(r => r.To));
    }

    [Fact]
    public async Task What_an_earlier_life_had_sent_is_unknown_to_the_next_which_goes_on_with_the_next_way()
    {
        await Hotel.MessageAsync("duty-manager");
        await Hotel.RestartAsync();
        Assert.Equal((DeliveryOutcome.Unknown, "the worker was started anew"),
            (Hotel.DeliveryAttempts()[0].Outcome, Hotel.DeliveryAttempts()[0].Detail));
        await Hotel.PassAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(["8001", "13800000001"], Hotel.Pbx.Rings.Select(r => r.To));
    }

    [Fact]
    public async Task A_mobile_that_is_an_emergency_number_is_never_dialled_and_the_deputy_is()
    {
        await Hotel.DisposeAsync();
        Hotel = await SmallHotel.OpenAsync(("Outside:Emergency:0", "13800000001"));
        await Hotel.MessageAsync("duty-manager");
        await NobodyAnswersAsync();
        Assert.Equal(["8001", "8002"], Hotel.Pbx.Rings.Select(r => r.To));
        Assert.Equal((DeliveryOutcome.Failed, "the mobile is an emergency number"),
            (Hotel.DeliveryAttempts()[1].Outcome, Hotel.DeliveryAttempts()[1].Detail));
    }

    [Fact]
    public async Task A_line_that_is_busy_or_dead_is_told_apart_and_never_ends_the_chain()
    {
        await Hotel.MessageAsync("duty-manager");
        await Hotel.Pbx.EndsAsync(Hotel.Pbx.Rings[0], "BUSY", rang: false, cause: 17);
        await Hotel.Pbx.EndsAsync(Hotel.Pbx.Rings[1], "CHANUNAVAIL", rang: false, cause: 20);
        Assert.Equal([DeliveryOutcome.Busy, DeliveryOutcome.Unreachable, null], Hotel.DeliveryAttempts().Select(a => a.Outcome));
        Assert.Equal("8002", Hotel.Pbx.Rings[^1].To);
    }

    [Fact]
    public async Task Neither_what_is_delivered_nor_where_to_is_in_the_log()
    {
        await Hotel.MessageAsync("duty-manager", "the auditors come at nine");
        foreach (var _ in new[] { 1, 2, 3 }) await NobodyAnswersAsync();
        Assert.Contains(Hotel.Log, line => line is { Id: 4853 });
        Assert.DoesNotContain(Hotel.Log, line =>
            new[] { "auditors", "Ms Wu", "13800000001", "Li Ming" }.Any(secret => line.Text.Contains(secret, StringComparison.Ordinal)));
    }

    private async Task NobodyAnswersAsync()
    {
        await Hotel.PassAsync(TimeSpan.FromSeconds(30));
        await Hotel.Pbx.EndsAsync(Hotel.Pbx.Rings[^1]);
    }
}
