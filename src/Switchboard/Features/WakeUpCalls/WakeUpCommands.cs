using System.CommandLine;
using System.Globalization;
using NodaTime.Text;
using Switchboard.Cli;

namespace Switchboard.Features.WakeUpCalls;

/// <summary><c>switchboard wakeup</c>: everything that changes a booking.</summary>
internal static class WakeUpCommands
{
    private const string NothingBooked = "Nothing was booked.";
    private const string NothingChanged = "Nothing was changed.";

    public static Command Create() => new CliCommand("wakeup", "Wake-up calls")
    {
        Book(), WakeUpListCommands.List(), WakeUpListCommands.Show(), Change(), Cancel(),
    };

    internal static Argument<long> NumberArgument() => new("ID") { Description = "The wake-up's number" };

    internal static string PathOf(long number) => string.Create(CultureInfo.InvariantCulture, $"api/wakeups/{number}");

    private static Argument<string> TimeArgument() => new("TIME") { Description = "HH:MM or HH:MM:SS on the hotel's clocks" };

    private static Option<string?> DateOption() => new("--date") { Description = "YYYY-MM-DD; else the next time that the clocks show TIME", HelpName = "DATE" };

    private static Option<string?> ByOption() => new("--by") { Description = "The operator's staff number", HelpName = "STAFFNO" };

    private static Option<bool> YesOption() => new("--yes", "-y") { Description = "Do not ask; needed where there is no terminal" };

    private static CliCommand Book()
    {
        var room = new Argument<string>("ROOM") { Description = "The room's number" };
        var time = TimeArgument();
        var date = DateOption();
        var language = new Option<string?>("--lang") { Description = "The guest's language, such as en; else the room's, else all of the hotel's", HelpName = "LANG" };
        var by = ByOption();
        var verifiedBy = new Option<string?>("--verified-by") { Description = "The staff number of who verified it", HelpName = "STAFFNO" };
        var requireKey = new Option<bool?>("--require-key") { Description = "Hearing the greeting is not enough: a key must be pressed" };
        var stay = new Option<long?>("--stay") { Description = "Where the room has several guests: the number of the stay that it is for", HelpName = "NUMBER" };
        var yes = YesOption();
        var command = new CliCommand("book", "Book a wake-up; it is read back and must be confirmed",
            "switchboard wakeup book 1203 06:30", "switchboard wakeup book 1203 06:30 --date 2026-12-24 --lang en --by 1007 --yes")
        {
            room, time, date, language, by, verifiedBy, requireKey, stay, yes,
        };
        command.Does(async (cli, ct) =>
        {
            var asked = new WakeUpRequest(cli.Value(room), cli.Value(time), cli.Value(date), cli.Value(language), cli.Value(by), cli.Value(verifiedBy), cli.Value(requireKey), cli.Value(stay));
            var preview = await ReadBackAsync(cli, asked, ct);
            if (!cli.Value(yes)) await cli.ConfirmAsync("Book this?", NothingBooked, ct);

            // The date and time that were read back, not "the next 06:30": that one may have become another while the question stood.
            var (day, clock) = Exactly(preview);
            var answer = await cli.Api.PostAsync<WakeUpView>("api/wakeups", asked with { Time = clock, Date = day }, ct);
            return cli.Show(answer, call => cli.Out.WriteLine($"Booked as wake-up {call.Number}."));
        });
        return command;
    }

    private static CliCommand Change()
    {
        var number = NumberArgument();
        var time = TimeArgument();
        var date = DateOption();
        var by = ByOption();
        var yes = YesOption();
        var command = new CliCommand("change", "Give a wake-up another time; it is read back and must be confirmed",
            "switchboard wakeup change 42 07:15", "switchboard wakeup change 42 07:15 --date 2026-12-24 --by 1007 --yes") { number, time, date, by, yes };
        command.Does(async (cli, ct) =>
        {
            var old = (await cli.Api.GetAsync<WakeUpDetail>(PathOf(cli.Value(number)), ct)).Value.Call;
            if (!cli.Json) cli.Talk.WriteLine($"Wake-up {old.Number} is at {cli.Clock(old.Date, old.Time)}. It becomes:");
            var asked = new WakeUpRequest(old.Room, cli.Value(time), cli.Value(date), old.Language, cli.Value(by), null, old.RequireKey);
            var preview = await ReadBackAsync(cli, asked, ct);
            if (!cli.Value(yes)) await cli.ConfirmAsync("Change it?", NothingChanged, ct);

            var (day, clock) = Exactly(preview);
            var answer = await cli.Api.PutAsync<WakeUpView>(PathOf(old.Number), new WakeUpChange(clock, day, cli.Value(by)), ct);
            return cli.Show(answer, call => cli.Out.WriteLine($"Wake-up {call.Number} is changed."));
        });
        return command;
    }

    private static CliCommand Cancel()
    {
        var number = NumberArgument();
        var by = ByOption();
        var command = new CliCommand("cancel", "Cancel a wake-up; a phone that rings is hung up",
            "switchboard wakeup cancel 42 --by 1007") { number, by };
        command.Does(async (cli, ct) =>
        {
            var answer = await cli.Api.PostAsync<WakeUpView>(PathOf(cli.Value(number)) + "/cancel", new WakeUpCancel(cli.Value(by)), ct);
            return cli.Show(answer, call => cli.Out.WriteLine($"Wake-up {call.Number}, room {call.Room}, {cli.Clock(call.Date, call.Time)}: {call.State}."));
        });
        return command;
    }

    private static async Task<WakeUpPreview> ReadBackAsync(CliSession cli, WakeUpRequest asked, CancellationToken ct)
    {
        var preview = (await cli.Api.PostAsync<WakeUpPreview>("api/wakeups/preview", asked, ct)).Value;
        await cli.Talk.WriteLineAsync(TextTable.Clean(preview.ReadBack));
        await cli.Talk.WriteLineAsync($"Greeting: {TextTable.Clean(preview.Language)}");
        foreach (var notice in preview.Notices) await cli.Talk.WriteLineAsync($"Note: {TextTable.Clean(notice)}");
        return preview;
    }

    private static (string Date, string Time) Exactly(WakeUpPreview preview) =>
        (LocalDatePattern.Iso.Format(preview.Date), LocalTimePattern.GeneralIso.Format(preview.Time));
}
