using Npgsql;
using Switchboard.Persistence;
using Switchboard.Web;

namespace Switchboard.Features.WakeUpCalls;

/// <summary>
/// Which failures of the database deserve a line of their own. That it is away is told by the watch over outages; what fails while it is there, or
/// goes on failing, is told here, once a minute.
/// </summary>
internal sealed class StoreTrouble(WorkerLease lease, FoldedWarnings warnings, TimeProvider time)
{
    private static readonly TimeSpan Benefit = TimeSpan.FromSeconds(10);
    private long _since;

    /// <summary>Calls <paramref name="log"/> where nobody else tells of it.</summary>
    public void Tell(string key, Exception fault, Action<string> log)
    {
        Interlocked.CompareExchange(ref _since, time.GetTimestamp(), 0);
        if (IsAway(fault.GetBaseException()) && (!lease.IsHeld || time.GetElapsedTime(Interlocked.Read(ref _since)) < Benefit)) return;
        warnings.Tell($"store {key}", times => log(times == 1 ? fault.GetBaseException().Message : $"{fault.GetBaseException().Message} ({times} times in this minute)"));
    }

    /// <summary>Something was stored.</summary>
    public void Over() => Interlocked.Exchange(ref _since, 0);

    // 57P: shutting down, crashed, starting. 08: the connection.
    private static bool IsAway(Exception fault) => fault switch
    {
        PostgresException refused => refused.SqlState.StartsWith("57P", StringComparison.Ordinal) || refused.SqlState.StartsWith("08", StringComparison.Ordinal),
        // Broken off when it went; done again without it.
        OperationCanceledException or StoreAwayException => true,
        _ => fault is NpgsqlException or System.Net.Sockets.SocketException or System.IO.IOException or TimeoutException,
    };
}
