using Switchboard.Features.Deliveries;
using Switchboard.Features.DoNotDisturb;
using Switchboard.Features.Housekeeping;
using Switchboard.Features.WakeUpCalls;
using Switchboard.Tests.Rig;
using Switchboard.Web;

namespace Switchboard.Tests.Persistence;

/// <summary>
/// Two people, or a person and the worker itself, change the local copy at once: one after the other, each knowing what the other did.
/// </summary>
[Collection(QuietCollection.Name)]
public sealed class TwoUnitsOfWorkTests : OneHotel
{
    [Fact]
    public async Task Of_two_who_book_the_same_room_and_minute_one_is_refused()
    {
        var (done, refused) = await AtOnceAsync(() => Hotel.BookAsync("1101", "06:00"), () => Hotel.BookAsync("1101", "06:00"));
        Assert.Single(done);
        Assert.Contains("has an open wake-up at 2026-11-25 06:00 already", Assert.IsType<ConflictException>(Assert.Single(refused)).Message,
            StringComparison.Ordinal);
        Assert.Single(Hotel.All<WakeUpCall>());
        await Hotel.AtAsync("06:00:00");
        await Hotel.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Single(Hotel.Pbx.Rings);
    }

    [Fact]
    public async Task Of_twenty_who_book_at_once_each_has_a_number_and_none_is_lost_in_the_next_life()
    {
        Func<Task<WakeUpView>> Booking(int i) => () => Hotel.BookAsync($"110{(i % 5) + 1}", $"06:{i / 5:00}");
        var (done, refused) = await AtOnceAsync([.. Enumerable.Range(0, 20).Select(Booking)]);
        Assert.Empty(refused);
        Assert.Equal(Enumerable.Range(10_000_001, 20).Select(n => (long)n), done.Select(b => b.Number).Order());
        await Hotel.RestartAsync();
        Assert.Equal(done.Select(b => b.Id).Order(), Hotel.All<WakeUpCall>().Select(c => c.Id).Order());
    }

    [Fact]
    public async Task Of_two_who_cancel_the_second_is_told_that_it_has_ended()
    {
        var booked = await Hotel.BookAsync("1101", "06:00");
        var (done, refused) = await AtOnceAsync(
            () => Hotel.CancelAsync(booked.Number, "1007"),
            () => Hotel.CancelAsync(booked.Number, "1008"));
        Assert.Single(done);
        Assert.Contains("has already ended: Cancelled", Assert.IsType<ConflictException>(Assert.Single(refused)).Message,
            StringComparison.Ordinal);
        Assert.Equal(2, Hotel.All<WakeUpTransition>().Count);
    }

    [Fact]
    public async Task Of_two_who_change_and_cancel_what_was_decided_second_knows_of_the_first()
    {
        var booked = await Hotel.BookAsync("1101", "06:00");
        await AtOnceAsync(() => Hotel.ChangeAsync(booked.Number, "07:00"), () => Hotel.CancelAsync(booked.Number));
        var steps = Hotel.All<WakeUpTransition>().ToDictionary(t => t.ToState.ToString() + t.FromState, t => t.Cause);
        Assert.Equal(WakeUpState.Cancelled, Hotel.Call(booked).State);
        // Changed first or not at all: never a wake-up that is cancelled and rings.
        Assert.Equal(Hotel.Call(booked).DueAt == SmallHotel.Clocked("07:00:00"), steps.ContainsKey("BookedBooked"));
        await Hotel.AtAsync("07:00:00");
        Assert.Empty(Hotel.Pbx.Rings);
    }

    [Fact]
    public async Task Cancelled_in_the_moment_in_which_it_is_claimed_it_does_not_ring_on()
    {
        var booked = await Hotel.BookAsync("1101", "06:00");
        await Hotel.AtAsync("05:59:54");
        Task cancelling;
        await using (await Hotel.HoldStoreAsync())
        {
            // The claim waits for the store, and the desk behind it.
            await Hotel.AtAsync("06:00:00");
            cancelling = Hotel.CancelAsync(booked.Number);
            await Hotel.Clock.SettleAsync();
            Assert.Empty(Hotel.AttemptsOf(booked));
        }

        await cancelling;
        await Hotel.PassAsync(TimeSpan.FromMinutes(3));
        Assert.Equal((WakeUpState.Cancelled, AttemptOutcome.Cancelled),
            (Hotel.Call(booked).State, Assert.Single(Hotel.AttemptsOf(booked)).Outcome));
        Assert.Equal(Hotel.Pbx.Rings.Select(r => r.ChannelId), Hotel.Pbx.HungUp);
    }

