using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using NodaTime;
using Switchboard.Asterisk.Ami;
using Switchboard.Features.Phones;
using Switchboard.Features.Rooms;
using Switchboard.Pbx;
using Switchboard.Persistence.Local;
using Switchboard.Worker;

namespace Switchboard.Tests.Phones;

/// <summary>When a phone counts as gone, and what is due of it. The times are the hotel's defaults.</summary>
public sealed class PhoneBoardTests : IAsyncDisposable
{
    private static readonly Instant Start = Instant.FromUtc(2026, 12, 23, 22, 0);
    private readonly FakeTimeProvider _time = new(Start.ToDateTimeOffset());
    private readonly RoomPhones _rooms = new();
    private readonly AmiConnection _ami;
    private PhoneWatch _watch = null!;
    private PhoneBoard _board = null!;

    public PhoneBoardTests()
    {
        _ami = new AmiConnection(new AmiOptions { Host = "127.0.0.1", Port = 1, Username = "x", ReadSecret = () => "x" }, _time, NullLogger<AmiConnection>.Instance);
        Import(("1203", ["PJSIP/1203"]), ("1204", ["PJSIP/1204", "PJSIP/1204b"]));
        Restart();
    }

    public ValueTask DisposeAsync() => _ami.DisposeAsync();

    private void Restart()
    {
        var pbx = Options.Create(new PbxOptions());
        _watch = new PhoneWatch(_ami, pbx, _time, NullLogger<HotelPbx>.Instance);
        _board = new PhoneBoard(_watch, _rooms, pbx, Options.Create(new PhoneOptions()), new TimeProviderClock(_time));
    }

    private void Import(params (string Room, string[] Phones)[] rooms)
    {
        var copy = new LocalCopy();
        foreach (var (room, phones) in rooms) copy.Put(new Room(new RoomLine(room, null, null, "main", phones, false), Start), room);
        copy.Put(new Room(new RoomLine("9901", null, null, "annex", ["PJSIP/9901"], false), Start), "9901");
        _rooms.Take(copy);
    }

    private void Read(params (string Device, string State)[] but)
    {
        var states = new Dictionary<string, string> { ["PJSIP/1203"] = "NOT_INUSE", ["PJSIP/1204"] = "NOT_INUSE", ["PJSIP/1204b"] = "NOT_INUSE" };
        foreach (var (device, state) in but) states[device] = state;
        _watch.Take(states.Select(s => (s.Key, s.Value)));
    }

    /// <summary>What the keeper does with what is due.</summary>
    private List<PhoneAbsence> Store()
    {
        var stored = new List<PhoneAbsence>();
        foreach (var due in _board.Look())
        {
            if (due.IsOverdue) due.Absence.Warn(Now);
            if (due.BackAt is { } back) due.Absence.End(back);
            stored.Add(due.Absence);
        }

        _board.Take(stored);
        return stored;
    }

    private Instant Now => Instant.FromDateTimeOffset(_time.GetUtcNow());

    [Fact]
    public void A_room_is_reachable_by_any_of_its_phones_and_in_a_call_on_any_of_them()
    {
        Assert.Equal(RoomReach.Unknown, _board.Of("1204"));
        Read();
        Assert.Equal(new RoomReach(PhoneReach.Reachable, false), _board.Of("1204"));
        _watch.Change("PJSIP/1204", "UNAVAILABLE");
        Assert.Equal(new RoomReach(PhoneReach.Reachable, false), _board.Of("1204"));
        foreach (var state in (string[])["INUSE", "ONHOLD", "BUSY", "RINGINUSE"])
        {
            _watch.Change("PJSIP/1204b", state);
            Assert.Equal(new RoomReach(PhoneReach.Reachable, true), _board.Of("1204"));
        }

        _watch.Change("PJSIP/1204b", "RINGING");
        Assert.Equal(new RoomReach(PhoneReach.Reachable, false), _board.Of("1204"));
        _watch.Change("PJSIP/1204b", "UNAVAILABLE");
        Assert.Equal(new RoomReach(PhoneReach.Gone, false), _board.Of("1204"));
        _watch.Unhear();
        Assert.Equal(RoomReach.Unknown, _board.Of("1204"));
        // Another worker's, and nobody's.
        foreach (var room in (string[])["9901", "4711"]) Assert.Equal(RoomReach.Unknown, _board.Of(room));
    }

    [Fact]
    public void A_gateways_calls_are_not_the_rooms_and_what_the_PBX_never_tells_is_unknown()
    {
        Import(("1301", ["PJSIP/gateway/1301"]), ("1302", ["DAHDI/1"]));
        Read(("PJSIP/gateway", "INUSE"));
        Assert.Equal(new RoomReach(PhoneReach.Reachable, false), _board.Of("1301"));
        Assert.Equal(RoomReach.Unknown, _board.Of("1302"));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(_board.Look());
    }

    [Fact]
    public void An_absence_is_stored_when_it_has_settled_told_once_after_ten_minutes_and_over_when_the_phone_is_back()
    {
        Read();
        _watch.Change("PJSIP/1203", "UNAVAILABLE");
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.Empty(Store());
        _time.Advance(TimeSpan.FromSeconds(1));
        var absence = Assert.Single(Store());
        Assert.Equal(("1203", "PJSIP/1203", "UNAVAILABLE", Start, null), (absence.Room, absence.Phone, absence.State, absence.GoneAt, absence.WarnedAt));
        _time.Advance(TimeSpan.FromMinutes(9));
        Assert.Empty(Store());
        Assert.Equal(0, _board.Gone);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Same(absence, Assert.Single(Store()));
        Assert.Equal((Now, 1), (absence.WarnedAt!.Value, _board.Gone));
        _time.Advance(TimeSpan.FromHours(5));
        Assert.Empty(Store());
        _watch.Change("PJSIP/1203", "NOT_INUSE");
        Assert.Same(absence, Assert.Single(Store()));
        Assert.Equal((Now, 0), (absence.BackAt!.Value, _board.Gone));
        _time.Advance(TimeSpan.FromHours(5));
        Assert.Empty(Store());
    }

