using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Switchboard.Features.Hotel;
using Switchboard.Features.Rooms;
using Switchboard.Features.Stays;
using Switchboard.Pbx;
using Switchboard.Persistence.Local;

namespace Switchboard.Features.Extensions;

/// <summary>What AstDB is to hold of rooms, phones and the hotel; whole at every reading, and room by room as things change.</summary>
internal sealed class ExtensionProjection(
    IServiceScopeFactory scopes, PbxState state, HotelPbx pbx, LocalStore local, RoomPhones phones, ExtensionSignal signal, NameProjection names, IOptions<OutsideOptions> outside,
    IOptions<OfficeOptions> office, IOptions<HotelOptions> hotel, IOptions<PhoneDialogueOptions> dialogues, ILogger<ExtensionProjection> log) : BackgroundService
{
    private const string RoomFamily = "switchboard_room";

    // Those of the dialplan itself (extensions_switchboard_outside.conf), beside the configured ones.
    private const string EmergencyHere = "110|119|120|122|112|911";
    private readonly HashSet<string> _toldEmergency = new(StringComparer.Ordinal);
    private readonly HashSet<string> _toldGateway = new(StringComparer.Ordinal);

    /// <summary>switchboard_room.</summary>
    public StateFamily Rooms() => new(RoomFamily, async ct => (await RoomsAsync(null, ct)).ToDictionary(r => r.Key, r => r.Value, StringComparer.Ordinal));

    /// <summary>switchboard_phone: whose room a phone is.</summary>
    public StateFamily Phones() => new("switchboard_phone", async ct =>
    {
        await using var scope = scopes.CreateAsyncScope();
        var entries = new Dictionary<string, string>(StringComparer.Ordinal);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var room in await scope.ServiceProvider.GetRequiredService<RoomRegister>().OfPbxAsync(pbx.Name, ct))
        {
            foreach (var phone in room.DialStrings)
            {
                // A channel's name begins with technology and line, whatever is dialled there; of a gateway's lines it cannot be said which.
                var parts = phone.Split('/');
                if (phone.Contains('@', StringComparison.Ordinal))
                {
                    if (_toldGateway.Add(phone)) log.IsBehindGateway(room.Number, phone);
                    continue;
                }

                // The first one's, as in RoomPhones. One that is named as its room says so itself: half as much to write for an Asterisk that lost it all.
                if (taken.Add($"{parts[0]}/{parts[1]}") && (parts[1] != room.Number || parts.Length > 2)) entries[$"{parts[0]}/{parts[1]}"] = room.Number;
            }
        }

        return entries;
    });

    /// <summary>switchboard_hotel: what of the configuration live calls need.</summary>
    public StateFamily Hotel() => new("switchboard_hotel", _ => Task.FromResult<IReadOnlyDictionary<string, string>>(HotelEntries()));

    /// <summary>What is said in a room: its guests' language where they have one and share it, else the room's own, else the hotel's in their order.</summary>
    public IReadOnlyList<string> Spoken(Room room, IReadOnlyList<Stay> guests) =>
        guests.Select(g => g.Language).Distinct(StringComparer.Ordinal).ToList() is [{ } language] ? [language]
            : room.Language is { } own ? [own] : hotel.Value.LanguageList;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Another worker may hold the PBX's lock; then it is the one who writes.
        state.MayCorrect = () => local.IsOnline;
        state.MayWrite = () => local.CanServe;
        local.ModeChanged += state.RequestReading;
        phones.Changed += state.RequestReading;
        state.RequestReading();
        while (true)
        {
            // A tour that leaves is many rooms, and each of them several times.
            var rooms = await signal.ReadAsync(stoppingToken);
            try
            {
                foreach (var (number, value) in await RoomsAsync(rooms, stoppingToken)) state.Set(RoomFamily, number, value);
                await SetForwardsAsync(rooms, stoppingToken);
                await names.SetRoomsAsync(rooms, stoppingToken);
            }
            catch (Exception failed) when (failed is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                log.NotMade(rooms.Count, failed.GetBaseException().Message);
                state.RequestReading();
            }
        }
    }

    private async Task SetForwardsAsync(IReadOnlySet<string> rooms, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var store = scope.ServiceProvider.GetRequiredService<ExtensionStore>();
        foreach (var known in await store.AllAsync(pbx.Name, ct, rooms)) state.Set(ForwardSync.Family, known.Room, known.ForwardAstDbValue);
    }

    private async Task<IReadOnlyList<KeyValuePair<string, string>>> RoomsAsync(IReadOnlySet<string>? only, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var stays = scope.ServiceProvider.GetRequiredService<StayRegister>();
        var register = scope.ServiceProvider.GetRequiredService<RoomRegister>();
        var rooms = only is null ? await register.OfPbxAsync(pbx.Name, ct) : [.. (await register.GetManyAsync([.. only], ct)).Values.Where(r => r.Pbx == pbx.Name)];
        var states = (await scope.ServiceProvider.GetRequiredService<ExtensionStore>().AllAsync(pbx.Name, ct, only)).ToDictionary(s => s.Room, StringComparer.Ordinal);
        TellEmergencies(rooms);
        var guests = (await stays.OpenStaysAsync(only is { Count: 1 } ? only.Single() : null, ct)).ToLookup(s => s.Room, StringComparer.Ordinal);
        return
        [
            .. rooms.Select(r => KeyValuePair.Create(r.Number, RoomEntry(r, states.GetValueOrDefault(r.Number), [.. guests[r.Number]], stays.IsComplete))),
        ];
    }

    // Whoever dials 112 in an emergency must get through; a guest of room 112 is put through by an operator, whose transfer means the room.
    private void TellEmergencies(IEnumerable<Room> rooms)
    {
        foreach (var room in rooms.Where(r => IsEmergency(r.Number, outside.Value) && _toldEmergency.Add(r.Number))) log.IsEmergencyNumber(room.Number);
    }

    /// <summary>Would who dials this reach an emergency service?</summary>
    public static bool IsEmergency(string number, OutsideOptions options) =>
        Regex.IsMatch(number, $"^9?({string.Join('|', [EmergencyHere, .. options.Emergency.Select(NumberPatterns.ToRegex)])})$", RegexOptions.CultureInvariant);

    private string RoomEntry(Room room, ExtensionState? known, IReadOnlyList<Stay> guests, bool complete)
    {
        var vacant = complete && guests.Count == 0;
        var level = vacant ? 0 : known?.Level ?? outside.Value.DefaultLevel;
        return string.Create(CultureInfo.InvariantCulture, $"{(vacant ? 0 : 1)}:{level}:{string.Join('-', Spoken(room, guests))}:{string.Join('&', room.DialStrings)}");
    }

    private Dictionary<string, string> HotelEntries()
    {
        var (lines, zone) = (outside.Value, hotel.Value.TimeZone);
        var entries = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["langs"] = string.Join('-', hotel.Value.LanguageList),
            ["zone"] = zone,
            ["agi"] = dialogues.Value.Reached ?? string.Create(CultureInfo.InvariantCulture, $"{dialogues.Value.Address}:{dialogues.Value.Port}"),
            ["max_calls"] = lines.CallsAtOnce.ToString(CultureInfo.InvariantCulture),
            ["local"] = NumberPatterns.Joined(lines.Local is { Count: > 0 } local ? local : OutsideOptions.LocalHere),
            ["national"] = NumberPatterns.Joined(lines.National is { Count: > 0 } national ? national : OutsideOptions.NationalHere),
            ["international"] = NumberPatterns.Joined(lines.International is { Count: > 0 } international ? international : OutsideOptions.InternationalHere),
        };
        if (lines.Trunk is { } trunk) entries["trunk"] = trunk;
        if (lines.Emergency.Count > 0) entries["emergency"] = NumberPatterns.Joined(lines.Emergency);
        if (lines.Night is { } night) (entries["night"], entries["night_level"]) = (night, lines.NightLevel.ToString(CultureInfo.InvariantCulture));
        entries["ring"] = office.Value.Ring == OfficeRing.LongestIdle ? "leastrecent" : "ringall";
        Add("operator", office.Value.OperatorPhones);
        Add("leader", office.Value.ShiftLeaderPhones);
        Add("deputy", office.Value.DeputyPhones);
        Add("desk", office.Value.DeskPhones);
        return entries;

        void Add(string key, List<string> phones)
        {
            if (phones.Count > 0) entries[key] = string.Join('&', phones);
        }
    }
}
