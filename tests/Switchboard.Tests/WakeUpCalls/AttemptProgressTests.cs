using Switchboard.Features.WakeUpCalls;
using Switchboard.Tests.Rig;

namespace Switchboard.Tests.WakeUpCalls;

/// <summary>When an attempt was sent, rang and was answered stands in its row as it happens, not only at its end.</summary>
[Collection(QuietCollection.Name)]
public sealed class AttemptProgressTests : IAsyncLifetime
{
    private SmallHotel _hotel = null!;
    private WakeUpView _booked = null!;

    private WakeUpAttempt Attempt => Assert.Single(_hotel.AttemptsOf(_booked));

    private Ring Ring => Assert.Single(_hotel.Pbx.Rings);

    public async ValueTask InitializeAsync()
    {
        _hotel = await SmallHotel.OpenAsync();
        _booked = await _hotel.BookAsync("1101", "06:00");
        await _hotel.AtAsync("06:00:00");
    }

    public ValueTask DisposeAsync() => _hotel.DisposeAsync();

    [Fact]
    public async Task Each_step_is_marked_when_it_happens()
    {
        Assert.Equal((SmallHotel.Clocked("06:00:00"), null, null), (Attempt.SentAt, Attempt.RangAt, Attempt.AnsweredAt));
        await _hotel.AtAsync("06:00:02");
        await _hotel.Pbx.RingsAsync(Ring);
        Assert.Equal((SmallHotel.Clocked("06:00:02"), null), (Attempt.RangAt, Attempt.AnsweredAt));
        await _hotel.AtAsync("06:00:09");
        await _hotel.Pbx.AnswersAsync(Ring);
        Assert.Equal((SmallHotel.Clocked("06:00:09"), null), (Attempt.AnsweredAt, Attempt.Outcome));
    }

    [Fact]
    public async Task Of_several_phones_of_a_room_the_first_that_rings_counts()
    {
        await _hotel.AtAsync("06:00:02");
        await _hotel.Pbx.RingsAsync(Ring);
        await _hotel.AtAsync("06:00:05");
        await _hotel.Pbx.RingsAsync(Ring);
        Assert.Equal(SmallHotel.Clocked("06:00:02"), Attempt.RangAt);
    }

    [Fact]
    public async Task What_was_marked_is_known_to_the_next_life()
    {
        await _hotel.AtAsync("06:00:02");
        await _hotel.Pbx.RingsAsync(Ring);
        await _hotel.RestartAsync();
        Assert.Equal((SmallHotel.Clocked("06:00:00"), SmallHotel.Clocked("06:00:02")), (Attempt.SentAt, Attempt.RangAt));
    }

    [Fact]
    public async Task What_happens_while_somebody_else_is_at_work_with_the_store_is_marked_afterwards_with_its_own_time()
    {
        await _hotel.AtAsync("06:00:02");
        await using (await _hotel.HoldStoreAsync())
        {
            await _hotel.Pbx.RingsAsync(Ring);
            await _hotel.AtAsync("06:00:04");
            await _hotel.Pbx.AnswersAsync(Ring);
            await _hotel.AtAsync("06:00:06");
            Assert.Null(Attempt.RangAt);
        }

        await _hotel.Clock.SettleAsync();
        Assert.Equal((SmallHotel.Clocked("06:00:02"), SmallHotel.Clocked("06:00:04")), (Attempt.RangAt, Attempt.AnsweredAt));
    }

    [Fact]
    public async Task An_end_that_comes_first_brings_the_times_itself()
    {
        await _hotel.AtAsync("06:00:02");
        await using (await _hotel.HoldStoreAsync())
        {
            await _hotel.Pbx.RingsAsync(Ring);
            await _hotel.Pbx.EndsAsync(Ring);
        }

        await _hotel.Clock.SettleAsync();
        Assert.Equal((AttemptOutcome.NoAnswer, SmallHotel.Clocked("06:00:02"), SmallHotel.Clocked("06:00:00")),
            (Attempt.Outcome, Attempt.RangAt, Attempt.SentAt));
    }
}
