using CsCheck;
using NodaTime;
using Switchboard.Features.Calls;

namespace Switchboard.Tests.Calls;

/// <summary>Rows made from what a real Asterisk told of real calls.</summary>
public class CallBuilderTests
{
    private const string Answered = "1795644511.144";
    private const string GivenUp = "1795644512.146";
    private const string Busy = "1795644513.148";
    private const string Blind = "1795644513.150";
    private const string Attended = "1795644521.153";
    private const string Consulted = "1795644522.155";
    private const string Returned = "1795690224.4";
    private const string Referred = "1795690306.4";
    private const string Asked = "1795691014.4";
    private const string Confirmed = "wakeup-01a214b5efff71ccb3c786a89a7410d0-1";
    private const string Silent = "wakeup-01a214b5f85f739b85bb0082ca8b825a-1";

    public static TheoryData<string, string> All => new()
    {
        { "answered", Answered }, { "given-up", GivenUp }, { "busy", Busy }, { "blind", Blind }, { "attended", Attended }, { "attended", Consulted },
        { "desk-returned", Returned }, { "refer-blind", Referred }, { "feature-attended", Asked },
        { "wakeup-confirmed", Confirmed }, { "wakeup-silent", Silent },
        { "wakeup-busy", "wakeup-01a214b5fa0d771895bf4b64bb7f5083-1" }, { "wakeup-declined", "wakeup-01a214b5fb8e7dab9981231101045b0d-1" },
        { "wakeup-unplugged", "wakeup-01a214b5fce770fea86a949394e5e29f-1" }, { "wakeup-twins", "wakeup-01a214b5ff77770c85e30818f1ca4d5d-1" },
    };

    [Fact]
    public void A_call_from_room_to_room_says_who_whom_when_and_why_it_ended()
    {
        var call = Recording.Of("answered").Made(Answered)!;
        Assert.Equal((CallDirection.Internal, CallState.Answered, 16, "normal clearing"), (call.Direction, call.State, call.Cause!.Value, call.CauseText));
        Assert.Equal(("1101", "PJSIP/1101", "1101", "2101"), (call.CallerNumber, call.CallerPhone, call.CallerRoom, call.Dialled));
        Assert.Equal(["2101"], call.RoomsCalled);
        Assert.True(call.StartedAt < call.RingingAt && call.RingingAt < call.AnsweredAt && call.AnsweredAt < call.EndedAt);
        Assert.InRange((call.EndedAt - call.AnsweredAt)!.Value.TotalSeconds, 0.75, 0.95); // it was to last 0.8 s
        Assert.Equal([("PJSIP/1101", "1101", true), ("PJSIP/2101", "2101", false)], call.Legs.Select(l => (l.Phone, l.Room, l.Began)));
        Assert.Equal(call.AnsweredAt, call.Legs[1].AnsweredAt);
        Assert.Empty(call.Transfers);
        Assert.Null(call.ContinuedIn);
    }

    [Fact]
    public void A_caller_who_hangs_up_while_it_rings_has_cancelled()
    {
        var call = Recording.Of("given-up").Made(GivenUp)!;
        Assert.Equal(CallState.Cancelled, call.State);
        Assert.NotNull(call.RingingAt);
        Assert.Null(call.AnsweredAt);
        Assert.NotNull(call.EndedAt);
    }

    [Fact]
    public void A_busy_room_is_busy_and_did_not_ring()
    {
        var call = Recording.Of("busy").Made(Busy)!;
        Assert.Equal((CallState.Busy, 17, null), (call.State, call.Cause, call.RingingAt));
    }

    [Fact]
    public void A_blind_transfer_stays_one_call_with_three_legs()
    {
        var call = Recording.Of("blind").Made(Blind)!;
        var transfer = Assert.Single(call.Transfers);
        Assert.Equal(("blind", "PJSIP/1101", "PJSIP/2101", "3101", null), (transfer.Kind, transfer.By, transfer.Whom, transfer.To, transfer.OtherCall));
        Assert.Equal(["PJSIP/1101", "PJSIP/2101", "PJSIP/3101"], call.Legs.Select(l => l.Phone));
        Assert.Equal(["2101", "3101"], call.RoomsCalled);
        Assert.True(call.Legs[0].EndedAt < call.Legs[2].AnsweredAt, "who put them through is gone");
        Assert.Equal(call.Legs.Max(l => l.EndedAt), call.EndedAt);
    }

    [Fact]
    public void An_attended_transfer_brings_the_asked_one_into_the_first_call_and_the_second_call_says_so()
    {
        var events = Recording.Of("attended");
        var (first, second) = (events.Made(Attended)!, events.Made(Consulted)!);
        var transfer = Assert.Single(first.Transfers);
        Assert.Equal(("attended", "PJSIP/1101", "PJSIP/2101", "PJSIP/3101", Consulted), (transfer.Kind, transfer.By, transfer.Whom, transfer.To, transfer.OtherCall));
        Assert.Equal([("PJSIP/1101", null), ("PJSIP/2101", null), ("PJSIP/3101", Consulted)], first.Legs.Select(l => (l.Phone, l.CameFrom)));
        Assert.Null(first.ContinuedIn);
        // A leg is in one call only.
        Assert.Equal(["PJSIP/1101"], second.Legs.Select(l => l.Phone));
        Assert.Equal((Attended, CallState.Answered), (second.ContinuedIn, second.State));
        Assert.Equal(["3101"], second.RoomsCalled);
        Assert.True(second.EndedAt < first.EndedAt);
        Assert.Empty(second.Transfers);
    }

