using NodaTime;

namespace Switchboard.Pbx;

/// <summary>Whose the PBX is, as its AstDB says (extensions_switchboard_lease.conf): WORKER:SINCE:CLAIMED.</summary>
/// <param name="Text">The whole entry, for who would take its place.</param>
/// <param name="Worker">The worker's id.</param>
/// <param name="Since">Since when it serves, by the PBX's clock.</param>
internal sealed record LeaseEntry(string Text, string Worker, Instant? Since)
{
    public const string Family = "switchboard_lease";
    public const string Key = "worker";

    /// <summary>Null where nobody has it, or the text is not ours.</summary>
    public static LeaseEntry? Read(string? text) => text?.Split(':') is [{ Length: > 0 } worker, ..] parts ? new(text, worker, parts.Length > 1 ? CallProof.Time(parts[1]) : null) : null;
}
