using System.Security.Cryptography;
using System.Text;

namespace Switchboard.Persistence;

/// <summary>
/// Ids of rows of which there can only be one: derived from what makes them so, that a commit whose answer was lost and its repetition mean the
/// same row (a UUID of version 8, RFC 9562).
/// </summary>
internal static class DerivedId
{
    public static Guid Of(params ReadOnlySpan<string> parts)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts!)), hash);
        hash[6] = (byte)((hash[6] & 0x0f) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
