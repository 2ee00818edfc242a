using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Switchboard.Cli;

namespace Switchboard.Features.Access;

/// <summary><c>switchboard token</c>.</summary>
internal static class TokenCommands
{
    public static Command Create() => new CliCommand("token", "Who may use the API") { CreateToken(), List(), Revoke() };

    private static CliCommand CreateToken()
    {
        var name = new Argument<string>("NAME") { Description = "1 to 40 lower-case letters, digits or hyphens" };
        var role = new Option<string>("--role") { Description = string.Join(", ", Roles.All), HelpName = "ROLE", Required = true };
        var output = new Option<string?>("--output") { Description = "Write the token into this file (mode 0600) and do not print it", HelpName = "FILE" };
        var command = new CliCommand("create", "Make a token; it is shown this once",
            "switchboard token create front-desk --role operator --output front-desk.token") { name, role, output };
        command.Does(async (cli, ct) =>
        {
            using var file = Open(cli.Value(output));
            var answer = await cli.Api.PostAsync<TokenCreated>("api/tokens", new TokenRequest(cli.Value(name), cli.Value(role)), ct);
            var created = answer.Value;
            if (file is null) return cli.Show(answer, token => cli.Out.WriteLine(token.Token));
            file.Write(created.Token);
            file.Keep();
            var told = new JsonObject { ["name"] = created.Name, ["role"] = created.Role, ["file"] = cli.Value(output) };
            return cli.Show(new ApiAnswer<TokenCreated>(created, told.ToJsonString(JsonSerializerOptions.Web)), token =>
                cli.Out.WriteLine($"Token {token.Name} ({token.Role}) is in {cli.Value(output)}."));
        });
        return command;
    }

    private static CliCommand List()
    {
        var command = new CliCommand("list", "List the tokens, the revoked ones too", "switchboard token list");
        command.Does(async (cli, ct) => cli.Show(await cli.Api.GetAsync<TokenView[]>("api/tokens", ct), tokens =>
        {
            var table = new TextTable("NAME", "ROLE", "CREATED (UTC)", "BY", "REVOKED (UTC)", "BY");
            foreach (var t in tokens)
                table.Add(t.Name, t.Role, cli.Clock(t.CreatedAt, "UTC"), t.CreatedBy, t.RevokedAt is { } at ? cli.Clock(at, "UTC") : null, t.RevokedBy);
            cli.Show(table, "There are no tokens.");
        }));
        return command;
    }

    private static CliCommand Revoke()
    {
        var name = new Argument<string>("NAME") { Description = "The token's name" };
        var command = new CliCommand("revoke", "Revoke a token; it is refused from now on", "switchboard token revoke lost-phone") { name };
        command.Does(async (cli, ct) =>
        {
            await cli.Api.DeleteAsync($"api/tokens/{Uri.EscapeDataString(cli.Value(name))}", ct);
            var done = new JsonObject { ["name"] = cli.Value(name), ["revoked"] = true };
            return cli.Show(new ApiAnswer<string>(cli.Value(name), done.ToJsonString(JsonSerializerOptions.Web)), revoked =>
                cli.Out.WriteLine($"Token {TextTable.Clean(revoked)} is revoked."));
        });
        return command;
    }

    private static TokenFile? Open(string? path)
    {
        try
        {
            return path is null ? null : new TokenFile(path);
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Usage, $"{path} cannot be written, no token was made: {unwritable.Message}");
        }
    }
}
