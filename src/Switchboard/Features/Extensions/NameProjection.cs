using System.Globalization;
using System.Text;
using Switchboard.Features.Directories;
using Switchboard.Features.Stays;
using Switchboard.Pbx;

namespace Switchboard.Features.Extensions;

/// <summary>
/// Title and name of those whom an operator is to address so: managers by their extension, VIP guests by their room (<c>switchboard_name</c>). The dialplan
/// shows them on operators' phones only.
/// </summary>
internal sealed class NameProjection
{
    private const string Family = "switchboard_name";

    // As much as a phone's display shows, and a header of SIP bears.
    private const int Longest = 60;
    private readonly IServiceScopeFactory _scopes;
    private readonly HotelPbx _pbx;
    private readonly PbxState _state;

    public NameProjection(IServiceScopeFactory scopes, HotelPbx pbx, PbxState state, DirectoryProjection directory)
    {
        (_scopes, _pbx, _state) = (scopes, pbx, state);
        directory.Changed += changed =>
        {
            foreach (var (extension, entry) in changed) state.Set(Family, extension, entry is null ? null : Of(entry));
        };
    }

    public StateFamily Names() => new(Family, async ct =>
    {
        await using var scope = _scopes.CreateAsyncScope();
        var names = (await scope.ServiceProvider.GetRequiredService<DirectoryBook>().FindAsync(null, ct)).ToDictionary(e => e.Extension, Of, StringComparer.Ordinal);
        foreach (var (room, name) in await RoomsAsync(scope.ServiceProvider, null, ct)) names[room] = name;
        return names.Where(n => n.Value.Length > 0).ToDictionary(StringComparer.Ordinal);
    });

    /// <summary>Somebody came, left or moved.</summary>
    public async Task SetRoomsAsync(IReadOnlySet<string> rooms, CancellationToken ct)
    {
        await using var scope = _scopes.CreateAsyncScope();
        var names = await RoomsAsync(scope.ServiceProvider, rooms, ct);
        var others = (await scope.ServiceProvider.GetRequiredService<DirectoryBook>().FindAsync(null, ct)).ToDictionary(e => e.Extension, Of, StringComparer.Ordinal);
        foreach (var room in rooms) _state.Set(Family, room, names.GetValueOrDefault(room) ?? others.GetValueOrDefault(room));
    }

    /// <summary>What stands for this in AstDB: percent-encoded UTF-8, cut to what is shown; empty where nothing is left.</summary>
    internal static string Encoded(string name)
    {
        var shown = new StringBuilder();
        foreach (var rune in name.EnumerateRunes().Where(r => !Rune.IsControl(r) && Rune.GetUnicodeCategory(r) is not (UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)).Take(Longest)) shown.Append(rune);
        // The only one that escaping leaves and the dialplan's list of entries does not: it parts them.
        return Uri.EscapeDataString(shown.ToString().Trim()).Replace("~", "%7E", StringComparison.Ordinal);
    }

    private static string Of(DirectoryEntry entry) => Encoded(entry.Title is { } title ? $"{title} {entry.Name}" : entry.Name);

    private async Task<Dictionary<string, string>> RoomsAsync(IServiceProvider services, IReadOnlySet<string>? only, CancellationToken ct) =>
        (await services.GetRequiredService<StayRegister>().OpenStaysAsync(only is { Count: 1 } ? only.Single() : null, ct))
            .Where(s => s is { Vip: true, GuestName: not null } && s.Pbx == _pbx.Name && only?.Contains(s.Room) != false)
            .GroupBy(s => s.Room, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => Encoded(string.Join(" / ", g.OrderBy(s => s.CheckedInAt).Select(s => s.Title is { } title ? $"{title} {s.GuestName}" : s.GuestName))), StringComparer.Ordinal);
}
