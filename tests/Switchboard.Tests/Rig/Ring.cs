using NodaTime;
using Switchboard.Tests.FakeAsterisk;

namespace Switchboard.Tests.Rig;

/// <summary>A call that the PBX was asked to place to somebody.</summary>
internal sealed class Ring(FakeAction action, Instant at)
{
    public FakeAction Action { get; } = action;

    /// <summary>When it was asked for.</summary>
    public Instant At { get; } = at;

    public string ChannelId => Action["ChannelId"]!;

    /// <summary>Room, extension or number that rings.</summary>
    public string To => this["__SB_ROOM"] ?? this["__SB_TO"] ?? "";

    /// <summary>A channel variable that came with it.</summary>
    public string? this[string variable] =>
        Action.Text.Split("\r\n").Where(l => l.StartsWith($"Variable: {variable}=", StringComparison.Ordinal))
        .Select(l => l[(l.IndexOf('=', StringComparison.Ordinal) + 1)..]).FirstOrDefault();
}
