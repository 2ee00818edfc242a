using Microsoft.EntityFrameworkCore;
using NodaTime;
using Switchboard.Features.Speech;
using Switchboard.Pbx;
using Switchboard.Persistence;
using Switchboard.Persistence.Local;

namespace Switchboard.Features.Messages;

/// <summary>
/// Once a day removes recordings that no message claims: of deleted and erased ones; and those of which nobody ever heard, when they are old and
/// nothing can be on its way to its row any more.
/// </summary>
internal sealed class RecordingSweeper(
    IServiceScopeFactory scopes, WorkerLease lease, LocalStore local, HotelPbx pbx, PbxState state, RecordedMessages recorded, RecordingFiles files, TimeProvider time,
    ILogger<RecordingSweeper> log) : DailyKeeper(scopes, lease, time)
{
    // What is spoken is removed with its call: what is left is a worker's that died.
    private static readonly TimeSpan Spoken = TimeSpan.FromDays(1);

    // A PBX may be out of reach for days, and what was recorded meanwhile is told when it is back.
    private static readonly TimeSpan Unheard = TimeSpan.FromDays(30);

    // AstDB is read every ten minutes.
    private static readonly Duration Lately = Duration.FromMinutes(30);
    private readonly IServiceScopeFactory _scopes = scopes;
    private readonly TimeProvider _time = time;

    internal override Task<int> KeepAsync(CancellationToken ct) =>
        SweepAsync(local.IsOnline && !local.HasFacts && IsReadLately(pbx.Link, state.LastReading is null ? null : state.LastReadAt, pbx.Now), ct);

    /// <summary>Was AstDB read completely on the present link, and not long ago? Then nothing waits there that is not known.</summary>
    internal static bool IsReadLately(PbxLink link, Instant? readAt, Instant now) => link.Connected && readAt is { } read && read >= link.Since && now - read <= Lately;

    /// <summary>Removes what is nobody's; returns how many files.</summary>
    /// <param name="all">Also those that no row has ever named: nothing is on its way.</param>
    internal async Task<int> SweepAsync(bool all, CancellationToken ct)
    {
        var removed = 0;
        var now = _time.GetUtcNow();
        var old = files.NamesBefore(now - Unheard).ToHashSet(StringComparer.Ordinal);
        var left = files.NamesBefore(now - Spoken).Where(IsSpoken).ToHashSet(StringComparer.Ordinal);
        foreach (var names in files.NamesBefore(now).Chunk(500))
        {
            await using var scope = _scopes.CreateAsyncScope();
            var rows = await scope.ServiceProvider.GetRequiredService<SwitchboardDb>().Set<Message>().AsNoTracking()
                .Where(m => m.Recording != null && names.Contains(m.Recording)).Select(m => new { Name = m.Recording!, IsRemoved = m.RecordingRemovedAt != null }).ToDictionaryAsync(m => m.Name, m => m.IsRemoved, ct);
            removed += names.Where(IsNobodys).Count(files.Remove);

            bool IsNobodys(string name) => IsSpoken(name) ? left.Contains(name)
                : rows.TryGetValue(name, out var isRemoved) ? isRemoved
                : all && old.Contains(name) && !recorded.Kept.Contains(RecordingFiles.IdOf(name));
        }

        if (removed > 0) log.Swept(removed);
        return removed;
    }

    protected override void TellFailure(string reason) => log.NotSwept(reason);

    private static bool IsSpoken(string name) => name.StartsWith(SpokenFile.Prefix, StringComparison.Ordinal);
}
