using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using NodaTime;
using Npgsql;
using Switchboard.Persistence;
using Switchboard.Web;

namespace Switchboard.Features.Access;

/// <summary>A token as it is asked for.</summary>
public sealed record TokenRequest(string? Name, string? Role);

/// <summary>A new token; its text is shown this once.</summary>
public sealed record NewToken(string Name, string Role, string Token);

/// <summary>A token in a list.</summary>
public sealed record TokenView(string Name, string Role, Instant CreatedAt, string CreatedBy, Instant? RevokedAt, string? RevokedBy);

/// <summary>Makes, lists and revokes tokens.</summary>
internal sealed partial class TokenDesk(SwitchboardDb db, IClock clock, ILogger<TokenDesk> log)
{
    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,39}$")]
    private static partial Regex TokenName();

    public async Task<NewToken> CreateAsync(TokenRequest request, string by, CancellationToken ct)
    {
        if (request.Name is null || !TokenName().IsMatch(request.Name))
            throw new InvalidInputException("name", request.Name, "must be 1 to 40 lower-case letters, digits or hyphens");
        if (request.Role is null || !Policies.Roles.Contains(request.Role, StringComparer.Ordinal))
            throw new InvalidInputException("role", request.Role, $"must be one of {string.Join(", ", Policies.Roles)}");
        var (token, text) = ApiToken.Create(request.Name, request.Role, by, clock.GetCurrentInstant());
        db.Add(token);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException refused) when (refused.InnerException is PostgresException { ConstraintName: ApiTokenMapping.OneOfAName })
        {
            throw new ConflictException($"there is a token '{request.Name}' already: revoke it first, or choose another name");
        }

        log.TokenCreated(token.Name, token.Role, by);
        return new NewToken(token.Name, token.Role, text);
    }

    public async Task<IReadOnlyList<TokenView>> ListAsync(CancellationToken ct) =>
        await db.Set<ApiToken>().AsNoTracking().OrderBy(t => t.CreatedAt)
            .Select(t => new TokenView(t.Name, t.Role, t.CreatedAt, t.CreatedBy, t.RevokedAt, t.RevokedBy)).ToListAsync(ct);

    public async Task RevokeAsync(string name, string by, CancellationToken ct)
    {
        var token = await db.Set<ApiToken>().Where(t => t.Name == name).OrderBy(t => t.RevokedAt != null).FirstOrDefaultAsync(ct)
            ?? throw new NotFoundException($"there is no token '{name}'");
        if (token.RevokedAt is not null) throw new ConflictException($"the token '{name}' was revoked already");
        if (token.Role == Policies.Admin && await db.Set<ApiToken>().CountAsync(t => t.RevokedAt == null && t.Role == Policies.Admin, ct) == 1)
            throw new ConflictException($"'{name}' is the last admin token: make another one first");
        token.Revoke(by, clock.GetCurrentInstant());
        await db.SaveChangesAsync(ct);
        log.TokenRevoked(name, by);
    }

    /// <summary>Sees to it that the file holds a valid admin token: the first one of a new database, or a new one for who has lost theirs.</summary>
    public async Task EnsureBootstrapAsync(string? file, CancellationToken ct)
    {
        const string Name = "bootstrap";
        if (string.IsNullOrEmpty(file)) return;
        if (File.Exists(file))
        {
            var hash = ApiToken.HashOf((await File.ReadAllTextAsync(file, ct)).Trim());
            if (await db.Set<ApiToken>().AnyAsync(t => t.Hash == hash && t.RevokedAt == null, ct)) return;
        }

        var now = clock.GetCurrentInstant();
        foreach (var old in await db.Set<ApiToken>().Where(t => t.Name == Name && t.RevokedAt == null).ToListAsync(ct)) old.Revoke(Name, now);
        await db.SaveChangesAsync(ct);
        var (token, text) = ApiToken.Create(Name, Policies.Admin, Name, now);
        // The file first: a token that nobody holds is of no use, a file that is not valid is replaced at the next start.
        await WriteSecretAsync(file, text, ct);
        db.Add(token);
        await db.SaveChangesAsync(ct);
        log.BootstrapWritten(file);
    }

    private static async Task WriteSecretAsync(string file, string text, CancellationToken ct)
    {
        var temporary = file + ".new";
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var stream = new FileStream(temporary, options))
        await using (var writer = new StreamWriter(stream)) await writer.WriteLineAsync(text.AsMemory(), ct);
        File.Move(temporary, file, overwrite: true);
    }
}

/// <summary>Event ids 4200 to 4299. Never a token's text.</summary>
internal static partial class AccessLog
{
    [LoggerMessage(4200, LogLevel.Information, "Token {Name} ({Role}) created by {By}")]
    public static partial void TokenCreated(this ILogger logger, string name, string role, string by);

    [LoggerMessage(4201, LogLevel.Information, "Token {Name} revoked by {By}")]
    public static partial void TokenRevoked(this ILogger logger, string name, string by);

    [LoggerMessage(4202, LogLevel.Information, "An admin token was written to {File}")]
    public static partial void BootstrapWritten(this ILogger logger, string file);
}
