using System.Globalization;
using NodaTime;
using Switchboard.Pbx;

namespace Switchboard.Features.Calls;

/// <summary>
/// What the events say of one channel. Each fact is taken from the AMI events where they tell it, else from CEL: so the same event in both, or
/// twice, changes nothing.
/// </summary>
internal sealed class ChannelLife
{
    private const string Ringing = "5";
    private const string Up = "6";
    private readonly List<CallEvent> _own;
    private readonly List<CallEvent> _towards;

    /// <param name="uniqueId">The channel.</param>
    /// <param name="own">Its events, in their order; at least one.</param>
    /// <param name="towards">The events of others that dialled it.</param>
    public ChannelLife(string uniqueId, List<CallEvent> own, List<CallEvent> towards)
    {
        (UniqueId, _own, _towards) = (uniqueId, own, towards);
        Channel = own.Select(e => e.Channel).FirstOrDefault(c => c is not null) ?? "";
        IsPlumbing = CallIds.IsPlumbing(Channel);
        StartedAt = At(e => e.Name == "Newchannel") ?? At(e => e.Cel == "CHAN_START") ?? own[0].At;
        RingingAt = At(e => e.Name == "Newstate" && e["ChannelState"] == Ringing) ?? AtTowards("DialState", "RINGING");
        AnsweredAt = At(e => e.Name is "Newstate" or "Newchannel" && e["ChannelState"] == Up) ?? At(e => e.Cel == "ANSWER") ?? AtTowards("DialEnd", "ANSWER");
        EndedAt = At(e => e.Name == "Hangup") ?? At(e => e.Cel == "CHAN_END") ?? At(e => e.Cel == "HANGUP");
        Cause = Number(Text(e => e.Name == "Hangup", e => e["Cause"])) ?? Number(Text(e => e.Cel == "HANGUP", e => e.Extra("hangupcause")));
        CallerNumber = Text(e => !e.IsCel && CallIds.IsNumber(e["CallerIDNum"]), e => e["CallerIDNum"]) ?? Text(e => e.IsCel && CallIds.IsNumber(e["CallerIDnum"]), e => e["CallerIDnum"]);
        Dialled = Text(e => !e.IsCel && CallIds.IsNumber(e["Exten"]), e => e["Exten"]) ?? Text(e => e.IsCel && CallIds.IsNumber(e["Exten"]), e => e["Exten"]);
        // The room of a Dial event may be that of the phone that is called.
        Room = Text(e => !e.Name.StartsWith("Dial", StringComparison.Ordinal) && e.Room is not null, e => e.Room);
    }

    public string UniqueId { get; }
    public string Channel { get; }
    public string Phone => ChannelNames.PhoneOf(Channel);
    public bool IsPlumbing { get; }
    public Instant StartedAt { get; }
    public Instant? RingingAt { get; }
    public Instant? AnsweredAt { get; }
    public Instant? EndedAt { get; }
    public int? Cause { get; }
    public string? CallerNumber { get; }
    public string? Dialled { get; }
    public string? Room { get; }

    /// <summary>The call of its first and of its last event: they differ after an attended transfer or a pickup.</summary>
    public string BornIn => _own[0].LinkedId;
    public string LastIn => _own[^1].LinkedId;
    public Instant LastAt => _own[^1].At;

    /// <summary>How the dialling of this channel ended.</summary>
    public IEnumerable<string> DialStatuses => _towards.Where(e => e.Name == "DialEnd").Select(e => e["DialStatus"]).OfType<string>();

    /// <summary>How its own dialling ended, by CEL.</summary>
    public IEnumerable<string> CelDialStatuses => _own.Where(e => e.Cel == "HANGUP").Select(e => e.Extra("dialstatus")).OfType<string>();

    public bool WasIn(string linkedId) => _own.Exists(e => e.LinkedId == linkedId);

    private Instant? At(Predicate<CallEvent> which) => _own.Find(which)?.At;

    private Instant? AtTowards(string name, string status) => _towards.Find(e => e.Name == name && e["DialStatus"] == status)?.At;

    private string? Text(Predicate<CallEvent> which, Func<CallEvent, string?> what) => _own.Find(which) is { } found ? what(found) : null;

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
