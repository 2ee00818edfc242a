using NodaTime;
using Switchboard.Features.WakeUpCalls;

namespace Switchboard.Tests.WakeUpCalls;

/// <summary>Order, pace and lines.</summary>
public class DialQueueTests
{
    private static long _numbers;

    private static ClaimedAttempt Due(Instant at, params string[] phones)
    {
        var number = Interlocked.Increment(ref _numbers);
        return new ClaimedAttempt(Guid.CreateVersion7(), number, Guid.CreateVersion7(), 1, $"wakeup-{number}-1", at, false, A.Room($"{number}", false, phones), null, true);
    }

    private static WakeUpOptions Unpaced(params GatewayOptions[] gateways) => new() { CallsPerSecond = 0, Gateways = [.. gateways] };

    [Fact]
    public void Nothing_is_dialled_before_its_instant_and_then_in_due_order()
    {
        var queue = new DialQueue(Unpaced());
        var (second, first) = (Due(A.At(0, 1)), Due(A.At(0)));
        queue.Add(second);
        queue.Add(first);
        Assert.Null(queue.Take(A.At(0) - Duration.FromMilliseconds(1)));
        Assert.Equal(A.At(0), queue.NextAt);
        Assert.Same(first, queue.Take(A.At(0)));
        Assert.Null(queue.Take(A.At(0)));
        Assert.Same(second, queue.Take(A.At(5)));
        Assert.Null(queue.NextAt);
    }

    [Fact]
    public void A_hundred_new_calls_a_second_and_no_more()
    {
        var queue = new DialQueue(new WakeUpOptions());
        for (var i = 0; i < 1000; i++) queue.Add(Due(A.At(0)));
        var taken = 0;
        // The dialer asks each millisecond, for two seconds.
        for (var ms = 0; ms < 2000; ms++)
        {
            while (queue.Take(A.At(0) + Duration.FromMilliseconds(ms)) is not null) taken++;
        }

        Assert.InRange(taken, 198, 204);
        Assert.Equal(1000 - taken, queue.Count);
    }

    [Fact]
    public void A_clock_that_is_set_back_does_not_stop_the_pace_until_the_old_time_comes_again()
    {
        var queue = new DialQueue(new WakeUpOptions());
        queue.Add(Due(A.At(0)));
        Assert.NotNull(queue.Take(A.At(0)));
        var anHourAgo = Due(A.At(-60));
        queue.Add(anHourAgo);
        Assert.Same(anHourAgo, queue.Take(A.At(-60)));
    }

    [Fact]
    public void The_wait_ends_with_the_next_slot_or_due_time_and_only_what_is_due_and_held_up_waits_a_second()
    {
        var queue = new DialQueue(new WakeUpOptions { CallsPerSecond = 100, Gateways = [new GatewayOptions { DialPrefix = "DAHDI/", MaxCalls = 1 }] });
        Assert.Equal(TimeSpan.FromSeconds(30), queue.WaitAfter(A.At(0)));
        for (var i = 0; i < 10; i++) queue.Add(Due(A.At(0)));
        Assert.Equal(TimeSpan.FromSeconds(5), queue.WaitAfter(A.At(0) - Duration.FromSeconds(5)));
        while (queue.Take(A.At(0)) is not null)
        {
            // As many as the pace allows at once.
        }

        Assert.Equal(TimeSpan.FromMilliseconds(10), queue.WaitAfter(A.At(0)));
        // The last microsecond before the slot is waited for as well, not slept over.
        Assert.Equal(TimeSpan.FromMilliseconds(1), queue.WaitAfter(A.At(0) + Duration.FromTicks(99_990)));
        Assert.Equal(TimeSpan.FromSeconds(1), queue.WaitAfter(A.At(0) + Duration.FromMilliseconds(10)));
    }

    [Fact]
    public void A_full_gateway_does_not_hold_up_the_rooms_behind_it()
    {
        var queue = new DialQueue(Unpaced(new GatewayOptions { DialPrefix = "DAHDI/", MaxCalls = 1 }));
        var (one, two, sip) = (Due(A.At(0), "DAHDI/1"), Due(A.At(0), "DAHDI/2"), Due(A.At(0), "PJSIP/1203"));
        foreach (var attempt in (ClaimedAttempt[])[one, two, sip]) queue.Add(attempt);
        Assert.Same(one, queue.Take(A.At(0)));
        Assert.Same(sip, queue.Take(A.At(0)));
        Assert.Null(queue.Take(A.At(0)));
        queue.Free(sip); // took no line, frees none
        Assert.Null(queue.Take(A.At(0)));
        queue.Free(one);
        Assert.Same(two, queue.Take(A.At(0)));
    }

    [Fact]
    public void A_cancelled_call_leaves_the_queue()
    {
        var queue = new DialQueue(Unpaced());
        var (kept, gone) = (Due(A.At(0)), Due(A.At(0)));
        queue.Add(kept);
        queue.Add(gone);
        Assert.Same(gone, queue.Remove(gone.AttemptId));
        Assert.Null(queue.Remove(gone.AttemptId));
        Assert.Same(kept, queue.Take(A.At(0)));
    }

    [Fact]
    public void What_is_too_late_is_taken_out_and_an_attempt_is_never_in_it_twice()
    {
        var queue = new DialQueue(Unpaced());
        var (old, young) = (Due(A.At(-11)), Due(A.At(-9)));
        Assert.True(queue.Add(old));
        Assert.False(queue.Add(old));
        queue.Add(young);
        Assert.Equal([old], queue.RemoveDueBefore(A.At(-10)));
        Assert.Equal([young], queue.Due(A.At(0)));
    }
}
