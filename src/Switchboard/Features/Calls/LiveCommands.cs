using System.Globalization;
using NodaTime;
using Switchboard.Cli;

namespace Switchboard.Features.Calls;

/// <summary><c>switchboard calls --live</c>.</summary>
internal static class LiveCommands
{
    public static async Task<int> ShowAsync(CliSession cli, CancellationToken ct) => cli.Show(await cli.Api.GetAsync<LiveCallView[]>("api/calls/live", ct), calls =>
    {
        var now = SystemClock.Instance.GetCurrentInstant();
        var table = new TextTable("SINCE", "FROM", "WITH", "STATE", "WAITS", "CALL");
        foreach (var call in calls)
        {
            var from = call.Parties.FirstOrDefault(p => p.Began);
            var with = call.Parties.Where(p => !p.Began).ToList();
            if (from is null && with.Count > 1) (from, with) = (with[0], with[1..]);
            table.Add(cli.Clock(call.StartedAt, call.Zone, milliseconds: false), from is null ? "" : Party(from), string.Join(", ", with.Select(Party)), call.State,
                call.WaitsSince is { } since ? $"{Math.Max(0, (now - since).TotalSeconds).ToString("F0", CultureInfo.InvariantCulture)} s" : "", call.LinkedId);
        }

        cli.Show(table, "There are no calls now.");
    });

    private static string Party(LivePartyView party)
    {
        // A phone of the house is known by its name; of a line it is said who is at its other end.
        var who = party.Room is not null ? $"room {party.Room}" : party.Number is null || CallIds.IsHousePhone(party.Phone) ? party.Phone : $"{party.Number} ({party.Phone})";
        return party.State == "Ringing" ? who + " rings" : who;
    }
}
