using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.Features.Rooms;
using Switchboard.Pbx;

namespace Switchboard.Features.Phones;

/// <summary>Can a room be rung?</summary>
public enum PhoneReach
{
    /// <summary>The PBX is not heard, was not read yet, does not say, or is another worker's.</summary>
    Unknown,

    /// <summary>At least one of its phones.</summary>
    Reachable,

    /// <summary>None of its phones.</summary>
    Gone,
}

/// <summary>A room's phones taken together.</summary>
public sealed record RoomReach(PhoneReach Reach, bool InCall)
{
    public static RoomReach Unknown { get; } = new(PhoneReach.Unknown, false);
}

/// <summary>What is to be stored of a phone, and told.</summary>
/// <param name="Phone">The phone.</param>
/// <param name="Absence">Its absence.</param>
/// <param name="IsNew">It is not stored yet.</param>
/// <param name="IsOverdue">It has lasted so long that it must be told.</param>
/// <param name="BackAt">When it ended, where it has.</param>
internal sealed record PhoneDue(PhoneTrack Phone, PhoneAbsence Absence, bool IsNew, bool IsOverdue, Instant? BackAt);

/// <summary>
/// How the rooms' phones are, in memory. A change costs a look-up and no database; other features ask it for a room. It knows the rooms of this
/// worker's PBX.
/// </summary>
internal sealed class PhoneBoard
{
    /// <summary>What ends sooner is no absence: a phone that starts anew, an Asterisk that has yet to qualify its phones.</summary>
    public static readonly Duration Settled = Duration.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Room, string Phone), PhoneTrack> _tracks = [];
    private readonly HashSet<PhoneTrack> _pending = [];
    private readonly PhoneWatch _watch;
    private readonly RoomPhones _rooms;
    private readonly string _pbx;
    private readonly IClock _clock;
    private readonly Duration _goneAfter;
    private readonly Duration _lookEvery;
    private Dictionary<string, PhoneTrack[]> _byRoom = [];
    private ILookup<string, PhoneTrack> _byDevice = Enumerable.Empty<PhoneTrack>().ToLookup(t => t.Device, StringComparer.Ordinal);

    public PhoneBoard(PhoneWatch watch, RoomPhones rooms, IOptions<PbxOptions> pbx, IOptions<PhoneOptions> options, IClock clock)
    {
        (_watch, _rooms, _pbx, _clock) = (watch, rooms, pbx.Value.Name, clock);
        (_goneAfter, _lookEvery) = (Duration.FromTimeSpan(options.Value.GoneAfter), Duration.FromTimeSpan(options.Value.LookEvery));
        watch.Follow(Hear);
        rooms.Changed += TakeRooms;
        TakeRooms();
    }

    /// <summary>How this room's phones are just now.</summary>
    public RoomReach Of(string room)
    {
        lock (_lock)
        {
            if (!_watch.IsHeard || !_byRoom.TryGetValue(room, out var phones)) return RoomReach.Unknown;
            var reach = phones.Any(p => p.Reachable == true) ? PhoneReach.Reachable : phones.All(p => p.Reachable == false) ? PhoneReach.Gone : PhoneReach.Unknown;
            return new(reach, phones.Any(p => p.IsItsOwnDevice && _watch.Of(p.Device) is { IsInCall: true }));
        }
    }

    /// <summary>Each phone of each room, by their numbers, with its state; null where nobody knows.</summary>
    public IReadOnlyList<(PhoneTrack Phone, bool? Reachable, Instant? Since, PhoneState? State)> List()
    {
        lock (_lock)
        {
            var heard = _watch.IsHeard;
            return [.. _byRoom.Values.SelectMany(p => p).OrderBy(p => p.Room, StringComparer.Ordinal).ThenBy(p => p.Phone, StringComparer.Ordinal)
                .Select(p => (p, heard ? p.Reachable : null, heard ? p.Since : null, _watch.Of(p.Device)))];
        }
    }

    /// <summary>Phones whose absence was told and is not over.</summary>
    public int Gone
    {
        get
        {
            lock (_lock) return _tracks.Values.Count(t => t is { IsListed: true, Absence.WarnedAt: not null });
        }
    }

    /// <summary>What is to be stored and told now, by rooms. Nothing is concluded while the PBX is not heard. Until it is taken as stored, it is due again.</summary>
    internal IReadOnlyList<PhoneDue> Look()
    {
        var now = _clock.GetCurrentInstant();
        lock (_lock)
        {
            _pending.RemoveWhere(t => !t.IsPending);
            if (!_watch.IsHeard) return [];
            // Who would fall due before the next look is told with those who do: a switch takes all of its phones along, one after the other.
            var longEnough = _pending.Any(t => t.Reachable == false && now - t.Since!.Value >= _goneAfter) ? _goneAfter - _lookEvery : _goneAfter;
            return [.. _pending.Select(t => Due(t, now, longEnough)).OfType<PhoneDue>().OrderBy(d => d.Phone.Room, StringComparer.Ordinal).ThenBy(d => d.Phone.Phone, StringComparer.Ordinal)];
        }
    }

    /// <summary>Takes absences that are stored, as they are now.</summary>
    internal void Take(IEnumerable<PhoneAbsence> stored)
    {
        lock (_lock)
        {
            foreach (var absence in stored)
            {
                var track = TrackOf(absence.Room, absence.Phone);
                track.Take(absence);
                if (track.IsPending) _pending.Add(track);
            }
        }
    }

    private PhoneDue? Due(PhoneTrack track, Instant now, Duration longEnough)
    {
        var stored = track.Absence;
        // (Not before the rooms are known at all.)
        if (!track.IsListed) return _byRoom.Count == 0 ? null : new(track, stored!, false, false, now);
        if (track.Reachable == true) return new(track, stored!, false, false, track.Since);
        var lasted = now - track.Since!.Value;
        var overdue = lasted >= longEnough;
        if (!overdue && (lasted < Duration.Min(Settled, _goneAfter) || stored is not null)) return null;
        return new(track, stored ?? new PhoneAbsence(_pbx, track.Room, track.Phone, _watch.Of(track.Device)?.State ?? "UNKNOWN", track.Since.Value), stored is null, overdue, null);
    }

    private void Hear(PhoneNews news)
    {
        lock (_lock)
        {
            switch (news)
            {
                case PhoneChanged { State: var state }:
                    foreach (var track in _byDevice[state.Device]) See(track, state);
                    break;
                case PhonesRead:
                    foreach (var track in _byRoom.Values.SelectMany(p => p)) See(track);
                    break;
            }
        }
    }

    private void TakeRooms()
    {
        lock (_lock)
        {
            foreach (var track in _tracks.Values) track.IsListed = false;
            _byRoom = _rooms.List.Where(r => r.Pbx == _pbx).ToDictionary(r => r.Room, r => r.Phones.Select(p => TrackOf(r.Room, p)).ToArray(), StringComparer.Ordinal);
            foreach (var track in _byRoom.Values.SelectMany(p => p)) track.IsListed = true;
            _byDevice = _byRoom.Values.SelectMany(p => p).ToLookup(p => p.Device, StringComparer.Ordinal);
            foreach (var track in _byRoom.Values.SelectMany(p => p)) See(track);
            foreach (var track in _tracks.Values.Where(t => t is { IsListed: false, IsPending: true })) _pending.Add(track);
        }
    }

    private PhoneTrack TrackOf(string room, string phone)
    {
        if (!_tracks.TryGetValue((room, phone), out var track)) _tracks[(room, phone)] = track = new(room, phone);
        return track;
    }

    private void See(PhoneTrack track)
    {
        if (_watch.Of(track.Device) is { } state) See(track, state);
    }

    private void See(PhoneTrack track, PhoneState state)
    {
        track.See(state, _clock.GetCurrentInstant());
        if (track.IsPending) _pending.Add(track);
    }
}
