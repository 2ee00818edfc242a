using Switchboard.Features.WakeUpCalls;
using Switchboard.Tests.Rig;

namespace Switchboard.Tests.WakeUpCalls;

/// <summary>When an attempt was sent, rang and was answered stands in its row as it happens, not only at its end.</summary>
[Collection(QuietCollection.Name)]
public sealed class AttemptProgressTests : OneBooking
{
    private WakeUpAttempt Attempt => Assert.Single(Hotel.AttemptsOf(Booked));

    private Ring Ring => Assert.Single(Hotel.Pbx.Rings);

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Hotel.AtAsync("06:00:00");
    }

    [Fact]
    public async Task Each_step_is_marked_when_it_happens()
    {
        Assert.Equal((SmallHotel.Clocked("06:00:00"), null, null), (Attempt.SentAt, Attempt.RangAt, Attempt.AnsweredAt));
        await Hotel.AtAsync("06:00:02");
        await Hotel.Pbx.RingsAsync(Ring);
        Assert.Equal((SmallHotel.Clocked("06:00:02"), null), (Attempt.RangAt, Attempt.AnsweredAt));
        await Hotel.AtAsync("06:00:09");
        await Hotel.Pbx.AnswersAsync(Ring);
        Assert.Equal((SmallHotel.Clocked("06:00:09"), null), (Attempt.AnsweredAt, Attempt.Outcome));
    }

    [Fact]
    public async Task Of_several_phones_of_a_room_the_first_that_rings_counts()
    {
        await Hotel.AtAsync("06:00:02");
        await Hotel.Pbx.RingsAsync(Ring);
        await Hotel.AtAsync("06:00:05");
        await Hotel.Pbx.RingsAsync(Ring);
        Assert.Equal(SmallHotel.Clocked("06:00:02"), Attempt.RangAt);
    }

    [Fact]
    public async Task What_was_marked_is_known_to_the_next_life()
    {
        await Hotel.AtAsync("06:00:02");
        await Hotel.Pbx.RingsAsync(Ring);
        await Hotel.RestartAsync();
        Assert.Equal((SmallHotel.Clocked("06:00:00"), SmallHotel.Clocked("06:00:02")), (Attempt.SentAt, Attempt.RangAt));
    }

    [Fact]
    public async Task What_happens_while_somebody_else_is_at_work_with_the_store_is_marked_afterwards_with_its_own_time()
    {
        await Hotel.AtAsync("06:00:02");
        await using (await Hotel.HoldStoreAsync())
        {
            await Hotel.Pbx.RingsAsync(Ring);
            await Hotel.AtAsync("06:00:04");
            await Hotel.Pbx.AnswersAsync(Ring);
            await Hotel.AtAsync("06:00:06");
            Assert.Null(Attempt.RangAt);
        }

        await Hotel.Clock.SettleAsync();
        Assert.Equal((SmallHotel.Clocked("06:00:02"), SmallHotel.Clocked("06:00:04")), (Attempt.RangAt, Attempt.AnsweredAt));
    }

    [Fact]
    public async Task An_end_that_comes_first_brings_the_times_itself()
    {
        await Hotel.AtAsync("06:00:02");
        await using (await Hotel.HoldStoreAsync())
        {
            await Hotel.Pbx.RingsAsync(Ring);
            await Hotel.Pbx.EndsAsync(Ring);
        }

        await Hotel.Clock.SettleAsync();
        Assert.Equal((AttemptOutcome.NoAnswer, SmallHotel.Clocked("06:00:02"), SmallHotel.Clocked("06:00:00")),
            (Attempt.Outcome, Attempt.RangAt, Attempt.SentAt));
    }
}
