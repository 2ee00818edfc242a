using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Switchboard.Asterisk.Ami;
using Switchboard.Asterisk.Ami.Actions;
using Switchboard.LabTests.Lab;
using Switchboard.Pbx;

namespace Switchboard.LabTests.Pbx;

/// <summary>AstDB of the real Asterisk is kept equal to what features want, by the worker's own user and rights.</summary>
public class AstDbTests(ITestOutputHelper output)
{
    [Fact]
    public async Task What_features_want_is_written_what_is_not_theirs_stays_and_what_has_no_shape_of_theirs_is_left_out()
    {
        await using var pbx = new LabAsterisk(LabHotel.RoomsOf("1101"));
        await pbx.StartAsync();
        await using var keeper = new Keeper(pbx);
        keeper.Wanted["switchboard_room"]["1101"] = "1:2:zh-en:PJSIP/1101&PJSIP/1101b";
        keeper.Wanted["switchboard_phone"]["PJSIP/1101b"] = "1101";
        keeper.Wanted["switchboard_dnd"]["1101"] = "on:1764137000123:desk:";
        keeper.Wanted["switchboard_hotel"]["national"] = "0[1-9][0-9]+|1[3-9][0-9]+";
        await keeper.StartAsync();
        await keeper.WaitForAsync("switchboard_room", "1101", "1:2:zh-en:PJSIP/1101&PJSIP/1101b");
        await keeper.WaitForAsync("switchboard_phone", "PJSIP/1101b", "1101");
        await keeper.WaitForAsync("switchboard_dnd", "1101", "on:1764137000123:desk:");
        await keeper.WaitForAsync("switchboard_hotel", "national", "0[1-9][0-9]+|1[3-9][0-9]+");
        Assert.Contains(new StateEntry("switchboard_dnd", "1101", "on:1764137000123:desk:"), keeper.Held);
        // The lamp.
        await keeper.WaitForAsync("CustomDevstate", "DND1101", "INUSE");
        Assert.Equal(new StateReading(4, 4, 0, 0, 0), keeper.State.LastReading);

        // A change goes out at once; an end as well.
        keeper.Change("switchboard_dnd", "1101", "off:1764137000999:desk:");
        keeper.Change("switchboard_hotel", "national", null);
        await keeper.WaitForAsync("switchboard_dnd", "1101", "off:1764137000999:desk:");
        await keeper.WaitForAsync("switchboard_hotel", "national", null);
        await keeper.WaitForAsync("CustomDevstate", "DND1101", "NOT_INUSE");

        // Whatever a feature's mistake may be: only our families in their own shapes.
        await keeper.WriteAsync(new("cidname", "1101", "x"), new("switchboard_room", "1101", "9:2:zh:PJSIP/1101"), new("switchboard_dnd", "1101", "on:now:desk:"),
            new("switchboard_rooms", "1101", "1"), new("write", "1", "1"), new("switchboard_room", "../x y", "1:2:zh:PJSIP/1"), new("switchboard_phone", "PJSIP/1", "${SHELL}"),
            new("i", "1", "1"), new("switchboard_dnd_x", "1", "on:1:desk:"), new("switchboard_forward", "1101", "on:5:desk:1102"));
        Assert.Equal("on:5:desk:1102", await keeper.AtPbxAsync("switchboard_forward", "1101"));
        Assert.Equal("1:2:zh-en:PJSIP/1101&PJSIP/1101b", await keeper.AtPbxAsync("switchboard_room", "1101"));
        Assert.Equal("off:1764137000999:desk:", await keeper.AtPbxAsync("switchboard_dnd", "1101"));
        foreach (var family in (string[])["cidname", "switchboard_rooms", "write", "i", "switchboard_dnd_x"]) Assert.Empty(await keeper.FamilyAsync(family));
        Assert.Single(await keeper.FamilyAsync("switchboard_room"));
        Assert.Single(await keeper.FamilyAsync("switchboard_phone"));
    }