    [Fact]
    public async Task Who_comes_while_another_one_is_at_work_waits_and_is_not_refused()
    {
        Task<WakeUpView> booking;
        await using (await Hotel.HoldStoreAsync())
        {
            booking = Hotel.BookAsync("1101", "06:00");
            await Hotel.Clock.SettleAsync();
            Assert.False(booking.IsCompleted);
            Assert.Empty(Hotel.All<WakeUpCall>());
        }

        Assert.Equal((await booking).Id, Assert.Single(Hotel.All<WakeUpCall>()).Id);
    }

    [Fact]
    public async Task A_wake_up_that_falls_due_while_another_one_is_at_work_rings_as_soon_as_that_is_done()
    {
        await Hotel.BookAsync("1101", "06:00");
        await Hotel.AtAsync("05:59:54");
        await using (await Hotel.HoldStoreAsync())
        {
            await Hotel.AtAsync("06:00:01");
            Assert.Empty(Hotel.Pbx.Rings);
        }

        await Hotel.Clock.SettleAsync();
        Assert.Single(Hotel.Pbx.Rings);
    }

    [Fact]
    public async Task Of_two_who_close_the_same_entry_of_the_list_the_second_is_told_who_was_first()
    {
        var booked = await Hotel.BookAsync("1101", "06:00");
        await Hotel.AtAsync("06:00:00");
        await Hotel.Pbx.EndsAsync(Hotel.Pbx.Rings[0], "UNREGISTERED", rang: false);
        var entry = Assert.Single(Hotel.ListedOf("1101"));
        var (done, refused) = await AtOnceAsync(
            () => Hotel.CloseAsync(entry.Number, awake: true, "Chen"),
            () => Hotel.CloseAsync(entry.Number, awake: false, "Zhao"));
        Assert.Equal($"entry {entry.Number} was closed already, by {Assert.Single(done).ClosedBy}",
            Assert.IsType<ConflictException>(Assert.Single(refused)).Message);
        Assert.Equal(done[0].ClosedBy, Hotel.One<KnockEntry>(e => e.SourceId == booked.Id).ClosedBy);
    }

    [Fact]
    public async Task Of_two_who_lock_a_room_one_is_told_that_it_is_locked()
    {
        var (done, refused) = await AtOnceAsync(() => Hotel.LockAsync("1101"), () => Hotel.LockAsync("1101"));
        Assert.Single(done);
        Assert.Contains("room 1101 is locked already", Assert.IsType<ConflictException>(Assert.Single(refused)).Message,
            StringComparison.Ordinal);
        Assert.Single(Hotel.All<RoomLock>());
        Assert.Single(Hotel.Pbx.Written, w => w.StartsWith("switchboard_dnd/1101=on:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_two_who_say_that_a_delivery_has_arrived_the_first_counts()
    {
        await Hotel.MessageAsync("duty-manager");
        var delivery = Assert.Single(Hotel.All<Delivery>());
        var (done, refused) = await AtOnceAsync(
            () => Hotel.AcknowledgeAsync(delivery.Number, "1007"),
            () => Hotel.AcknowledgeAsync(delivery.Number, "1008"));
        Assert.Contains($"Acknowledged by {Assert.Single(done).Delivery.EndedBy}",
            Assert.IsType<ConflictException>(Assert.Single(refused)).Message, StringComparison.Ordinal);
        Assert.Single(Hotel.Log, line => line.Id == 4851);
    }

    private static async Task<(List<T> Done, List<Exception> Refused)> AtOnceAsync<T>(params Func<Task<T>>[] asked)
    {
        var (done, refused) = (new List<T>(), new List<Exception>());
        var asking = asked.Select(ask => Task.Run(ask)).ToList();
        foreach (var one in asking)
        {
            try
            {
                done.Add(await one);
            }
            catch (Exception fault)
            {
                refused.Add(fault);
            }
        }

        return (done, refused);
    }
}
