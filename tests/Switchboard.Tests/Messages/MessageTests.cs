using NodaTime;
using Switchboard.Features.Messages;
using Switchboard.Web;

namespace Switchboard.Tests.Messages;

/// <summary>A message's life: which step may follow which, and what is left of it.</summary>
public class MessageTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 11, 26, 4, 0);

    private static Message Text() => Message.Written("main", new("1203", null, null), new("Mr Li", "13800138000"), "Please call", "en", "desk/1007", Now);

    private static Message Sound() => Message.Recorded(Guid.NewGuid(), "main", new("1203", null, null), new(null, "13800138000"), new("1764137000123-1764137000-12.wav", 12, "ab"), null, Now);

    [Fact]
    public void It_waits_with_the_lamp_lit_until_it_was_heard_and_what_was_heard_is_kept()
    {
        var message = Sound();
        Assert.True(message is { State: MessageState.Waiting, LightsLamp: true, IsOpen: true });
        Assert.True(message.Hear(Now + Duration.FromMinutes(1)));
        Assert.True(message is { State: MessageState.Heard, LightsLamp: false, IsOpen: true });
        Assert.False(message.Hear(Now + Duration.FromMinutes(2)));
        Assert.Equal(Now + Duration.FromMinutes(1), message.HeardAt);
        Assert.Null(message.RecordingRemovedAt);
    }

    [Fact]
    public void Deleted_its_recording_is_nobodys_and_otherwise_ended_it_is_kept()
    {
        var (deleted, delivered) = (Sound(), Sound());
        deleted.Delete("deleted by the guest", "*98", Now);
        delivered.Deliver("desk/1007", Now);
        Assert.Equal((Now, MessageState.Deleted), (deleted.RecordingRemovedAt, deleted.State));
        Assert.Equal((null, MessageState.Delivered, "delivered"), (delivered.RecordingRemovedAt, delivered.State, delivered.EndReason));
    }

    [Fact]
    public void Deleted_it_says_nothing_any_more_nor_who_said_it_and_otherwise_ended_it_does()
    {
        var (deleted, closed) = (Text(), Text());
        deleted.Delete("not collected before check-out", "switchboard", Now);
        closed.Close("closed", "desk/1007", Now);
        Assert.Equal((null, null), (deleted.Text, deleted.CallerName));
        Assert.Equal(("Please call", "Mr Li"), (closed.Text, closed.CallerName));
    }

    public static TheoryData<string, Action<Message>> Ends => new()
    {
        { "delivered", m => m.Deliver("desk", Now) },
        { "no longer wanted", m => m.Close("no longer wanted", "desk", Now) },
        { "handed over", m => m.HandOver("the agency", "desk", Now) },
        { "deleted", m => m.Delete("deleted", "desk", Now) },
    };

    [Theory]
    [MemberData(nameof(Ends), DisableDiscoveryEnumeration = true)]
    public void What_has_ended_takes_no_further_step_and_says_how_and_by_whom_it_ended(string reason, Action<Message> end)
    {
        foreach (var heard in (bool[])[false, true])
        {
            var message = Text();
            if (heard) message.Hear(Now);
            end(message);
            Assert.Equal((Now, "desk", reason), (message.EndedAt, message.EndedBy, message.EndReason));
            foreach (Action<Message> step in (Action<Message>[])[m => m.Hear(Now), m => m.MoveTo("1204", Guid.NewGuid()), m => m.GuestLeft(Now), .. Ends.Select(e => e.Data.Item2)])
                Assert.Contains($"has ended already: {reason}, by desk", Assert.Throws<ConflictException>(() => step(message)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void When_its_guest_has_left_the_lamp_is_out_and_staff_may_still_hand_it_over()
    {
        var message = Text();
        message.GuestLeft(Now);
        message.GuestLeft(Now + Duration.FromHours(1));
        Assert.True(message is { LightsLamp: false, IsOpen: true });
        Assert.Equal(Now, message.LeftAt);
        message.HandOver("the agency", "desk", Now);
        Assert.Equal(("the agency", "handed over"), (message.HandedTo, message.EndStep));
        var closed = Text();
        closed.Close("Mrs Li told him", "desk", Now);
        Assert.Equal(("Mrs Li told him", "closed"), (closed.EndReason, closed.EndStep));
    }

    [Fact]
    public void One_that_belongs_to_no_stay_is_closed_when_nobody_has_asked_for_it_for_a_month_and_a_guests_waits_until_check_out()
    {
        var options = new MessageOptions();
        Message Of(MessageTo to) => Message.Written("main", to, new(null, null), "Please call", "en", "desk", Now);
        var (room, house, person, guest) = (Of(new("1203", null, null)), Of(new(null, null, "8199")), Of(new(null, "gm", "8100")), Of(new("1203", null, null, Guid.NewGuid())));
        foreach (var message in (Message[])[room, house, person])
        {
            Assert.Null(MessageKeeper.EndOf(message, options, Now + Duration.FromDays(30) - Duration.Epsilon));
            Assert.Equal("age", MessageKeeper.EndOf(message, options, Now + Duration.FromDays(30)));
        }

        Assert.Null(MessageKeeper.EndOf(guest, options, Now + Duration.FromDays(300)));
        guest.GuestLeft(Now + Duration.FromDays(300));
        Assert.Equal("check-out", MessageKeeper.EndOf(guest, options, Now + Duration.FromDays(301)));
        house.Expire("switchboard", Now + Duration.FromDays(30));
        Assert.Equal((MessageState.Closed, "not collected", "not collected"), (house.State, house.EndReason, house.EndStep));
        Assert.Null(MessageKeeper.EndOf(house, options, Now + Duration.FromDays(31)));
    }

    [Fact]
    public void Whom_it_is_for_is_said_without_a_name()
    {
        Assert.Equal("room 1203", new MessageTo("1203", null, null, null, "Wang").ToString());
        Assert.Equal("gm", new MessageTo(null, "gm", "8100").ToString());
        Assert.Equal("extension 8100", new MessageTo(null, null, "8100").ToString());
    }
}
