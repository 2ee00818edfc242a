using Microsoft.EntityFrameworkCore;
using NodaTime;
using Switchboard.Persistence;

namespace Switchboard.Features.Access;

/// <summary>Somebody must be able to make the first token: the one who may read the worker's own files.</summary>
public static class AccessBootstrap
{
    private const string Name = "bootstrap";
    private const string By = "worker";
    private const int LongestFile = 4096;

    /// <summary>
    /// Makes sure that <paramref name="file"/> holds a valid admin token; null means that none is wanted. A file that cannot be
    /// written is logged and changes nothing: it must not keep wake-ups from ringing.
    /// </summary>
    public static async Task EnsureAsync(SwitchboardDb db, string? file, TimeProvider time, ILogger log, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(file)) return;
        try
        {
            if (await HoldsAdminAsync(db, file, ct)) return;
            using var draft = new TokenFile(file);
            var text = TokenText.New();
            draft.Write(text);
            await StoreAsync(db, text, Instant.FromDateTimeOffset(time.GetUtcNow()), ct);
            // After the commit: until then the old file is worth no less than the new one. A crash here is mended at the next start.
            draft.Keep();
            log.Bootstrapped(file);
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            log.BootstrapFailed(file, unwritable.Message);
        }
    }

    private static async Task<bool> HoldsAdminAsync(SwitchboardDb db, string file, CancellationToken ct)
    {
        if (!File.Exists(file) || new FileInfo(file).Length > LongestFile) return false;
        var text = (await File.ReadAllTextAsync(file, ct)).Trim();
        if (!TokenText.IsWellFormed(text)) return false;
        var hash = TokenText.Hash(text);
        return await db.Set<ApiToken>().AnyAsync(t => t.Hash == hash && t.Role == Roles.Admin && t.RevokedAt == null, ct);
    }

    private static async Task StoreAsync(SwitchboardDb db, string text, Instant now, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var older = await db.Set<ApiToken>().Where(t => t.Name == Name && t.RevokedAt == null).ToListAsync(ct);
        foreach (var token in older) token.Revoke(By, now);
        // In two steps: the index allows one valid token of a name at any moment.
        await db.SaveChangesAsync(ct);
        db.Add(new ApiToken { Name = Name, Role = Roles.Admin, Hash = TokenText.Hash(text), CreatedAt = now, CreatedBy = By });
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
    }
}
