using NodaTime;
using Switchboard.Features.Rooms;
using Switchboard.Features.Stays;
using Switchboard.Pbx;

namespace Switchboard.Features.Extensions;

/// <summary>Keeps forwarding equal at both ends: guests set it with *72 and *73 at the phone, also while nobody listens; the newer change counts.</summary>
internal sealed class ForwardSync(IServiceScopeFactory scopes, HotelPbx pbx, PbxClock pbxClock, IClock clock)
{
    /// <summary>AstDB's family.</summary>
    public const string Family = "switchboard_forward";

    public StateFamily StateFamily() => new(Family, async ct =>
    {
        await using var scope = scopes.CreateAsyncScope();
        return (await scope.ServiceProvider.GetRequiredService<ExtensionStore>().AllAsync(pbx.Name, ct)).Where(s => s.ForwardTo is not null)
            .ToDictionary(s => s.Room, s => s.ForwardAstDbValue!, StringComparer.Ordinal);
    })
    {
        TakeOverAsync = TakeOverAsync,
    };

    /// <summary>A guest pressed *72 or *73 just now.</summary>
    public async Task ReportedAsync(DialplanReport report, CancellationToken ct)
    {
        if (report is not { At: { } at } || report["Room"] is not { } room || report["State"] is not (("on" or "off") and var state)) return;
        await TakeOverAsync(room, state == "on" ? report["To"] : null, at, ct);
    }

    private async Task<IReadOnlyDictionary<string, string?>> TakeOverAsync(IReadOnlyList<StateDifference> differences, CancellationToken ct)
    {
        var taken = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var difference in differences)
        {
            if (difference.AtPbx?.Split(':') is not [("on" or "off") and var state, var written, "guest", var to] || pbxClock.Ours(written) is not { } at) continue;
            if (await TakeOverAsync(difference.Key, state == "on" && to.Length > 0 ? to : null, at, ct) is (true, var value)) taken[difference.Key] = value;
        }

        return taken;
    }

    private async Task<(bool Taken, string? Value)> TakeOverAsync(string number, string? to, Instant at, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var store = scope.ServiceProvider.GetRequiredService<ExtensionStore>();
        await store.Work.BeginAsync(ct);
        if (!(await scope.ServiceProvider.GetRequiredService<RoomRegister>().GetManyAsync([number], ct)).TryGetValue(number, out var room) || room.Pbx != pbx.Name) return (false, null);
        // The dialplan has checked it; what AstDB holds may be anybody's.
        if (to is not null && !ExtensionDesk.IsExtension(to)) return (false, null);
        at = Instant.Min(at, clock.GetCurrentInstant());
        if (to is not null && !await scope.ServiceProvider.GetRequiredService<StayRegister>().IsOfAGuestOfNowAsync(number, at, ct)) return (false, null);
        var state = await store.HoldAsync(room, ct);
        if (state.ForwardChangedAt > at) return (false, null);
        var after = store.Forward(state, to, at, "*72/*73", "guest");
        await store.Work.CommitAsync(ct);
        after();
        return (true, state.ForwardAstDbValue);
    }
}