    [Fact]
    public async Task An_Asterisk_that_lost_its_AstDB_holds_2000_rooms_again_and_what_others_keep_there_stays()
    {
        await using var pbx = new LabAsterisk(LabHotel.RoomsOf("1101"));
        await pbx.StartAsync();
        await using var keeper = new Keeper(pbx);
        for (var room = 1000; room < 3000; room++)
        {
            keeper.Wanted["switchboard_room"][Text(room)] = $"1:2:zh-en:PJSIP/{room}";
            keeper.Wanted["switchboard_phone"][$"PJSIP/{room}"] = Text(room);
            if (room % 10 == 0) keeper.Wanted["switchboard_dnd"][Text(room)] = "on:1764137000123:desk:";
        }

        await keeper.StartAsync();
        await keeper.WaitUntilEqualAsync(null);
        await pbx.StopAsync();
        File.Delete(Path.Combine(pbx.Folder, "db", "astdb.sqlite3"));
        var before = keeper.State.LastReading;
        await pbx.StartAsync();
        await keeper.WaitUntilEqualAsync(before);
        output.WriteLine($"{keeper.State.LastReading}: equal {keeper.EqualAfter.TotalMilliseconds:F0} ms after the link was up");
        Assert.Equal(4200, keeper.State.LastReading!.Missing);

        // By somebody else's hand: other families are left alone, ours are set right at the next reading.
        await keeper.WriteAsync(new StateEntry("switchboard_room", "1000", "0:0:en:PJSIP/9999"), new StateEntry("switchboard_room", "9999", "0:0:en:PJSIP/9999"), new StateEntry("switchboard_phone", "PJSIP/1000", null));
        keeper.State.RequestReading();
        await keeper.WaitForAsync("switchboard_room", "1000", "1:2:zh-en:PJSIP/1000");
        await keeper.WaitForAsync("switchboard_room", "9999", null);
        await keeper.WaitForAsync("switchboard_phone", "PJSIP/1000", "1000");
        Assert.Equal(new StateReading(4200, 1, 1, 1, 0), keeper.State.LastReading);
        Assert.Contains("INUSE", (await keeper.FamilyAsync("CustomDevstate")).Values);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The part of the worker that keeps AstDB, with wishes of this test's own.</summary>
    private sealed class Keeper : IAsyncDisposable
    {
        private readonly ServiceProvider _services;
        private readonly List<IHostedService> _hosted;
        private readonly AmiConnection _ami;
        private long _connected;
        private long _equal;

        public Keeper(LabAsterisk pbx)
        {
            var configuration = new ConfigurationManager();
            configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Pbx:Port"] = Text(pbx.AmiPort), ["Pbx:Username"] = "switchboard", ["Pbx:SecretFile"] = pbx.SecretFile });
            var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System);
            foreach (var (name, wanted) in Wanted)
            {
                services.AddSingleton(new StateFamily(name, _ => Task.FromResult<IReadOnlyDictionary<string, string>>(wanted.ToDictionary()))
                {
                    TakeOverAsync = name is "switchboard_dnd" ? (_, _) => Task.FromResult<IReadOnlyDictionary<string, string?>>(new Dictionary<string, string?>()) : null,
                    Held = entries =>
                    {
                        foreach (var entry in entries) Held.Add(entry);
                        if (State is { Pending: 0 }) _equal = TimeProvider.System.GetTimestamp();
                    },
                });
            }

            _services = services.AddPbx(configuration).BuildServiceProvider();
            _ami = _services.GetRequiredService<AmiConnection>();
            State = _services.GetRequiredService<PbxState>();
            State.MayWrite = () => true;
            _services.GetRequiredService<HotelPbx>().ReadinessChanged += () => _connected = _services.GetRequiredService<HotelPbx>().Link.Connected ? TimeProvider.System.GetTimestamp() : 0;
            _hosted = [.. _services.GetServices<IHostedService>()];
        }

        public Dictionary<string, ConcurrentDictionary<string, string>> Wanted { get; } = new()
        {
            ["switchboard_room"] = [],
            ["switchboard_phone"] = [],
            ["switchboard_hotel"] = [],
            ["switchboard_dnd"] = [],
        };

        public ConcurrentBag<StateEntry> Held { get; } = [];
        public PbxState State { get; }
        public TimeSpan EqualAfter => TimeProvider.System.GetElapsedTime(_connected, _equal);

        public async Task StartAsync()
        {
            foreach (var hosted in _hosted) await hosted.StartAsync(CancellationToken.None);
        }

        public void Change(string family, string key, string? value)
        {
            if (value is null) Wanted[family].TryRemove(key, out _);
            else Wanted[family][key] = value;
            State.Set(family, key, value);
        }

        public Task<bool> WriteAsync(params StateEntry[] entries) => _services.GetRequiredService<PbxStateWriter>().WriteAsync(entries, CancellationToken.None);

        public async Task<IReadOnlyDictionary<string, string>> FamilyAsync(string family)
        {
            var entries = new Dictionary<string, string>();
            await foreach (var entry in _ami.DbGetTreeAsync(family)) entries[entry.Key![(family.Length + 2)..]] = entry.Value!;
            return entries;
        }

        public async Task<string?> AtPbxAsync(string family, string key) => (await FamilyAsync(family)).GetValueOrDefault(key);

        public async Task WaitForAsync(string family, string key, string? value)
        {
            string? last = null;
            Assert.True(await Eventually.TrueAsync(async () => _ami.Status.State == AmiState.Connected && (last = await AtPbxAsync(family, key)) == value, TimeSpan.FromSeconds(10)), $"{family}/{key} is '{last}'");
        }

        public async Task WaitUntilEqualAsync(StateReading? before)
        {
            Assert.True(await Eventually.TrueAsync(() => State.LastReading is { } last && !ReferenceEquals(last, before) && State.Pending == 0, TimeSpan.FromSeconds(20)), $"{State.Pending} wait, {State.LastReading}");
            foreach (var (family, wanted) in Wanted) Assert.Equal(wanted.OrderBy(w => w.Key), (await FamilyAsync(family)).OrderBy(w => w.Key));
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var hosted in _hosted) await hosted.StopAsync(new CancellationToken(canceled: true));
            await _services.DisposeAsync();
        }
    }
}
