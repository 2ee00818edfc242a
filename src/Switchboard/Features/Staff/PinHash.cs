using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Switchboard.Features.Staff;

/// <summary>A PIN as it is stored: <c>pbkdf2-sha256$iterations$salt$hash</c>. A PIN has few digits; what protects it is the lock after a few tries.</summary>
internal static class PinHash
{
    public const int Iterations = 200_000;
    private const string Kind = "pbkdf2-sha256";
    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    /// <summary>Nobody's: checked where there is no such staff number, so that this takes as long.</summary>
    public static string Nobody { get; } = Of(RandomNumberGenerator.GetHexString(32));

    public static string Of(string pin, int iterations = Iterations)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return string.Create(CultureInfo.InvariantCulture, $"{Kind}${iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(Derive(pin, salt, iterations))}");
    }

    public static bool Matches(string stored, string pin)
    {
        var parts = stored.Split('$');
        return CryptographicOperations.FixedTimeEquals(Derive(pin, Convert.FromBase64String(parts[2]), IterationsOf(parts)), Convert.FromBase64String(parts[3]));
    }

    /// <summary>It was made when fewer iterations did.</summary>
    public static bool IsOld(string stored) => IterationsOf(stored.Split('$')) < Iterations;

    private static int IterationsOf(string[] parts) => parts is [Kind, var iterations, _, _]
        ? int.Parse(iterations, NumberStyles.None, CultureInfo.InvariantCulture)
        : throw new FormatException("a PIN's hash is not one of this service");

    private static byte[] Derive(string pin, byte[] salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(pin), salt, iterations, HashAlgorithmName.SHA256, HashBytes);
}