    [Fact]
    public void Put_through_by_an_operators_REFER_it_says_who_took_it_how_long_it_rang_and_who_answered_then()
    {
        var call = Recording.Of("refer-blind").Made(Referred)!;
        var transfer = Assert.Single(call.Transfers);
        Assert.Equal(("blind", "PJSIP/0004", "PJSIP/6274", "2174", "room"), (transfer.Kind, transfer.By, transfer.Whom, transfer.To, transfer.ToKind));
        Assert.Equal((TransferOutcome.Answered, "PJSIP/2174", null), (transfer.Outcome, transfer.AnsweredBy, transfer.Staff));
        Assert.InRange(transfer.RangFor!.Value.TotalSeconds, 0.2, 0.5); // it was to ring 0.3 s
        Assert.InRange((call.EndedAt - transfer.EndedAt)!.Value.TotalSeconds, 0, 0.1);
        var offer = Assert.Single(call.OperatorCalls);
        Assert.Equal((OperatorCallOutcome.Taken, "internal", "6274", "PJSIP/0004"), (offer.Outcome, offer.Kind, offer.Room, offer.AnsweredBy));
        Assert.True(call.StartedAt < offer.OfferedAt && offer.OfferedAt < offer.RingingAt && offer.RingingAt < offer.AnsweredAt);
    }

    [Fact]
    public void Who_asks_by_feature_code_first_makes_one_transfer_to_the_phone_that_he_asked()
    {
        var transfer = Assert.Single(Recording.Of("feature-attended").Made(Asked)!.Transfers);
        Assert.Equal(("attended", "PJSIP/0001", "PJSIP/2176", "PJSIP/3176", "room"), (transfer.Kind, transfer.By, transfer.Whom, transfer.To, transfer.ToKind));
        Assert.Equal((TransferOutcome.Answered, "PJSIP/3176"), (transfer.Outcome, transfer.AnsweredBy));
    }

    [Fact]
    public void Put_through_from_the_desk_to_a_room_that_does_not_answer_it_is_offered_to_the_operators_again()
    {
        var call = Recording.Of("desk-returned").Made(Returned)!;
        var transfer = Assert.Single(call.Transfers);
        Assert.Equal(("blind", "PJSIP/0001", "5173", "1007"), (transfer.Kind, transfer.By, transfer.To, transfer.Staff));
        Assert.Equal((TransferOutcome.NoAnswer, AfterTransfer.Operators, null), (transfer.Outcome, transfer.Then, transfer.AnsweredBy));
        Assert.InRange(transfer.RangFor!.Value.TotalSeconds, 29.5, 30.5);
        Assert.Equal(["internal Taken PJSIP/0001", "returned Taken PJSIP/0001"], call.OperatorCalls.Select(o => $"{o.Kind} {o.Outcome} {o.AnsweredBy}"));
    }

    [Fact]
    public void A_wake_up_is_a_service_whose_only_leg_is_the_guests_phone()
    {
        var call = Recording.Of("wakeup-confirmed").Made(Confirmed)!;
        Assert.Equal((CallDirection.Service, CallState.Answered), (call.Direction, call.State));
        Assert.Equal((null, null, null), (call.CallerNumber, call.CallerRoom, call.Dialled));
        Assert.Equal(["1101"], call.RoomsCalled);
        Assert.Equal("PJSIP/1101", Assert.Single(call.Legs).Phone);
        Assert.NotNull(call.RingingAt);
    }

    [Theory]
    [InlineData("wakeup-silent", Silent, "NoAnswer", 19, true)]
    [InlineData("wakeup-busy", "wakeup-01a214b5fa0d771895bf4b64bb7f5083-1", "Busy", 17, false)]
    [InlineData("wakeup-declined", "wakeup-01a214b5fb8e7dab9981231101045b0d-1", "Declined", 21, true)]
    [InlineData("wakeup-unplugged", "wakeup-01a214b5fce770fea86a949394e5e29f-1", "Failed", 20, false)]
    public void A_wake_up_that_nobody_answered_says_why(string recording, string id, string state, int cause, bool rang)
    {
        var call = Recording.Of(recording).Made(id)!;
        Assert.Equal((state, cause, rang), (call.State.ToString(), call.Cause!.Value, call.RingingAt is not null));
        Assert.Null(call.AnsweredAt);
        Assert.NotNull(call.EndedAt);
    }

    [Fact]
    public void Of_two_phones_of_a_room_one_answers_and_the_other_stops()
    {
        var call = Recording.Of("wakeup-twins").Made("wakeup-01a214b5ff77770c85e30818f1ca4d5d-1")!;
        Assert.Equal(["8101"], call.RoomsCalled);
        Assert.Equal([("PJSIP/8101", null, 26), ("PJSIP/8101b", call.AnsweredAt, 16)], call.Legs.Select(l => (l.Phone, l.AnsweredAt, l.Cause!.Value)));
    }

