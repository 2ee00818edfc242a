using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Switchboard.Features.Access;

/// <summary>A token's text: <c>swb_</c>, so that a scanner for leaked secrets can know it, and 256 random bits.</summary>
internal static partial class TokenText
{
    public static string New() => "swb_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>Whether this may be a token at all; the database is not asked about anything else.</summary>
    public static bool IsWellFormed(string text) => Pattern().IsMatch(text);

    [GeneratedRegex(@"^swb_[A-Za-z0-9_-]{43}\z")]
    private static partial Regex Pattern();

    public static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
