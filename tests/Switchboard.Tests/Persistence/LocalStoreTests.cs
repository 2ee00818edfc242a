using Serilog.Events;
using Switchboard.Features.Deliveries;
using Switchboard.Features.DoNotDisturb;
using Switchboard.Features.Housekeeping;
using Switchboard.Features.Messages;
using Switchboard.Features.WakeUpCalls;
using Switchboard.Tests.Rig;
using Switchboard.Web;

namespace Switchboard.Tests.Persistence;

/// <summary>PostgreSQL is away: the worker goes on from this machine's copy and journal, and so does its next life.</summary>
[Collection(QuietCollection.Name)]
public sealed class LocalStoreTests
{
    [Fact]
    public async Task Going_on_from_the_copy_is_told_once_with_how_much_there_is()
    {
        await using var hotel = await SmallHotel.OpenAsync();
        await hotel.PassAsync(TimeSpan.FromMinutes(5));
        var line = Assert.Single(hotel.Log, line => line.Id == 3100);
        Assert.Equal(LogEventLevel.Warning, line.Level);
        Assert.Contains("7 rows", line.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_booking_gets_a_number_that_was_reserved_and_the_next_life_goes_on_behind_it()
    {
        await using var hotel = await SmallHotel.OpenAsync();
        Assert.Equal(10_000_001, (await hotel.BookAsync("1101", "06:00")).Number);
        await hotel.RestartAsync();
        Assert.Equal(10_000_002, (await hotel.BookAsync("1102", "06:00")).Number);
    }

    [Fact]
    public async Task Without_a_number_left_nothing_is_booked()
    {
        await using var hotel = await SmallHotel.OpenAsync(new Yesterday { Reserved = { ["wake_up_calls"] = 1 } });
        await hotel.BookAsync("1101", "06:00");
        await Assert.ThrowsAsync<StoreAwayException>(() => hotel.BookAsync("1102", "06:00"));
        Assert.Single(hotel.All<WakeUpCall>());
    }

    /// <summary>The copy holds what is open and what was lately; what ended before that is in the database.</summary>
    [Fact]
    public async Task Of_what_is_not_in_the_copy_nobody_is_told_that_it_does_not_exist()
    {
        await using var hotel = await SmallHotel.OpenAsync();
        var now = TestContext.Current.CancellationToken;
        Func<Task>[] asked =
        [
            () => hotel.CancelAsync(4711),
            () => hotel.AskAsync<WakeUpDesk, WakeUpDetail>(desk => desk.ShowAsync(4711, now)),
            () => hotel.CloseAsync(4711, awake: true),
            () => hotel.AcknowledgeAsync(4711),
            () => hotel.AskAsync<DeliveryDesk, DeliveryDetails>(desk => desk.ShowAsync(4711, now)),
            () => hotel.AskAsync<MessageDesk, MessageContent>(desk => desk.ReadAsync(4711, null, SmallHotel.Operator, now)),
        ];
        foreach (var ask in asked)
        {
            var said = (await Assert.ThrowsAsync<StoreAwayException>(ask)).Message;
            Assert.Contains("4711 ", said, StringComparison.Ordinal);
            Assert.EndsWith("is away: ask again when it is back. Nothing was changed", said, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_unit_of_work_that_cannot_be_stored_as_a_whole_is_not_stored_in_part()
    {
        await using var hotel = await SmallHotel.OpenAsync(new Yesterday { Reserved = { ["deliveries"] = 0 } });
        await Assert.ThrowsAsync<StoreAwayException>(() => hotel.MessageAsync("duty-manager"));
        Assert.Empty(hotel.All<Message>());
        await hotel.RestartAsync();
        Assert.Empty(hotel.All<Message>());
    }

    [Fact]
    public async Task What_was_booked_and_cancelled_in_one_life_is_so_in_the_next()
    {
        await using var hotel = await SmallHotel.OpenAsync();
        await hotel.BookAsync("1101", "06:00");
        var cancelled = await hotel.BookAsync("1102", "06:00");
        await hotel.CancelAsync(cancelled.Number);
        var changed = await hotel.BookAsync("1103", "05:30");
        await hotel.ChangeAsync(changed.Number, "06:00");
        await hotel.RestartAsync();
        await hotel.AtAsync("05:30:00");
        Assert.Empty(hotel.Pbx.Rings);
        await hotel.AtAsync("06:00:00");
        await hotel.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(["1101", "1103"], hotel.Pbx.Rings.Select(r => r.To).Order());
    }

    [Fact]
    public async Task A_third_life_knows_what_the_first_and_the_second_did()
    {
        await using var hotel = await SmallHotel.OpenAsync();
        var booked = await hotel.BookAsync("1101", "06:00");
        await hotel.AtAsync("06:00:00");
        await hotel.Pbx.EndsAsync(hotel.Pbx.Rings[0]);
        await hotel.RestartAsync();
        await hotel.AtAsync("06:02:00");
        await hotel.Pbx.EndsAsync(hotel.Pbx.Rings[1]);
        await hotel.RestartAsync();
        Assert.Equal((WakeUpState.Retrying, 2), (hotel.Call(booked).State, hotel.Call(booked).AttemptsMade));
        Assert.Equal(["NoAnswer", "NoAnswer"], hotel.Call(booked).Results);
        Assert.Equal(["booked", "claimed", "NoAnswer (DIALSTATUS NOANSWER)", "claimed", "NoAnswer (DIALSTATUS NOANSWER)"],
            hotel.All<WakeUpTransition>().OrderBy(t => t.At).ThenBy(t => t.Attempt).Select(t => t.Cause));
    }

    [Fact]
    public async Task Only_wake_ups_of_the_coming_day_can_be_booked()
    {
        await using var hotel = await SmallHotel.OpenAsync();
        var refused = await Assert.ThrowsAsync<StoreAwayException>(() => hotel.AskAsync<WakeUpDesk, WakeUpView>(desk =>
            desk.BookAsync(new("1101", "21:30", "2026-11-25", null, null, null, null), SmallHotel.Operator,
                TestContext.Current.CancellationToken)));
        Assert.Contains("only wake-ups of the next 24 hours", refused.Message, StringComparison.Ordinal);
        Assert.Empty(hotel.All<WakeUpCall>());
    }

    [Fact]
    public async Task A_copy_of_more_than_a_day_ago_is_not_rung_from()
    {
        await using var hotel = await SmallHotel.OpenAsync();
        await hotel.BookAsync("1101", "20:59");
        await hotel.StopAsync();
        await hotel.PassAsync(TimeSpan.FromHours(24));
        await hotel.StartAsync();
        await hotel.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Empty(hotel.Pbx.Rings);
        Assert.Contains(hotel.Log, line => line is { Id: 3103, Level: LogEventLevel.Error });
    }

    [Fact]
    public async Task A_journal_that_was_torn_in_its_last_record_keeps_all_the_others()
    {
        await using var hotel = await SmallHotel.OpenAsync();
        var whole = await hotel.BookAsync("1101", "06:00");
        await hotel.BookAsync("1102", "06:00");
        await hotel.StopAsync();
        var segment = Directory.EnumerateFiles(Path.Combine(hotel.JournalFolder, "facts")).Where(f =>
            new FileInfo(f).Length > 100).MaxBy(f => f, StringComparer.Ordinal)!;
        await using (var file = File.OpenWrite(segment)) file.SetLength(file.Length - 5);
        await hotel.StartAsync();
        Assert.Equal(whole.Id, Assert.Single(hotel.All<WakeUpCall>()).Id);
        Assert.Contains(hotel.Log, line => line is { Id: 3106, Level: LogEventLevel.Error });
    }

    [Fact]
    public async Task Without_a_copy_nothing_can_be_booked_and_nobody_is_told_that_it_goes_on()
    {
        await using var hotel = await SmallHotel.OpenAsync(new Yesterday { HasCopy = false });
        await Assert.ThrowsAnyAsync<Exception>(() => hotel.BookAsync("1101", "06:00"));
        Assert.DoesNotContain(hotel.Log, line => line.Id == 3100);
    }
}
