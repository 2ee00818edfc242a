using NodaTime;
using Switchboard.Features.Calls;

namespace Switchboard.Tests.Calls;

/// <summary>What came of transfers, from events made up to be as the dialplan tells them; those of real calls stand in <see cref="CallBuilderTests"/>.</summary>
public class TransferStoryTests
{
    private const string Id = "100000001.1";
    private const string Caller = "PJSIP/trunk-00000001";
    private static readonly Instant Start = Instant.FromUnixTimeSeconds(100000001);
    private readonly List<CallEvent> _events = [];

    private void Event(double at, string name, string channel, string unique, params (string Key, string Value)[] headers) => _events.Add(new(
        _events.Count, Start + Duration.FromSeconds(at), name, unique, Id, channel, null, headers.ToDictionary(h => h.Key, h => h.Value)));

    // As the dialplan tells it: by a user event and by one of the call file.
    private void Report(double at, string name, params (string Key, string Value)[] fields) => ReportOf(Caller, Id, at, name, fields);

    private void ReportOf(string channel, string unique, double at, string name, params (string Key, string Value)[] fields)
    {
        var ms = ((long)((100000001 + at) * 1000)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var known = Switchboard.Pbx.RecoveredReports.Types.Single(t => t.Value.Name == name);
        var all = fields.Append(("At", ms)).Append(("Call", Id)).ToDictionary(f => f.Item1, f => f.Item2);
        Event(at, "UserEvent", channel, unique, [.. all.Select(f => (f.Key, f.Value)), ("UserEvent", name)]);
        var extra = string.Join(':', known.Value.Fields.Select(f => all.GetValueOrDefault(f, "")));
        Event(at + 0.0001, "CEL", channel, unique, ("EventName", known.Key), ("Extra", $$"""{"extra":"{{extra}}"}"""));
    }

    private void Begins() => Event(0, "Newchannel", Caller, Id, ("ChannelState", "4"), ("Exten", "0"), ("CallerIDNum", "13800138000"));

    private void Ends(double at) => Event(at, "Hangup", Caller, Id, ("Cause", "16"));

    private void Leg(string phone, int number, double from, double? answered, double until)
    {
        var (channel, unique) = ($"{phone}-0000000{number}", $"100000001.{number}");
        Event(from, "Newchannel", channel, unique, ("ChannelState", "0"));
        Event(from + 0.1, "Newstate", channel, unique, ("ChannelState", "5"));
        if (answered is { } at) Event(at, "Newstate", channel, unique, ("ChannelState", "6"));
        Event(until, "Hangup", channel, unique, ("Cause", answered is null ? "19" : "16"));
    }

    private Call Made()
    {
        var call = _events.Made(Id)!;
        // From the call file alone it is told by the same reports.
        var shuffled = _events.Select(e => e with { Id = 1000 - e.Id }).Concat(_events).Made(Id)!;
        Assert.Equal(call.Row(), shuffled.Row());
        return call;
    }

    private void OperatorTakes(double at)
    {
        Report(at, "SwitchboardOffered", ("Kind", "incoming"));
        Leg("PJSIP/0001", 2, at + 0.1, at + 4, at + 10);
        Report(at + 4, "SwitchboardTaken", ("Phone", "PJSIP/0001"));
    }

    private void BlindTo(double at, string to) => Event(at, "BlindTransfer", "PJSIP/0001-00000002", "100000001.2", ("Result", "Success"), ("TransfererChannel", "PJSIP/0001-00000002"),
        ("TransfereeChannel", Caller), ("Extension", to));

    [Fact]
    public void An_operator_takes_a_call_and_puts_it_through_to_a_room_that_answers()
    {
        Begins();
        OperatorTakes(1);
        BlindTo(11, "2101");
        Report(11.01, "SwitchboardTransferred", ("To", "2101"), ("Kind", "room"), ("By", "PJSIP/0001"));
        Leg("PJSIP/2101", 3, 11.1, 15.2, 30);
        Ends(30.1);
        var call = Made();
        var transfer = Assert.Single(call.Transfers);
        Assert.Equal(("blind", "PJSIP/0001", "PJSIP/trunk", "2101", "room"), (transfer.Kind, transfer.By, transfer.Whom, transfer.To, transfer.ToKind));
        Assert.Equal((TransferOutcome.Answered, "PJSIP/2101", 4.0), (transfer.Outcome, transfer.AnsweredBy, transfer.RangFor!.Value.TotalSeconds));
        Assert.Equal(Start + Duration.FromSeconds(30), transfer.EndedAt);
        var offer = Assert.Single(call.OperatorCalls);
        Assert.Equal((OperatorCallOutcome.Taken, "PJSIP/0001", "incoming", 4.0), (offer.Outcome, offer.AnsweredBy, offer.Kind, (offer.AnsweredAt - offer.OfferedAt)!.Value.TotalSeconds));
    }

    [Fact]
    public void Nobody_answers_and_the_call_is_back_at_the_operators_as_a_second_operator_call()
    {
        Begins();
        OperatorTakes(1);
        BlindTo(11, "5101");
        Report(11.01, "SwitchboardTransferred", ("To", "5101"), ("Kind", "room"), ("By", "PJSIP/0001"));
        Leg("PJSIP/5101", 3, 11.1, null, 41.1);
        Report(50, "SwitchboardUnanswered", ("Dest", "5101"), ("Kind", "room"), ("Why", "noanswer"), ("Choice", "0"));
        Report(50.1, "SwitchboardReturned", ("Dest", "5101"), ("Kind", "room"), ("Why", "noanswer"), ("By", "PJSIP/0001"));
        Report(50.2, "SwitchboardOffered", ("Kind", "returned"));
        Leg("PJSIP/0001", 4, 50.3, 52, 60);
        Report(52, "SwitchboardTaken", ("Phone", "PJSIP/0001"));
        Ends(60);
        var call = Made();
        var transfer = Assert.Single(call.Transfers);
        Assert.Equal((TransferOutcome.NoAnswer, AfterTransfer.Operators, null), (transfer.Outcome, transfer.Then, transfer.AnsweredBy));
        Assert.InRange(transfer.RangFor!.Value.TotalSeconds, 29.8, 30);
        Assert.Equal(["incoming Taken", "returned Taken"], call.OperatorCalls.Select(o => $"{o.Kind} {o.Outcome}"));
    }

    [Theory]
    [InlineData("busy", "1", true, TransferOutcome.Busy, AfterTransfer.Message)]
    [InlineData("unreachable", "none", false, TransferOutcome.Unreachable, AfterTransfer.Operators)]
    [InlineData("closed", "hangup", false, TransferOutcome.Closed, AfterTransfer.HungUp)]
    public void Why_and_what_then_is_what_the_dialplan_says(string why, string choice, bool message, TransferOutcome outcome, AfterTransfer then)
    {
        Begins();
        OperatorTakes(1);
        BlindTo(11, "8001");
        Report(11.01, "SwitchboardTransferred", ("To", "8001"), ("Kind", "house"), ("By", "PJSIP/0001"));
        Report(15, "SwitchboardUnanswered", ("Dest", "8001"), ("Kind", "house"), ("Why", why), ("Choice", choice));
        if (message) Report(25, "SwitchboardMessage", ("Id", "1-1"), ("State", "done"), ("Kind", "house"), ("Dest", "8001"), ("Seconds", "4"));
        Ends(26);
        var transfer = Assert.Single(Made().Transfers);
        Assert.Equal((outcome, then), (transfer.Outcome, transfer.Then!.Value));
    }

    [Fact]
    public void A_locked_room_and_an_unknown_destination_are_told_apart()
    {
        Begins();
        OperatorTakes(1);
        BlindTo(11, "2101");
        Report(11.01, "SwitchboardTransferred", ("To", "2101"), ("Kind", "room"), ("By", "PJSIP/0001"));
        Report(15, "SwitchboardLocked", ("Room", "2101"), ("Choice", "0"));
        Report(15.1, "SwitchboardReturned", ("Dest", "2101"), ("Kind", "room"), ("Why", "locked"));
        Report(20, "SwitchboardTransferred", ("To", "77777"), ("Kind", "unknown"), ("Staff", "1007"), ("Request", "ab"));
        Report(21, "SwitchboardReturned", ("Dest", "77777"), ("Kind", "unknown"), ("Why", "unknown"));
        Ends(30);
        Assert.Equal(["blind Locked Operators ", "redirect Unknown Operators 1007"], Made().Transfers.Select(t => $"{t.Kind} {t.Outcome} {t.Then} {t.Staff}"));
    }

    [Fact]
    public void Put_through_from_the_desk_while_it_waits_it_was_not_taken_and_a_later_transfer_at_a_phone_is_not_the_desks()
    {
        Begins();
        Report(1, "SwitchboardOffered", ("Kind", "incoming"));
        Leg("PJSIP/0001", 2, 1.1, null, 5);
        Report(5, "SwitchboardTransferred", ("To", "2101"), ("Kind", "room"), ("Staff", "1007"), ("Request", "ab"));
        Leg("PJSIP/2101", 3, 5.1, 8, 20);
        // The request still stands in the channel's variables.
        BlindTo(20, "2102");
        Report(20.01, "SwitchboardTransferred", ("To", "2102"), ("Kind", "room"), ("By", "PJSIP/2101"), ("Staff", "1007"), ("Request", "ab"));
        Ends(25);
        var call = Made();
        Assert.Equal(["redirect 2101 1007 Answered", "blind 2102  GivenUp"], call.Transfers.Select(t => $"{t.Kind} {t.To} {t.Staff} {t.Outcome}"));
        Assert.Equal((OperatorCallOutcome.PutThrough, null), (call.OperatorCalls[0].Outcome, call.OperatorCalls[0].AnsweredAt));
    }

    [Fact]
    public void Who_gives_up_while_the_leader_rings_has_given_up_one_operator_call()
    {
        Begins();
        Report(1, "SwitchboardOffered", ("Kind", "internal"), ("Room", "1101"));
        Report(61, "SwitchboardOffered", ("Kind", "step"), ("Room", "1101"));
        Ends(70);
        var offer = Assert.Single(Made().OperatorCalls);
        Assert.Equal((OperatorCallOutcome.GivenUp, 1, "1101", 69.0), (offer.Outcome, offer.Steps, offer.Room, (offer.EndedAt - offer.OfferedAt)!.Value.TotalSeconds));
    }

    [Fact]
    public void Who_asks_by_feature_code_first_makes_no_transfer_of_its_own()
    {
        Begins();
        OperatorTakes(1);
        var ms = 100000001000L + 11000;
        Event(11, "UserEvent", "Local/2101@switchboard-transfer-00000001;2", "100000001.5", ("UserEvent", "SwitchboardTransferred"), ("To", "2101"), ("Kind", "room"), ("By", "PJSIP/0001"),
            ("At", $"{ms}"), ("Call", Id));
        Leg("PJSIP/2101", 3, 11.1, 13, 40);
        Event(15, "AttendedTransfer", "PJSIP/0001-00000002", "100000001.2", ("Result", "Success"), ("OrigTransfererChannel", "PJSIP/0001-00000002"), ("TransfereeChannel", Caller),
            ("TransferTargetChannel", "Local/2101@switchboard-transfer-00000001;1"));
        Ends(40);
        var transfer = Assert.Single(Made().Transfers);
        Assert.Equal(("attended", "PJSIP/0001", "PJSIP/2101", TransferOutcome.Answered), (transfer.Kind, transfer.By, transfer.To, transfer.Outcome));
    }

    // Under load the PBX tells of the transfer when the dialplan is long on its way.
    [Theory]
    [InlineData(-0.1)]
    [InlineData(0.05)]
    [InlineData(1)]
    public void A_transfer_is_one_and_begins_with_the_first_word_of_it_whoever_of_AMI_and_the_dialplan_speaks_first(double late)
    {
        Begins();
        OperatorTakes(1);
        Report(11, "SwitchboardTransferred", ("To", "2101"), ("Kind", "room"), ("By", "PJSIP/0001"));
        BlindTo(11 + late, "2101");
        Leg("PJSIP/2101", 3, 11.02, 15, 30);
        Ends(30);
        var call = Made();
        var transfer = Assert.Single(call.Transfers);
        Assert.Equal(("blind", "room", TransferOutcome.Answered, "PJSIP/2101"), (transfer.Kind, transfer.ToKind, transfer.Outcome!.Value, transfer.AnsweredBy));
        Assert.Equal(Start + Duration.FromSeconds(11 + Math.Min(0, late)), transfer.At);
        Assert.Equal(OperatorCallOutcome.Taken, Assert.Single(call.OperatorCalls).Outcome);
    }

    [Theory]
    [InlineData(0.05)]
    [InlineData(1)]
    public void A_call_put_through_to_the_operators_and_taken_there_counts_as_taken_however_late_AMI_tells_of_the_transfer(double late)
    {
        Begins();
        Leg("PJSIP/0001", 2, 0.1, 2, 11);
        Report(11, "SwitchboardTransferred", ("To", "0"), ("Kind", "operators"), ("By", "PJSIP/0001"));
        Report(11.01, "SwitchboardOffered", ("Kind", "incoming"));
        BlindTo(11 + late, "0");
        Leg("PJSIP/0002", 3, 11.1, 13, 30);
        Report(13, "SwitchboardTaken", ("Phone", "PJSIP/0002"));
        Ends(30);
        var call = Made();
        Assert.Equal(["blind operators Answered"], call.Transfers.Select(t => $"{t.Kind} {t.ToKind} {t.Outcome}"));
        Assert.Equal(["incoming Taken PJSIP/0002"], call.OperatorCalls.Select(o => $"{o.Kind} {o.Outcome} {o.AnsweredBy}"));
    }

    [Fact]
    public void A_call_put_through_to_the_operators_counts_as_taken_also_where_the_dialplans_word_of_the_transfer_is_lost()
    {
        Begins();
        Leg("PJSIP/0001", 2, 0.1, 2, 11);
        Report(11.01, "SwitchboardOffered", ("Kind", "incoming"));
        BlindTo(11.2, "0");
        Leg("PJSIP/0002", 3, 11.3, 13, 30);
        Report(13, "SwitchboardTaken", ("Phone", "PJSIP/0002"));
        Ends(30);
        Assert.Equal(["incoming Taken PJSIP/0002"], Made().OperatorCalls.Select(o => $"{o.Kind} {o.Outcome} {o.AnsweredBy}"));
    }

    [Fact]
    public void A_redirect_from_the_desk_and_a_transfer_at_the_phone_right_after_it_are_two()
    {
        Begins();
        Report(5, "SwitchboardTransferred", ("To", "2101"), ("Kind", "room"), ("Staff", "1007"), ("Request", "ab"));
        Leg("PJSIP/2101", 2, 5.1, 6, 7);
        BlindTo(7, "2102");
        Report(7.01, "SwitchboardTransferred", ("To", "2102"), ("Kind", "room"), ("By", "PJSIP/2101"));
        Leg("PJSIP/2102", 3, 7.1, 9, 20);
        Ends(20);
        Assert.Equal(["redirect 2101 1007", "blind 2102 "], Made().Transfers.Select(t => $"{t.Kind} {t.To} {t.Staff}"));
    }

    [Theory]
    [InlineData("empty", true, AfterTransfer.Operators)]
    [InlineData("failed", true, AfterTransfer.Operators)]
    [InlineData("empty", false, AfterTransfer.HungUp)]
    [InlineData("failed", false, AfterTransfer.HungUp)]
    [InlineData(null, false, AfterTransfer.HungUp)] // hung up before the tone
    [InlineData("done", false, AfterTransfer.Message)]
    public void A_message_was_left_only_where_one_is_there(string? state, bool returned, AfterTransfer then)
    {
        Begins();
        OperatorTakes(1);
        BlindTo(11, "8001");
        Report(11.01, "SwitchboardTransferred", ("To", "8001"), ("Kind", "house"), ("By", "PJSIP/0001"));
        Report(15, "SwitchboardUnanswered", ("Dest", "8001"), ("Kind", "house"), ("Why", "noanswer"), ("Choice", "1"));
        if (state is not null) Report(25, "SwitchboardMessage", ("Id", "1-1"), ("State", state), ("Kind", "house"), ("Dest", "8001"), ("Seconds", "0"));
        if (returned) Report(26, "SwitchboardReturned", ("Dest", "8001"), ("Kind", "house"), ("Why", "noanswer"));
        Ends(40);
        Assert.Equal((TransferOutcome.NoAnswer, then), (Made().Transfers[0].Outcome!.Value, Made().Transfers[0].Then!.Value));
    }

    [Fact]
    public void While_a_caller_still_chooses_or_speaks_nothing_is_said_of_what_he_did_then()
    {
        Begins();
        OperatorTakes(1);
        BlindTo(11, "8001");
        Report(11.01, "SwitchboardTransferred", ("To", "8001"), ("Kind", "house"), ("By", "PJSIP/0001"));
        Report(15, "SwitchboardUnanswered", ("Dest", "8001"), ("Kind", "house"), ("Why", "noanswer"), ("Choice", "1"));
        Assert.Null(Made().Transfers[0].Then);
    }

    [Fact]
    public void What_becomes_of_a_consultation_is_neither_an_operator_call_nor_the_end_of_the_transfer_before_it()
    {
        const string asks = "Local/2102@switchboard-transfer-00000001;2";
        Begins();
        OperatorTakes(1);
        BlindTo(11, "2101");
        Report(11.01, "SwitchboardTransferred", ("To", "2101"), ("Kind", "room"), ("By", "PJSIP/0001"));
        Leg("PJSIP/2101", 3, 11.1, 15, 60);
        ReportOf(asks, "100000001.5", 20, "SwitchboardTransferred", ("To", "2102"), ("Kind", "room"), ("By", "PJSIP/2101"));
        ReportOf(asks, "100000001.5", 40, "SwitchboardUnanswered", ("Dest", "2102"), ("Kind", "room"), ("Why", "busy"), ("Choice", "0"));
        ReportOf(asks, "100000001.5", 41, "SwitchboardReturned", ("Dest", "2102"), ("Kind", "room"), ("Why", "busy"));
        ReportOf(asks, "100000001.5", 42, "SwitchboardOffered", ("Kind", "returned"));
        Ends(60);
        var call = Made();
        Assert.Equal(["blind 2101 Answered"], call.Transfers.Select(t => $"{t.Kind} {t.To} {t.Outcome}"));
        Assert.Equal(["incoming Taken"], call.OperatorCalls.Select(o => $"{o.Kind} {o.Outcome}"));
    }
}
