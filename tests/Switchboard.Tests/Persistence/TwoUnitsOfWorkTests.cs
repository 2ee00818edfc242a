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
public sealed class TwoUnitsOfWorkTests : IAsyncLifetime
{
    private SmallHotel _hotel = null!;

    public async ValueTask InitializeAsync() => _hotel = await SmallHotel.OpenAsync();

    public ValueTask DisposeAsync() => _hotel.DisposeAsync();

    [Fact]
    public async Task Of_two_who_book_the_same_room_and_minute_one_is_refused()
    {
        var (done, refused) = await AtOnceAsync(() => _hotel.BookAsync("1101", "06:00"), () => _hotel.BookAsync("1101", "06:00"));
        Assert.Single(done);
        Assert.Contains("has an open wake-up at 2026-11-25 06:00 already", Assert.IsType<ConflictException>(Assert.Single(refused)).Message,
            StringComparison.Ordinal);
        Assert.Single(_hotel.All<WakeUpCall>());
        await _hotel.AtAsync("06:00:00");
        await _hotel.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Single(_hotel.Pbx.Rings);
    }

    [Fact]
    public async Task Of_twenty_who_book_at_once_each_has_a_number_and_none_is_lost_in_the_next_life()
    {
        Func<Task<WakeUpView>> Booking(int i) => () => _hotel.BookAsync($"110{(i % 5) + 1}", $"06:{i / 5:00}");
        var (done, refused) = await AtOnceAsync([.. Enumerable.Range(0, 20).Select(Booking)]);
        Assert.Empty(refused);
        Assert.Equal(Enumerable.Range(10_000_001, 20).Select(n => (long)n), done.Select(b => b.Number).Order());
        await _hotel.RestartAsync();
        Assert.Equal(done.Select(b => b.Id).Order(), _hotel.All<WakeUpCall>().Select(c => c.Id).Order());
    }

    [Fact]
    public async Task Of_two_who_cancel_the_second_is_told_that_it_has_ended()
    {
        var booked = await _hotel.BookAsync("1101", "06:00");
        var (done, refused) = await AtOnceAsync(
            () => _hotel.CancelAsync(booked.Number, "1007"),
            () => _hotel.CancelAsync(booked.Number, "1008"));
        Assert.Single(done);
        Assert.Contains("has already ended: Cancelled", Assert.IsType<ConflictException>(Assert.Single(refused)).Message,
            StringComparison.Ordinal);
        Assert.Equal(2, _hotel.All<WakeUpTransition>().Count);
    }

    [Fact]
    public async Task Of_two_who_change_and_cancel_what_was_decided_second_knows_of_the_first()
    {
        var booked = await _hotel.BookAsync("1101", "06:00");
        await AtOnceAsync(() => _hotel.ChangeAsync(booked.Number, "07:00"), () => _hotel.CancelAsync(booked.Number));
        var steps = _hotel.All<WakeUpTransition>().ToDictionary(t => t.ToState.ToString() + t.FromState, t => t.Cause);
        Assert.Equal(WakeUpState.Cancelled, _hotel.Call(booked).State);
        // Changed first or not at all: never a wake-up that is cancelled and rings.
        Assert.Equal(_hotel.Call(booked).DueAt == SmallHotel.Clocked("07:00:00"), steps.ContainsKey("BookedBooked"));
        await _hotel.AtAsync("07:00:00");
        Assert.Empty(_hotel.Pbx.Rings);
    }

