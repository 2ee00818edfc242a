using Serilog.Events;
using Switchboard.Features.Deliveries;
using Switchboard.Features.Messages;
using Switchboard.Features.Notices;
using Switchboard.Tests.Rig;

namespace Switchboard.Tests.Deliveries;

/// <summary>A message for the duty manager goes from way to way and from person to person until somebody says that they have it.</summary>
[Collection(QuietCollection.Name)]
public sealed class DeliveryRunnerTests : IAsyncLifetime
{
    private SmallHotel _hotel = null!;

    private Delivery Delivery => Assert.Single(_hotel.All<Delivery>());

    public async ValueTask InitializeAsync() => _hotel = await SmallHotel.OpenAsync();

    public ValueTask DisposeAsync() => _hotel.DisposeAsync();

    [Fact]
    public async Task Extension_then_mobile_then_the_deputy_each_as_soon_as_the_one_before_has_ended()
    {
        await _hotel.MessageAsync("duty-manager");
        foreach (var _ in new[] { 1, 2, 3 }) await NobodyAnswersAsync();
        Assert.Equal(
            [("house", "8001", "en"), ("outside", "13800000001", "en"), ("house", "8002", "zh")],
            _hotel.Pbx.Rings.Select(r => (r.Action["Channel"]!.Split('/', '@')[1], r.To, r["__SB_LANGS"]!)));
        Assert.Equal(
            [("duty-manager", DeliveryWay.Extension), ("duty-manager", DeliveryWay.Mobile), ("security", DeliveryWay.Extension)],
            _hotel.DeliveryAttempts().Select(a => (a.Person, a.Way)));
        Assert.All(_hotel.DeliveryAttempts(), a => Assert.Equal(DeliveryOutcome.NoAnswer, a.Outcome));
    }