    [Fact]
    public void Who_falls_due_before_the_next_look_is_told_with_the_first()
    {
        Read();
        foreach (var phone in (string[])["PJSIP/1203", "PJSIP/1204", "PJSIP/1204b"])
        {
            _watch.Change(phone, "UNAVAILABLE");
            _time.Advance(TimeSpan.FromSeconds(20));
        }

        _time.Advance(TimeSpan.FromMinutes(9) - TimeSpan.FromSeconds(1));
        Assert.DoesNotContain(_board.Look(), d => d.IsOverdue);
        _time.Advance(TimeSpan.FromSeconds(1));
        // The third has 40 s to go, the next look is in 30.
        Assert.Equal(["PJSIP/1203", "PJSIP/1204"], _board.Look().Where(d => d.IsOverdue).Select(d => d.Absence.Phone));
    }

    [Fact]
    public void What_is_not_stored_for_good_is_due_again()
    {
        Read();
        _watch.Change("PJSIP/1203", "UNAVAILABLE");
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.True(Assert.Single(_board.Look()) is { IsNew: true, IsOverdue: true });
        Assert.True(Assert.Single(_board.Look()) is { IsNew: true, IsOverdue: true });
    }

    [Fact]
    public void Calls_and_moments_make_nothing_due()
    {
        Read();
        for (var call = 0; call < 100; call++)
        {
            foreach (var state in (string[])["RINGING", "INUSE", "NOT_INUSE", "UNAVAILABLE", "NOT_INUSE"]) _watch.Change("PJSIP/1203", state);
            _time.Advance(TimeSpan.FromMinutes(1));
            Assert.Empty(_board.Look());
        }
    }

    [Fact]
    public void An_absence_goes_on_across_a_restart_from_when_it_began_and_is_not_told_twice()
    {
        Read();
        _watch.Change("PJSIP/1203", "UNAVAILABLE");
        _watch.Change("PJSIP/1204", "UNAVAILABLE");
        _time.Advance(TimeSpan.FromSeconds(30));
        var stored = Store();
        _time.Advance(TimeSpan.FromMinutes(9.5));
        stored[0].Warn(Now);

        // The next life: it reads what is stored before or after the PBX.
        foreach (var storedFirst in (bool[])[true, false])
        {
            Restart();
            if (storedFirst) _board.Take(stored);
            Read(("PJSIP/1203", "UNAVAILABLE"), ("PJSIP/1204", "UNAVAILABLE"));
            if (!storedFirst) _board.Take(stored);
            var due = Assert.Single(_board.Look());
            Assert.True(due is { IsNew: false, IsOverdue: true, Absence.Room: "1204" });
            Assert.Equal([Start, Start], _board.List().Where(p => p.Reachable == false).Select(p => p.Since!.Value));
        }

        // Back while the worker was away.
        Restart();
        _board.Take(stored);
        Read();
        Assert.Equal([Now, Now], _board.Look().Select(d => d.BackAt!.Value));
    }

    [Fact]
    public void While_the_link_is_down_nothing_is_concluded_and_after_it_absences_go_on()
    {
        Read();
        _watch.Change("PJSIP/1203", "UNAVAILABLE");
        _time.Advance(TimeSpan.FromMinutes(1));
        Store();
        _watch.Unhear();
        _time.Advance(TimeSpan.FromMinutes(20));
        Assert.Empty(_board.Look());
        // This one went meanwhile: nobody knows when.
        Read(("PJSIP/1203", "UNAVAILABLE"), ("PJSIP/1204", "UNAVAILABLE"));
        Assert.True(Assert.Single(_board.Look()) is { IsOverdue: true, Absence.Room: "1203" });
        Assert.Equal(Now, _board.List().Single(p => p.Phone.Phone == "PJSIP/1204").Since);
    }

    [Fact]
    public void A_phone_that_the_room_has_no_longer_is_not_told_of_and_a_new_one_is_looked_at_at_once()
    {
        Read(("PJSIP/1203", "UNAVAILABLE"));
        _time.Advance(TimeSpan.FromMinutes(20));
        Import(("1203", ["PJSIP/1203x"]));
        Assert.Empty(_board.Look());
        Assert.Equal(new RoomReach(PhoneReach.Gone, false), _board.Of("1203"));
        Assert.Equal("INVALID", Assert.Single(_board.List()).State!.State);
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal("PJSIP/1203x", Assert.Single(_board.Look()).Absence.Phone);
    }

    [Fact]
    public void Two_thousand_phones_are_read_in_one_pass()
    {
        var rooms = Enumerable.Range(1000, 2000).Select(n => ($"{n}", (string[])[$"PJSIP/{n}"])).ToArray();
        Import(rooms);
        _watch.Take(rooms.Select(r => (r.Item2[0], "UNAVAILABLE")));
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(2000, Store().Count);
        Assert.Equal(2000, _board.Gone);
        Assert.Empty(_board.Look());
    }
}
