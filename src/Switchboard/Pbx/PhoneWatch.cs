using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.Asterisk.Ami;
using Switchboard.Asterisk.Ami.Actions;
using Switchboard.Asterisk.Ami.Events;

namespace Switchboard.Pbx;

/// <summary>
/// Keeps the state of every phone of the PBX: read in one list at each connect and after a gap, then kept by DeviceStateChange. Every channel driver
/// sends that one, whatever made the phone come or go (registered, expired, unregistered, qualified and dead, the end of its last call), so PeerStatus,
/// which says less, is not listened to; ContactStatus only tells where a phone is registered.
/// </summary>
internal sealed class PhoneWatch(AmiConnection ami, IOptions<PbxOptions> options, TimeProvider time, ILogger<HotelPbx> log)
{
    private static readonly HashSet<string> Wanted = new(StringComparer.OrdinalIgnoreCase) { DeviceStateChangeEvent.EventName, ContactStatusEvent.EventName };
    private static readonly TimeSpan ReadAgain = TimeSpan.FromSeconds(5);
    private readonly List<Action<PhoneNews>> _followers = [];
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, string>> _contacts = new(StringComparer.Ordinal);
    private volatile ConcurrentDictionary<string, PhoneState> _states = new(StringComparer.Ordinal);
    private volatile bool _heard;
    private Instant _readAt;

    /// <summary>The link is up and the states were read.</summary>
    public bool IsHeard => _heard;

    /// <summary>Told everything in order, never two things at once; register before <see cref="RunAsync"/>. What a follower throws is logged and its own affair.</summary>
    public void Follow(Action<PhoneNews> follower) => _followers.Add(follower);

    /// <summary>The state of this device, such as <c>PJSIP/1203</c>; null while nobody knows.</summary>
    public PhoneState? Of(string device)
    {
        if (!_heard) return null;
        if (!_states.TryGetValue(device, out var state))
            // PJSIP tells the state of each of its endpoints when it starts; other kinds tell none before their first change.
            return new PhoneState(device, device.StartsWith("PJSIP/", StringComparison.Ordinal) ? "INVALID" : "UNKNOWN", _readAt);
        return _contacts.TryGetValue(device, out var contacts) ? state with { Contacts = [.. contacts.Keys.Order(StringComparer.Ordinal)] } : state;
    }

    internal async Task RunAsync(CancellationToken ct)
    {
        await using var events = ami.Subscribe("phones", Wanted);
        // The link may have come up before this was asked to run.
        if (ami.Status.State == AmiState.Connected) await ReadAsync(ct);
        await foreach (var notification in events.ReadAllAsync(ct))
        {
            switch (notification)
            {
                case AmiConnected:
                    _contacts.Clear();
                    await ReadAsync(ct);
                    break;
                case AmiGap:
                    await ReadAsync(ct);
                    break;
                case AmiDisconnected:
                    Unhear();
                    break;
                case AmiEvent { Message: var message } when message.TryRead<DeviceStateChangeEvent>(out var change):
                    if (change is { Device: { } device, State: { } state }) Change(device, state);
                    break;
                case AmiEvent { Message: var message } when message.TryRead<ContactStatusEvent>(out var contact):
                    Keep(contact);
                    break;
            }
        }
    }

    /// <summary>Takes a list of all states: what is not in it is not known to the PBX.</summary>
    internal void Take(IEnumerable<(string Device, string State)> listed)
    {
        var (now, before) = (Now, _states);
        var states = new ConcurrentDictionary<string, PhoneState>(StringComparer.Ordinal);
        foreach (var (device, state) in listed.Where(l => IsPhone(l.Device)))
            states[device] = before.TryGetValue(device, out var known) && known.State == state ? known : new PhoneState(device, state, now);
        (_states, _readAt, _heard) = (states, now, true);
        Tell(new PhonesRead());
    }

    internal void Change(string device, string state)
    {
        // Before the first list, and while the link is new, the list will say it.
        if (!_heard || !IsPhone(device) || (_states.TryGetValue(device, out var known) && known.State == state)) return;
        var now = new PhoneState(device, state, Now);
        _states[device] = now;
        Tell(new PhoneChanged(now));
    }

    internal void Unhear()
    {
        _heard = false;
        Tell(new PhonesUnheard());
    }

    private async Task ReadAsync(CancellationToken ct)
    {
        var generation = ami.Status.Generation;
        for (var told = false; ; told = true)
        {
            try
            {
                var listed = new List<(string, string)>();
                await foreach (var item in ami.DeviceStatesAsync(ct))
                {
                    if (item is { Device: { } device, State: { } state }) listed.Add((device, state));
                }

                Take(listed);
                if (told) log.PhonesReadAgain(options.Value.Name, listed.Count);
                return;
            }
            catch (AmiException failed)
            {
                // A lost link is told elsewhere, and the next connect reads.
                if (ami.Status is not { State: AmiState.Connected } now || now.Generation != generation) return;
                if (_heard) Unhear();
                if (!told) log.PhonesUnread(options.Value.Name, failed.Message);
                await Task.Delay(ReadAgain, time, ct);
            }
        }
    }

    private void Keep(ContactStatusEvent contact)
    {
        if (contact is not { Endpoint: { } endpoint, Uri: { } uri, Status: { } status }) return;
        var contacts = _contacts.GetOrAdd($"PJSIP/{endpoint}", _ => new(StringComparer.Ordinal));
        if (status == "Removed") contacts.TryRemove(uri, out _);
        else contacts[uri] = status;
    }

    private void Tell(PhoneNews news)
    {
        foreach (var follower in _followers)
        {
            try
            {
                follower(news);
            }
            catch (Exception unexpected) when (unexpected is not OperationCanceledException)
            {
                log.PhoneFailed(unexpected, (news as PhoneChanged)?.State.Device);
            }
        }
    }

    // Custom:DND1203, Queue:desk, MWI:1203@rooms and the like have states and are no phones.
    private static bool IsPhone(string device) => device.Contains('/', StringComparison.Ordinal) && !device.StartsWith("Local/", StringComparison.Ordinal);

    private Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow());
}
