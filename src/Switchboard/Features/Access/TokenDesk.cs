using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using NodaTime;
using Npgsql;
using Switchboard.Persistence;
using Switchboard.Web;

namespace Switchboard.Features.Access;

/// <summary>Where tokens are made, listed, revoked and looked up.</summary>
internal sealed partial class TokenDesk(SwitchboardDb db, TimeProvider time, ILogger<TokenDesk> log)
{
    // \z, as $ would let a line end pass.
    [GeneratedRegex(@"^[a-z0-9-]{1,40}\z")]
    private static partial Regex NamePattern();

    private Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow());

    /// <summary>The token with this hash, revoked or not. Asked at every request, so that a revocation acts at once.</summary>
    public Task<ApiToken?> FindAsync(byte[] hash, CancellationToken ct) =>
        db.Set<ApiToken>().AsNoTracking().SingleOrDefaultAsync(t => t.Hash == hash, ct);

    public async Task<TokenCreated> CreateAsync(TokenRequest request, Caller caller, CancellationToken ct)
    {
        var (name, role) = Check(request);
        var text = TokenText.New();
        db.Add(new ApiToken { Name = name, Role = role, Hash = TokenText.Hash(text), CreatedAt = Now, CreatedBy = caller.Name });
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException refused) when (refused.InnerException is PostgresException { ConstraintName: ApiTokenMapping.OneOfANameIndex })
        {
            throw new ConflictException($"there is a token '{name}' already: revoke it first or take another name");
        }

        log.Created(name, role, caller.Name);
        return new TokenCreated(name, role, text);
    }

    public async Task<IReadOnlyList<TokenView>> ListAsync(CancellationToken ct) =>
        [.. (await db.Set<ApiToken>().AsNoTracking().OrderBy(t => t.Name).ThenBy(t => t.CreatedAt).ToListAsync(ct)).Select(ViewOf)];

    public async Task RevokeAsync(string name, Caller caller, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // All valid admins are locked, not the one alone: else two admins who revoke each other leave nobody.
        var valid = await db.Set<ApiToken>()
            .FromSql($"select * from api_tokens where revoked_at is null and (role = {Roles.Admin} or name = {name}) order by id for update")
            .ToListAsync(ct);
        var token = valid.SingleOrDefault(t => t.Name == name) ?? throw await WhyNotAsync(name, ct);
        if (token.Role == Roles.Admin && valid.Count(t => t.Role == Roles.Admin) == 1)
            throw new ConflictException($"'{name}' is the last admin token: create another one first");
        token.Revoke(caller.Name, Now);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        log.Revoked(name, caller.Name);
    }

    /// <summary>Refuses a name or a role that no token may have.</summary>
    /// <exception cref="InvalidInputException">Says what is allowed.</exception>
    internal static (string Name, string Role) Check(TokenRequest request)
    {
        if (request.Name is null || !NamePattern().IsMatch(request.Name))
            throw new InvalidInputException("name", request.Name, "must be 1 to 40 lower-case letters, digits or hyphens");
        if (request.Role is null || !Roles.All.Contains(request.Role))
            throw new InvalidInputException("role", request.Role, $"must be one of {string.Join(", ", Roles.All)}");
        return (request.Name, request.Role);
    }

    private async Task<Exception> WhyNotAsync(string name, CancellationToken ct) =>
        await db.Set<ApiToken>().AnyAsync(t => t.Name == name, ct)
            ? new ConflictException($"the token '{name}' is revoked already")
            : new NotFoundException("there is no token of that name");

    private static TokenView ViewOf(ApiToken t) => new(t.Name, t.Role, t.CreatedAt, t.CreatedBy, t.RevokedAt, t.RevokedBy);
}
