using NodaTime;
using Switchboard.Pbx;

namespace Switchboard.Features.Calls;

/// <summary>
/// What the dialplan reported of a call. It tells each thing twice, by a user event and by an event of the call file; both, and what was read again
/// later, are one report here.
/// </summary>
internal sealed class CallReport
{
    public const string Offered = "SwitchboardOffered";
    public const string Taken = "SwitchboardTaken";
    public const string Returned = "SwitchboardReturned";
    public const string Unanswered = "SwitchboardUnanswered";
    public const string Transferred = "SwitchboardTransferred";
    public const string Locked = "SwitchboardLocked";
    public const string Message = "SwitchboardMessage";

    /// <summary>By their names as user events.</summary>
    public static readonly string[] Names = [Offered, Taken, Returned, Unanswered, Transferred, Locked, Message];

    private static readonly Dictionary<string, (string Name, string[] Fields)> Types =
        RecoveredReports.Types.Where(t => Names.Contains(t.Value.Name)).ToDictionary(t => t.Key, t => t.Value, StringComparer.Ordinal);

    // Its own time is the same in every copy; but a PBX without a clock is not believed.
    private static readonly Duration Believed = Duration.FromMinutes(1);
    private readonly Dictionary<string, string> _fields;

    private CallReport(string name, CallEvent e, Dictionary<string, string> fields)
    {
        (Name, Channel, UniqueId, _fields) = (name, e.Channel, e.UniqueId, fields);
        At = long.TryParse(this["At"], out var ms) && ms < 100_000_000_000_000 && Instant.FromUnixTimeMilliseconds(ms) is var own && own - e.At < Believed && e.At - own < Believed ? own : e.At;
    }

    /// <summary>The same by their names as events of the call file.</summary>
    public static IEnumerable<string> CelNames => Types.Keys;

    public string Name { get; }
    public Instant At { get; }
    public string? Channel { get; }
    public string UniqueId { get; }

    /// <summary>A field of it; null where it is not there or empty.</summary>
    public string? this[string field] => _fields.GetValueOrDefault(field) is { Length: > 0 } value ? value : null;

    /// <summary>The reports of a call, in their order.</summary>
    public static List<CallReport> Of(string linkedId, IEnumerable<CallEvent> events) =>
    [
        .. events.Where(e => e.LinkedId == linkedId).Select(Of).OfType<CallReport>()
            .DistinctBy(r => (r.Name, r.UniqueId, string.Join(':', r._fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => f.Value)))).OrderBy(r => r.At),
    ];

    /// <summary>Those without what was told of consultations; a leg of one that was put through from the desk is one no more.</summary>
    public static List<CallReport> OfTheCallItself(List<CallReport> told)
    {
        var moved = told.Where(r => r.Name == Transferred && r["Request"] is not null).Select(r => r.UniqueId).ToHashSet(StringComparer.Ordinal);
        return told.FindAll(r => !CallIds.IsConsultation(r.Channel) || moved.Contains(r.UniqueId));
    }

    private static CallReport? Of(CallEvent e)
    {
        if (e.UserEvent is { } name)
        {
            var type = Types.Values.FirstOrDefault(t => t.Name == name);
            return type.Name is null ? null : new(name, e, type.Fields.ToDictionary(f => f, f => e[f] ?? "", StringComparer.Ordinal));
        }

        var cel = e.Cel == "USER_DEFINED" ? e["UserDefType"] : e.Cel;
        if (cel is null || !Types.TryGetValue(cel, out var known)) return null;
        // Asterisk writes what it was given as JSON: {"extra":"1203:room:noanswer:..."}
        var values = (e.Extra("extra") ?? e["Extra"] ?? "").Split(':');
        return values.Length != known.Fields.Length ? null : new(known.Name, e, known.Fields.Zip(values).ToDictionary(f => f.First, f => f.Second, StringComparer.Ordinal));
    }
}
