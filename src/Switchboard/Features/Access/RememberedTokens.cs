using System.Collections.Concurrent;
using Switchboard.Persistence.Local;

namespace Switchboard.Features.Access;

/// <summary>Marks an endpoint that must answer also while the database is away; whoever was let in before is then let in there.</summary>
internal sealed class AnswersWithoutDatabase;

/// <summary>
/// The tokens that were good the last time the database was asked: those in use, and this machine's copy of the others (hashes only). Used where an endpoint is marked
/// <see cref="AnswersWithoutDatabase"/> and the database cannot be asked: whoever sees to the outage needs the status most.
/// </summary>
internal sealed class RememberedTokens(LocalCopy copy)
{
    private const int Most = 1000;
    private readonly ConcurrentDictionary<string, ApiToken> _tokens = new(StringComparer.Ordinal);

    /// <summary>Keeps what the database says of a token: known and valid, or no longer.</summary>
    public void Keep(byte[] hash, ApiToken? token)
    {
        var key = Convert.ToHexString(hash);
        if (token is null or { RevokedAt: not null }) _tokens.TryRemove(key, out _);
        else if (_tokens.Count < Most || _tokens.ContainsKey(key)) _tokens[key] = token;
    }

    /// <summary>The token as it was last known, or null.</summary>
    public ApiToken? Find(byte[] hash) => _tokens.GetValueOrDefault(Convert.ToHexString(hash))
        ?? copy.Where<ApiToken>(t => t.RevokedAt is null && t.Hash.AsSpan().SequenceEqual(hash)).SingleOrDefault();
}