    [Fact]
    public void What_the_PBX_does_by_itself_is_no_call() => Assert.Null(Recording.Of("proof-deleted").Made("1795643845.104"));

    [Theory]
    [MemberData(nameof(All))]
    public void From_the_PBXs_own_file_alone_it_is_the_same_call_without_the_ringing(string recording, string id)
    {
        var events = Recording.Of(recording);
        var fromFile = events.CelOnly().Made(id);
        Assert.Equal(events.Made(id).Rough(), fromFile.Rough());
        Assert.Null(fromFile!.RingingAt);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void What_was_heard_and_read_again_later_counts_once(string recording, string id)
    {
        var events = Recording.Of(recording);
        Assert.Equal(events.Made(id).Row(), events.Concat(events.CelOnly()).Made(id).Row());
        Assert.Equal(events.Made(id).Row(), events.Concat(events.Select(e => e with { Id = e.Id + 5_000_000 })).Made(id).Row());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_order_in_which_events_are_read_does_not_matter(string recording, string id)
    {
        var events = Recording.Of(recording);
        var row = events.Made(id).Row();
        Gen.Shuffle(events.ToArray()).Sample(shuffled => shuffled.Made(id).Row() == row, iter: 50);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Whatever_part_was_heard_over_AMI_the_rest_from_the_file_makes_it_whole(string recording, string id)
    {
        // The link is cut at any moment and the rest is read from the PBX's file: state, cause and legs are those of the whole.
        var events = Recording.Of(recording);
        var whole = events.Made(id)!;
        Gen.Int[0, events.Count].Sample(cut =>
        {
            var call = events.Take(cut).Concat(events.CelOnly()).Made(id)!;
            return (call.State, call.Cause, call.ContinuedIn) == (whole.State, whole.Cause, whole.ContinuedIn)
                // (two phones that are dialled at once may change places)
                && call.Legs.Select(l => (l.UniqueId, l.Room)).Order().SequenceEqual(whole.Legs.Select(l => (l.UniqueId, l.Room)).Order())
                && call.Transfers.Count == whole.Transfers.Count;
        }, iter: 100);
    }

    [Fact]
    public void While_it_goes_on_it_is_open_and_a_restart_of_the_PBX_ends_it()
    {
        var events = Recording.Of("answered");
        var begun = events.TakeWhile(e => e.Name != "BridgeLeave").ToList();
        var open = begun.Made(Answered)!;
        Assert.Equal((CallState.Open, null, null), (open.State, open.EndedAt, open.Cause));
        Assert.NotNull(open.AnsweredAt);
        Assert.Equal(CallState.Open, begun.Made(Answered, open.StartedAt - Duration.FromSeconds(1))!.State);
        var ended = begun.Made(Answered, open.StartedAt + Duration.FromMinutes(1))!;
        Assert.Equal((CallState.Answered, begun[^1].At), (ended.State, ended.EndedAt));
        Assert.All(ended.Legs, leg => Assert.NotNull(leg.EndedAt));
    }

    [Fact]
    public void Where_the_hangups_are_missing_the_end_of_the_linkedid_ends_it()
    {
        var events = Recording.Of("answered");
        var call = events.Where(e => e.Name != "Hangup" && e.Cel is not ("HANGUP" or "CHAN_END")).Made(Answered)!;
        Assert.Equal((CallState.Answered, events.Single(e => e.Cel == "LINKEDID_END").At), (call.State, call.EndedAt));
    }

    [Theory]
    [InlineData("PJSIP/trunk", "PJSIP/1101", CallDirection.Incoming)]
    [InlineData("PJSIP/1101", "DAHDI/i1/13800138000", CallDirection.Outgoing)]
    [InlineData("PJSIP/1000", "PJSIP/1101", CallDirection.Internal)]
    public void Lines_to_the_outside_make_the_direction(string from, string to, CallDirection direction)
    {
        List<CallEvent> events =
        [
            New(1, "100000001.1", from, new() { ["ChannelState"] = "4", ["Exten"] = "1101", ["CallerIDNum"] = "13800138000" }),
            New(2, "100000001.2", to, new() { ["ChannelState"] = "0", ["Exten"] = "s" }),
        ];
        Assert.Equal(direction, events.Made("100000001.1")!.Direction);

        CallEvent New(long id, string unique, string phone, Dictionary<string, string> headers) => new(
            id, Instant.FromUnixTimeSeconds(100000001) + Duration.FromMilliseconds(id), "Newchannel", unique, "100000001.1", $"{phone}-0000000{id}",
            phone == "PJSIP/1101" ? "1101" : null, headers);
    }

    [Fact]
    public void A_trunk_may_be_named()
    {
        var events = Recording.Of("answered").Select(e => e with { Room = e.Room == "2101" ? null : e.Room });
        Assert.Equal(CallDirection.Outgoing, new CallBuilder("main", ["PJSIP/21"]).Build(Answered, events)!.Direction);
    }
}
