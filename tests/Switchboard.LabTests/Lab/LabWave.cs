using Npgsql;

namespace Switchboard.LabTests.Lab;

/// <summary>What became of a wave of wake-ups, by the database, housekeeping's list and the phones' own account.</summary>
/// <param name="Booked">Wake-ups booked.</param>
/// <param name="LeftOut">Rooms that neither were woken nor are on housekeeping's list, or whose wake-up has no end.</param>
/// <param name="CalledAfterConfirmation">Rooms whose phone rang again after key 1.</param>
/// <param name="RungTooOften">Calls beyond those that the rooms' behaviour asks for, in all.</param>
/// <param name="MostTooOften">The same of the room that had most.</param>
internal sealed record WaveTally(long Booked, string[] LeftOut, string[] CalledAfterConfirmation, int RungTooOften, int MostTooOften)
{
    public override string ToString() =>
        $"{Booked} booked, left out {LeftOut.Length} [{string.Join(' ', LeftOut)}], called after confirmation {CalledAfterConfirmation.Length} [{string.Join(' ', CalledAfterConfirmation)}], "
        + $"rung too often {RungTooOften} (at most {MostTooOften} a room)";
}

/// <summary>Many rooms due in the same second. Most press 1; of each ten in two hundred one kind answers only, hangs up early, is busy, never answers.</summary>
internal sealed class LabWave(LabHotel hotel, string[] rooms)
{
    public IReadOnlyList<string> Rooms => rooms;

    /// <summary>So many rooms: the phones behave by their numbers.</summary>
    public static string[] RoomsFor(int count)
    {
        var others = count / 20;
        string[] odd = [.. Numbers(2100, others), .. Numbers(3100, others), .. Numbers(6100, others), .. Numbers(5100, others)];
        return [.. Enumerable.Range(0, count - odd.Length).Select(i => i < 100 ? $"{1100 + i}" : $"{1200 + i - 100}"), .. odd];

        static IEnumerable<string> Numbers(int first, int howMany) => Enumerable.Range(first, howMany).Select(n => $"{n}");
    }

    /// <summary>Books all of them for the same second, so far away that the booking is done by then.</summary>
    public async Task BookAsync()
    {
        var at = LabHotel.HotelTime(7 + (rooms.Length / 30.0));
        foreach (var some in rooms.Chunk(20)) await Task.WhenAll(some.Select(room => hotel.BookAsync(room, at)));
    }

    /// <summary>How many facts the phones have told so far.</summary>
    public int Facts => hotel.Phones.Facts().Count;

    /// <summary>Waits until the phones have told so many facts of this kind.</summary>
    public async Task WaitForPhonesAsync(string fact, int times, int seconds = 40) => Assert.True(
        await Eventually.TrueAsync(() => hotel.Phones.Facts().Count(f => f.Fact.StartsWith(fact, StringComparison.Ordinal)) >= times, TimeSpan.FromSeconds(seconds)),
        $"not {times} times {fact} within {seconds} s:\n{hotel.Worker.Log}");

    /// <summary>Waits until every wake-up has its end, and counts.</summary>
    public async Task<WaveTally> EndAsync(int seconds = 120)
    {
        var ended = await Eventually.TrueAsync(async () => await OpenAsync() == 0, TimeSpan.FromSeconds(seconds));
        var tally = await TallyAsync();
        Assert.True(ended, $"not all have ended after {seconds} s: {tally}\n{hotel.Worker.Log}");
        return tally;
    }

    private async Task<long> OpenAsync()
    {
        try
        {
            return await hotel.QueryAsync<long>("select count(*) from wake_up_calls where ended_at is null");
        }
        catch (NpgsqlException)
        {
            return -1; // not back yet
        }
    }

    private async Task<WaveTally> TallyAsync()
    {
        // What each call came to, by the attempts that were really sent.
        const string LeftOut = """
            select coalesce(string_agg(room, ' ' order by room), '') from wake_up_calls c
            where ended_at is null or (state not in ('Confirmed', 'Answered', 'Cancelled')
              and not exists (select 1 from knock_entries k where k.source = 'wake-up' and k.source_number = c.number))
            """;
        var leftOut = (await hotel.QueryAsync<string>(LeftOut) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var booked = await hotel.QueryAsync<long>("select count(*) from wake_up_calls");
        var perRoom = booked / rooms.Length;
        var facts = hotel.Phones.Facts();
        var again = new List<string>();
        var tooOften = new List<int>();
        foreach (var room in rooms)
        {
            var mine = facts.Where(f => f.Number == room).Select(f => f.Fact).ToList();
            // One wake-up a room: a second wave's calls come after the first one's key.
            var key = mine.FindIndex(f => f == "KEY 1");
            if (perRoom == 1 && key >= 0 && mine.Skip(key).Contains("INVITE")) again.Add(room);
            var wanted = room[0] is '1' or '2' ? 1 : 3;
            tooOften.Add(Math.Max(0, mine.Count(f => f == "INVITE") - (int)(wanted * perRoom)));
        }

        return new WaveTally(booked, leftOut, [.. again], tooOften.Sum(), tooOften.Max());
    }
}