    [Fact]
    public async Task Cancelled_in_the_moment_in_which_it_is_claimed_it_does_not_ring_on()
    {
        var booked = await _hotel.BookAsync("1101", "06:00");
        await _hotel.AtAsync("05:59:54");
        Task cancelling;
        await using (await _hotel.HoldStoreAsync())
        {
            // The claim waits for the store, and the desk behind it.
            await _hotel.AtAsync("06:00:00");
            cancelling = _hotel.CancelAsync(booked.Number);
            await _hotel.Clock.SettleAsync();
            Assert.Empty(_hotel.AttemptsOf(booked));
        }

        await cancelling;
        await _hotel.PassAsync(TimeSpan.FromMinutes(3));
        Assert.Equal((WakeUpState.Cancelled, AttemptOutcome.Cancelled),
            (_hotel.Call(booked).State, Assert.Single(_hotel.AttemptsOf(booked)).Outcome));
        Assert.Equal(_hotel.Pbx.Rings.Select(r => r.ChannelId), _hotel.Pbx.HungUp);
    }

    [Fact]
    public async Task Who_comes_while_another_one_is_at_work_waits_and_is_not_refused()
    {
        Task<WakeUpView> booking;
        await using (await _hotel.HoldStoreAsync())
        {
            booking = _hotel.BookAsync("1101", "06:00");
            await _hotel.Clock.SettleAsync();
            Assert.False(booking.IsCompleted);
            Assert.Empty(_hotel.All<WakeUpCall>());
        }

        Assert.Equal((await booking).Id, Assert.Single(_hotel.All<WakeUpCall>()).Id);
    }

    [Fact]
    public async Task A_wake_up_that_falls_due_while_another_one_is_at_work_rings_as_soon_as_that_is_done()
    {
        await _hotel.BookAsync("1101", "06:00");
        await _hotel.AtAsync("05:59:54");
        await using (await _hotel.HoldStoreAsync())
        {
            await _hotel.AtAsync("06:00:01");
            Assert.Empty(_hotel.Pbx.Rings);
        }

        await _hotel.Clock.SettleAsync();
        Assert.Single(_hotel.Pbx.Rings);
    }

    [Fact]
    public async Task Of_two_who_close_the_same_entry_of_the_list_the_second_is_told_who_was_first()
    {
        var booked = await _hotel.BookAsync("1101", "06:00");
        await _hotel.AtAsync("06:00:00");
        await _hotel.Pbx.EndsAsync(_hotel.Pbx.Rings[0], "UNREGISTERED", rang: false);
        var entry = Assert.Single(_hotel.ListedOf("1101"));
        var (done, refused) = await AtOnceAsync(
            () => _hotel.CloseAsync(entry.Number, awake: true, "Chen"),
            () => _hotel.CloseAsync(entry.Number, awake: false, "Zhao"));
        Assert.Equal($"entry {entry.Number} was closed already, by {Assert.Single(done).ClosedBy}",
            Assert.IsType<ConflictException>(Assert.Single(refused)).Message);
        Assert.Equal(done[0].ClosedBy, _hotel.One<KnockEntry>(e => e.SourceId == booked.Id).ClosedBy);
    }

    [Fact]
    public async Task Of_two_who_lock_a_room_one_is_told_that_it_is_locked()
    {
        var (done, refused) = await AtOnceAsync(() => _hotel.LockAsync("1101"), () => _hotel.LockAsync("1101"));
        Assert.Single(done);
        Assert.Contains("room 1101 is locked already", Assert.IsType<ConflictException>(Assert.Single(refused)).Message,
            StringComparison.Ordinal);
        Assert.Single(_hotel.All<RoomLock>());
        Assert.Single(_hotel.Pbx.Written, w => w.StartsWith("switchboard_dnd/1101=on:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_two_who_say_that_a_delivery_has_arrived_the_first_counts()
    {
        await _hotel.MessageAsync("duty-manager");
        var delivery = Assert.Single(_hotel.All<Delivery>());
        var (done, refused) = await AtOnceAsync(
            () => _hotel.AcknowledgeAsync(delivery.Number, "1007"),
            () => _hotel.AcknowledgeAsync(delivery.Number, "1008"));
        Assert.Contains($"Acknowledged by {Assert.Single(done).Delivery.EndedBy}",
            Assert.IsType<ConflictException>(Assert.Single(refused)).Message, StringComparison.Ordinal);
        Assert.Single(_hotel.Log, line => line.Id == 4851);
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