    [Fact]
    public async Task When_all_were_tried_the_next_round_begins_ten_minutes_later_from_the_beginning()
    {
        await _hotel.MessageAsync("duty-manager");
        foreach (var _ in new[] { 1, 2, 3 }) await NobodyAnswersAsync();
        Assert.Equal((2, DeliveryState.Waiting), (Delivery.Round, Delivery.State));
        await _hotel.PassAsync(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        Assert.Equal(3, _hotel.Pbx.Rings.Count);
        await _hotel.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(("8001", 4), (_hotel.Pbx.Rings[^1].To, _hotel.Pbx.Rings.Count));
    }

    [Fact]
    public async Task What_the_office_was_told_has_arrived_hangs_up_what_rings_and_is_tried_no_more()
    {
        await _hotel.MessageAsync("duty-manager");
        await _hotel.AcknowledgeAsync(Delivery.Number, "1007");
        Assert.Equal([_hotel.Pbx.Rings[0].ChannelId], _hotel.Pbx.HungUp);
        await _hotel.PassAsync(TimeSpan.FromMinutes(30));

        Assert.Single(_hotel.Pbx.Rings);
        Assert.Equal((DeliveryState.Acknowledged, "desk/1007", "desk"), (Delivery.State, Delivery.EndedBy, Delivery.EndedHow));
        Assert.Equal(DeliveryOutcome.Cancelled, Assert.Single(_hotel.DeliveryAttempts()).Outcome);
        Assert.False(Assert.Single(_hotel.All<Message>()).IsOpen);
        Assert.Contains("was acknowledged by desk/1007", _hotel.One<Notice>(n => n.Kind == "delivery-acknowledged").Text,
            StringComparison.Ordinal);
        Assert.Contains(_hotel.Log, line => line is { Id: 4851 });
    }

    [Fact]
    public async Task Stopped_while_it_rings_it_is_hung_up_and_nobody_else_is_rung()
    {
        await _hotel.MessageAsync("duty-manager");
        await _hotel.StopAsync(Delivery.Number);
        Assert.Equal([_hotel.Pbx.Rings[0].ChannelId], _hotel.Pbx.HungUp);
        await _hotel.PassAsync(TimeSpan.FromMinutes(30));
        Assert.Single(_hotel.Pbx.Rings);
        Assert.Equal(DeliveryState.Stopped, Delivery.State);
        // Why is in somebody's own words: in the row, not in the log.
        Assert.DoesNotContain(_hotel.Log, line => line.Text.Contains("came in person", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Somebody_who_answers_and_presses_nothing_has_confirmed_nothing()
    {
        await _hotel.MessageAsync("duty-manager");
        await _hotel.Pbx.AnswersAsync(_hotel.Pbx.Rings[0]);
        await _hotel.PassAsync(TimeSpan.FromSeconds(20));
        await _hotel.Pbx.HearsAsync(_hotel.Pbx.Rings[0], TimeSpan.FromSeconds(20));
        Assert.Equal(DeliveryOutcome.NoKey, _hotel.DeliveryAttempts()[0].Outcome);
        Assert.Equal("13800000001", _hotel.Pbx.Rings[^1].To);
    }

    [Fact]
    public async Task Nobody_within_a_day_is_an_error_in_the_log_and_the_offices_again()
    {
        await _hotel.MessageAsync("duty-manager");
        foreach (var _ in new[] { 1, 2, 3 }) await NobodyAnswersAsync();
        await _hotel.PassAsync(TimeSpan.FromHours(24));
        Assert.Equal(DeliveryState.GivenUp, Delivery.State);
        Assert.Equal(3, _hotel.Pbx.Rings.Count);
        Assert.Contains("reached nobody after 3 attempts: nobody acknowledged it within 24 h",
            _hotel.One<Notice>(n => n.Kind == "delivery-given-up").Text, StringComparison.Ordinal);
        Assert.Contains(_hotel.Log, line => line is { Id: 4854, Level: LogEventLevel.Error });
    }

    [Fact]
    public async Task While_the_PBX_is_away_it_waits_and_no_attempt_is_used_up()
    {
        await _hotel.Pbx.LeaveAsync();
        await _hotel.MessageAsync("duty-manager");
        await _hotel.PassAsync(TimeSpan.FromMinutes(5));
        Assert.Equal((DeliveryState.Waiting, 0), (Delivery.State, Delivery.Attempts));
        await _hotel.Pbx.ReturnAsync();
        await _hotel.PassAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("8001", Assert.Single(_hotel.Pbx.Rings).To);
    }

    [Fact]
    public async Task What_was_sent_and_left_no_trace_is_unknown_and_the_next_way_waits_a_ring_time()
    {
        _hotel.Pbx.DiesAtNextRing = DiesAt.BeforeTheCallWasPlaced;
        await _hotel.MessageAsync("duty-manager");
        await _hotel.Pbx.ReturnAsync();
        Assert.Equal(DeliveryOutcome.Unknown, Assert.Single(_hotel.DeliveryAttempts()).Outcome);
        await _hotel.PassAsync(TimeSpan.FromSeconds(29));
        Assert.Single(_hotel.Pbx.Rings);
        await _hotel.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(["8001", "13800000001"], _hotel.Pbx.Rings.Select(r => r.To));
    }

    [Fact]
    public async Task What_an_earlier_life_had_sent_is_unknown_to_the_next_which_goes_on_with_the_next_way()
    {
        await _hotel.MessageAsync("duty-manager");
        await _hotel.RestartAsync();
        Assert.Equal((DeliveryOutcome.Unknown, "the worker was started anew"),
            (_hotel.DeliveryAttempts()[0].Outcome, _hotel.DeliveryAttempts()[0].Detail));
        await _hotel.PassAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(["8001", "13800000001"], _hotel.Pbx.Rings.Select(r => r.To));
    }

    [Fact]
    public async Task A_mobile_that_is_an_emergency_number_is_never_dialled_and_the_deputy_is()
    {
        await _hotel.DisposeAsync();
        _hotel = await SmallHotel.OpenAsync(("Outside:Emergency:0", "13800000001"));
        await _hotel.MessageAsync("duty-manager");
        await NobodyAnswersAsync();
        Assert.Equal(["8001", "8002"], _hotel.Pbx.Rings.Select(r => r.To));
        Assert.Equal((DeliveryOutcome.Failed, "the mobile is an emergency number"),
            (_hotel.DeliveryAttempts()[1].Outcome, _hotel.DeliveryAttempts()[1].Detail));
    }

    [Fact]
    public async Task A_line_that_is_busy_or_dead_is_told_apart_and_never_ends_the_chain()
    {
        await _hotel.MessageAsync("duty-manager");
        await _hotel.Pbx.EndsAsync(_hotel.Pbx.Rings[0], "BUSY", rang: false, cause: 17);
        await _hotel.Pbx.EndsAsync(_hotel.Pbx.Rings[1], "CHANUNAVAIL", rang: false, cause: 20);
        Assert.Equal([DeliveryOutcome.Busy, DeliveryOutcome.Unreachable, null], _hotel.DeliveryAttempts().Select(a => a.Outcome));
        Assert.Equal("8002", _hotel.Pbx.Rings[^1].To);
    }

    [Fact]
    public async Task Neither_what_is_delivered_nor_where_to_is_in_the_log()
    {
        await _hotel.MessageAsync("duty-manager", "the auditors come at nine");
        foreach (var _ in new[] { 1, 2, 3 }) await NobodyAnswersAsync();
        Assert.Contains(_hotel.Log, line => line is { Id: 4853 });
        Assert.DoesNotContain(_hotel.Log, line =>
            new[] { "auditors", "Ms Wu", "13800000001", "Li Ming" }.Any(secret => line.Text.Contains(secret, StringComparison.Ordinal)));
    }

    private async Task NobodyAnswersAsync()
    {
        await _hotel.PassAsync(TimeSpan.FromSeconds(30));
        await _hotel.Pbx.EndsAsync(_hotel.Pbx.Rings[^1]);
    }
}
