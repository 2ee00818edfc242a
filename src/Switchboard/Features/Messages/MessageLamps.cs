using System.Globalization;
using Switchboard.Pbx;

namespace Switchboard.Features.Messages;

/// <summary>
/// The lamps of rooms' phones, by AstDB's switchboard_lamp: lit while a message waits. The dialplan lights one itself when a caller has recorded
/// something; the numbers here are those of the messages that are stored.
/// </summary>
internal sealed class MessageLamps(IServiceScopeFactory scopes, PbxState state, MessageSignal signal, ILogger<MessageLamps> log) : BackgroundService
{
    private const string Family = "switchboard_lamp";
    private const int Most = 999;

    /// <summary>The family, for whoever keeps AstDB. A PBX that was restarted has its AstDB still, and has forgotten every lamp.</summary>
    public StateFamily StateFamily() => new(Family, async ct =>
    {
        await using var scope = scopes.CreateAsyncScope();
        var open = await scope.ServiceProvider.GetRequiredService<MessageStore>().OpenAsync(null, ct);
        return open.Where(m => m.LightsLamp).GroupBy(m => m.Room!, StringComparer.Ordinal).ToDictionary(g => g.Key, g => Value(g.Count())!, StringComparer.Ordinal);
    })
    {
        WrittenAfterConnect = true,
    };

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // One after the other, each read after its change was committed: two changes of a room at once end with the number of both.
        while (true)
        {
            var rooms = await signal.ReadAsync(stoppingToken);
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                var store = scope.ServiceProvider.GetRequiredService<MessageStore>();
                foreach (var room in rooms) state.Set(Family, room, Value((await store.OpenAsync(room, stoppingToken)).Count(m => m.LightsLamp)));
            }
            catch (Exception failed) when (failed is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                log.LampsNotMade(rooms.Count, failed.GetBaseException().Message);
                state.RequestReading();
            }
        }
    }

    private static string? Value(int waiting) => waiting == 0 ? null : Math.Min(waiting, Most).ToString(CultureInfo.InvariantCulture);
}
