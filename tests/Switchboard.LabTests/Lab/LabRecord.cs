using System.Globalization;
using Npgsql;

namespace Switchboard.LabTests.Lab;

/// <summary>The PBX's own account of its calls (its CEL file) beside the rows of the record.</summary>
/// <param name="Emitted">Events that Asterisk wrote to its own file.</param>
/// <param name="Missing">Of them, those that the record lacks.</param>
/// <param name="Twice">Of them, those that it has more than once.</param>
/// <param name="Strange">Call events of the record that the PBX's own file lacks.</param>
internal sealed record RecordTally(int Emitted, string[] Missing, string[] Twice, string[] Strange)
{
    public bool IsWhole => Emitted > 0 && Missing is [] && Twice is [] && Strange is [];

    public override string ToString() =>
        $"{Emitted} call events by the PBX's own file, missing {Missing.Length} [{Few(Missing)}], twice {Twice.Length} [{Few(Twice)}], strange {Strange.Length} [{Few(Strange)}]";

    private static string Few(string[] some) => string.Join(", ", some.Take(5));
}

internal static class LabRecord
{
    /// <summary>Waits until the record has every event that the PBX has written, and counts.</summary>
    public static async Task<RecordTally> ReconcileAsync(this LabHotel hotel, int seconds = 30)
    {
        RecordTally tally = null!;
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                tally = await TallyAsync(hotel);
                return tally.IsWhole;
            }
            catch (NpgsqlException) when (tally is null)
            {
                return false; // not back yet
            }
        }, TimeSpan.FromSeconds(seconds));
        return tally;
    }

    /// <summary>The drill's second count: what the PBX emitted against what is on record.</summary>
    public static async Task RecordIsWholeAsync(this LabHotel hotel, ITestOutputHelper output)
    {
        var tally = await hotel.ReconcileAsync(60);
        output.WriteLine(tally.ToString());
        Assert.True(tally.IsWhole, $"{tally}\n{hotel.Worker.Log}");
    }

    private static async Task<RecordTally> TallyAsync(LabHotel hotel)
    {
        var (emitted, recorded) = (Emitted(hotel.Pbx), await RecordedAsync(hotel));
        return new(emitted.Values.Sum(), Excess(emitted, recorded), Excess(recorded, emitted, known: true), [.. recorded.Keys.Except(emitted.Keys)]);
    }

    private static string[] Excess(Dictionary<string, int> of, Dictionary<string, int> over, bool known = false) =>
        [.. of.Where(e => e.Value > over.GetValueOrDefault(e.Key) && (!known || over.ContainsKey(e.Key))).Select(e => e.Key)];

    private static Dictionary<string, int> Emitted(LabAsterisk pbx)
    {
        var folder = Path.Combine(pbx.Folder, "log", "cel-custom");
        if (!Directory.Exists(folder)) return [];
        return Count(Directory.GetFiles(folder, "cel.csv*").SelectMany(File.ReadLines).Select(l => l.Split(',').Select(f => f.Trim('"')).ToArray()).Where(f => f.Length > 12)
            .Select(f => Key(f[0], decimal.Parse(f[1], CultureInfo.InvariantCulture), f[2])));
    }

    private static async Task<Dictionary<string, int>> RecordedAsync(LabHotel hotel)
    {
        await using var connection = new NpgsqlConnection(hotel.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("select headers->>'EventName', headers->>'EventTime', extract(epoch from at), unique_id from pbx_events where event = 'CEL'", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var found = new List<string>();
        while (await reader.ReadAsync()) found.Add(Key(reader.GetString(0), Second(reader.GetString(1), reader.GetDecimal(2)), reader.GetString(3)));
        return Count(found);
    }

    // Over AMI a call event tells its time in whole seconds of the PBX's zone; its row, to less than a minute, in UTC.
    private static decimal Second(string eventTime, decimal at)
    {
        if (decimal.TryParse(eventTime, CultureInfo.InvariantCulture, out var epoch)) return epoch;
        var wall = DateTimeOffset.Parse(eventTime, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeSeconds();
        return wall + (Math.Round((at - wall) / 900) * 900);
    }

    private static Dictionary<string, int> Count(IEnumerable<string> keys) => keys.GroupBy(k => k, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);

    private static string Key(string type, decimal time, string uniqueId) => string.Create(CultureInfo.InvariantCulture, $"{type} {Math.Floor(time)} {uniqueId}");
}
