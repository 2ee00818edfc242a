using System.Globalization;
using NodaTime;

namespace Switchboard.Pbx;

/// <summary>
/// What the dialplan wrote of a call before it did anything else (AstDB family <c>switchboard_proof</c>, see
/// extensions_switchboard.conf): it survives the worker, and the key that a guest pressed is never lost.
/// </summary>
internal static class CallProof
{
    public const string Family = "switchboard_proof";

    /// <summary>The end that a proof tells of, or null while the call is still in conversation (or the text is not ours).</summary>
    public static RoomCallEnd? Read(string value)
    {
        var parts = value.Split(':');
        return parts switch
        {
            ["dialed", var status, var rang, var progress, var cause, var at] => NotAnswered(status, rang, progress, cause, at),
            ["key", var key, var greeting, var at] => Key(key, greeting, at),
            ["ended", "", var heard, var played, var greeting, var at] => NoKey(heard, played, greeting, at),
            ["ended", var key, _, _, var greeting, var at] => Key(key, greeting, at),
            _ => null,
        };
    }

    public static RoomCallEnd NotAnswered(string? status, string? rang, string? progress, string? cause, string? at) => new(RoomCallEndKind.NotAnswered)
    {
        DialStatus = status,
        Rang = rang == "1",
        Progress = progress == "1",
        Cause = int.TryParse(cause, NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : null,
        EndedAt = Time(at),
    };

    public static RoomCallEnd Key(string? key, string? greetingAt, string? at) => new(RoomCallEndKind.Key)
    {
        Key = key,
        Played = true,
        AnsweredAt = Time(greetingAt),
        KeyAt = Time(at),
        EndedAt = Time(at),
    };

    public static RoomCallEnd NoKey(string? heardMs, string? played, string? greetingAt, string? at) => new(RoomCallEndKind.NoKey)
    {
        Heard = Duration.FromMilliseconds(long.TryParse(heardMs, NumberStyles.None, CultureInfo.InvariantCulture, out var ms) ? ms : 0),
        Played = played == "1",
        AnsweredAt = Time(greetingAt),
        EndedAt = Time(at),
    };

    /// <summary>Epoch milliseconds of the PBX's clock.</summary>
    public static Instant? Time(string? epochMs) =>
        long.TryParse(epochMs, NumberStyles.None, CultureInfo.InvariantCulture, out var ms) ? Instant.FromUnixTimeMilliseconds(ms) : null;
}
