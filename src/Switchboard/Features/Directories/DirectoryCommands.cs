using System.CommandLine;
using Switchboard.Cli;

namespace Switchboard.Features.Directories;

/// <summary><c>switchboard directory</c>.</summary>
internal static class DirectoryCommands
{
    public static Command Create() => new CliCommand("directory", "Departments and managers") { Import(), List(), Find() };

    private static CliCommand Import()
    {
        var file = new Argument<string>("FILE")
        {
            Description = "UTF-8 CSV: key,name,title,extension,hours,mobile,mail,deputy,languages; key, name and extension must be there",
        };
        var replace = new Option<bool>("--replace") { Description = "Remove the entries that the file leaves out; else they stay" };
        var command = new CliCommand("import", "Import departments and managers: new ones are added, known ones updated; a bad line stops all of it",
            "switchboard directory import directory.csv", "switchboard directory import directory.csv --replace") { file, replace };
        command.Does(async (cli, ct) =>
        {
            var bytes = await CliSession.ReadFileAsync(cli.Value(file), ct);
            return cli.Show(await cli.Api.PostFileAsync<DirectoryImportResult>($"api/directory/import?replace={(cli.Value(replace) ? "true" : "false")}", bytes, "text/csv", ct), done =>
                cli.Out.WriteLine($"Directory imported: {done.Created} new, {done.Updated} changed, {done.Unchanged} as they were, {done.Removed} removed."));
        });
        return command;
    }

    private static CliCommand List()
    {
        var command = new CliCommand("list", "List departments and managers", "switchboard directory list");
        command.Does((cli, ct) => ShowAsync(cli, "api/directory", "The directory is empty: switchboard directory import FILE.", ct));
        return command;
    }

    private static CliCommand Find()
    {
        var text = new Argument<string>("TEXT") { Description = "A part of key, name, title or extension" };
        var command = new CliCommand("find", "Find departments and managers", "switchboard directory find 总经理", "switchboard directory find engineering") { text };
        command.Does((cli, ct) => ShowAsync(cli, $"api/directory?find={Uri.EscapeDataString(cli.Value(text))}", "Nobody of that name is in the directory.", ct));
        return command;
    }

    private static async Task<int> ShowAsync(CliSession cli, string path, string whenEmpty, CancellationToken ct) => cli.Show(await cli.Api.GetAsync<DirectoryView[]>(path, ct), entries =>
    {
        var table = new TextTable("EXTENSION", "NAME", "TITLE", "NOW", "HOURS", "MOBILE", "MAIL", "DEPUTY", "LANGUAGES", "KEY");
        foreach (var e in entries)
            table.Add(e.Extension, e.Name, e.Title, e.InOffice ? "in office" : "out", e.Hours ?? "always", e.Mobile, e.Mail, e.Deputy, string.Join(' ', e.Languages), e.Key);
        cli.Show(table, whenEmpty);
    });
}
