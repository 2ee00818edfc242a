using Microsoft.Extensions.Logging.Abstractions;
using Switchboard.Asterisk.Ami;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.LabTests.WakeUpCalls;

/// <summary>One wake-up for each kind of phone, all at once, on the real parts.</summary>
public class EveryKindOfRoomTests(PostgresServer server)
{
    [Fact]
    public async Task Every_room_ends_as_its_phone_behaves_and_who_was_not_reached_is_on_housekeepings_list()
    {
        (string Room, string State, string Results)[] expected =
        [
            ("1101", "Confirmed", "Confirmed"),
            ("2101", "Answered", "Answered"),
            ("2301", "Confirmed", "Confirmed"),
            ("2401", "Confirmed", "Confirmed"),
            ("3101", "Unanswered", "HungUpEarly, HungUpEarly, HungUpEarly"),
            ("4101", "Confirmed", "SnoozeAsked, SnoozeAsked, Confirmed"),
            ("5101", "Unanswered", "NoAnswer, NoAnswer, NoAnswer"),
            ("6101", "Unanswered", "Busy, Busy, Busy"),
            ("6201", "Unanswered", "Busy, Busy, Busy"),
            ("7101", "Unanswered", "Unreachable, Unreachable, Unreachable"),
            ("7201", "Unanswered", "Unreachable, Unreachable, Unreachable"),
            ("7301", "Unanswered", "NoAnswer, NoAnswer, NoAnswer"),
            ("8101", "Confirmed", "Confirmed"),
            ("9101", "Unanswered", "Unreachable, Unreachable, Unreachable"),
        ];
        await using var hotel = await LabHotel.OpenAsync(server, [.. expected.Select(e => e.Room)]);
        Assert.True(hotel.Pbx.Warnings().Length == 0, hotel.Pbx.Warnings());

        var numbers = new Dictionary<string, long>();
        foreach (var (room, _, _) in expected) numbers[room] = await hotel.BookAsync(room, 4);

        foreach (var (room, state, results) in expected)
        {
            var detail = await hotel.WaitForStateAsync(numbers[room], state, 60);
            Assert.Equal(results, LabHotel.ResultsOf(detail));
            var onList = await hotel.KnockEntryAsync(room);
            Assert.Equal(state == "Unanswered", onList is not null);
            if (onList is { } entry)
            {
                Assert.Equal(results, string.Join(", ", entry.GetProperty("attemptResults").EnumerateArray().Select(r => r.GetString())));
                Assert.Equal(room[..1], entry.GetProperty("floor").GetString());
            }
        }

        // Forwarding was ignored: the phone that 9101 forwards to rang for its own wake-up only.
        Assert.Equal(1, hotel.Phones.Calls("1101"));
        Assert.Equal(3, hotel.Phones.Calls("9101"));
        // Both phones of a room rang, and the one that did not answer stopped.
        Assert.Equal(1, hotel.Phones.Calls("8101"));
        Assert.Equal(1, hotel.Phones.Calls("8101b"));

        var confirmed = await hotel.WaitForStateAsync(numbers["1101"], "Confirmed");
        var attempt = confirmed.GetProperty("attempts")[0];
        Assert.Equal("1", attempt.GetProperty("key").GetString());
        foreach (var time in (string[])["sentAt", "rangAt", "answeredAt", "confirmedAt", "endedAt"])
            Assert.NotEqual(System.Text.Json.JsonValueKind.Null, attempt.GetProperty(time).ValueKind);
        Assert.Equal(["Booked", "Attempting", "Confirmed"], confirmed.GetProperty("history").EnumerateArray().Select(t => t.GetProperty("to").GetString()!));

        await Every_proof_that_is_stored_is_deleted_at_the_pbx(hotel);
    }

    private static async Task Every_proof_that_is_stored_is_deleted_at_the_pbx(LabHotel hotel)
    {
        await using var ami = new AmiConnection(
            new AmiOptions { Port = hotel.Pbx.AmiPort, Username = "switchboard", Secret = hotel.Pbx.Secret }, TimeProvider.System, NullLogger<AmiConnection>.Instance);
        using var stop = new CancellationTokenSource();
        var running = ami.RunAsync(stop.Token);
        await Eventually.TrueAsync(() => ami.Status.State == AmiState.Connected, TimeSpan.FromSeconds(10));
        IReadOnlyList<AmiMessage> left = [];
        var empty = await Eventually.TrueAsync(async () =>
        {
            left = await ami.SendListAsync(new AmiAction("DBGetTree").With("Family", "switchboard_proof"), notFoundIsEmpty: true);
            return left.Count == 0;
        }, TimeSpan.FromSeconds(15));
        Assert.True(empty, $"left: {string.Join(", ", left.Select(l => l["Key"] + "=" + l["Val"]))}");
        await stop.CancelAsync();
        await running;
    }
}
