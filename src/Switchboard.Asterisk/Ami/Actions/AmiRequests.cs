using System.Globalization;
using System.Runtime.CompilerServices;
using Switchboard.Asterisk.Ami.Events;

namespace Switchboard.Asterisk.Ami.Actions;

/// <summary>
/// The actions that a product needs every day, typed; every other one goes by <see cref="AmiConnection.SendAsync"/> and
/// <see cref="AmiConnection.ListAsync"/>, whose exceptions these have as well.
/// </summary>
public static class AmiRequests
{
    /// <summary>Asks for a Pong; returns Asterisk's own clock, to the microsecond.</summary>
    public static async Task<DateTimeOffset> PingAsync(this AmiConnection ami, CancellationToken ct = default)
    {
        var pong = await ami.SendAsync(new AmiAction("Ping"), ct).ConfigureAwait(false);
        return decimal.TryParse(pong["Timestamp"], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            ? DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond))
            : throw new AmiProtocolException("the answer to Ping holds no Timestamp");
    }

    /// <summary>Hangs up a channel, by its name or by its unique id.</summary>
    /// <param name="ami">The connection.</param>
    /// <param name="channel">Its name, or its unique id where no channel has that name.</param>
    /// <param name="cause">Q.850; 16 is normal clearing.</param>
    /// <param name="ct">Stops waiting; the action is not undone.</param>
    public static Task HangupAsync(this AmiConnection ami, string channel, int cause = 16, CancellationToken ct = default) =>
        ami.SendAsync(new AmiAction("Hangup").With("Channel", channel).With("Cause", cause.ToString(CultureInfo.InvariantCulture)), ct);

    /// <summary>Places a call; returns when Asterisk has accepted it.</summary>
    public static Task<AmiOriginate> OriginateAsync(this AmiConnection ami, AmiOriginateRequest request, CancellationToken ct = default) =>
        ami.OriginateAsync(request.ToAction(), ct);

    /// <summary>Every living channel, as they come.</summary>
    public static IAsyncEnumerable<CoreShowChannelEvent> CoreShowChannelsAsync(this AmiConnection ami, CancellationToken ct = default) =>
        ViewsAsync<CoreShowChannelEvent>(ami, new AmiAction("CoreShowChannels"), notFoundIsEmpty: false, ct);

    /// <summary>Every entry of a family of AstDB, as they come; a family that does not exist has none.</summary>
    public static IAsyncEnumerable<DbGetTreeResponseEvent> DbGetTreeAsync(this AmiConnection ami, string family, CancellationToken ct = default) =>
        ViewsAsync<DbGetTreeResponseEvent>(ami, new AmiAction("DBGetTree").With("Family", family), notFoundIsEmpty: true, ct);

    /// <summary>Asterisk's version, such as <c>22.10.1</c>.</summary>
    public static async Task<string> AsteriskVersionAsync(this AmiConnection ami, CancellationToken ct = default)
    {
        var settings = await ami.SendAsync(new AmiAction("CoreSettings"), ct).ConfigureAwait(false);
        return settings["AsteriskVersion"] ?? throw new AmiProtocolException("the answer to CoreSettings holds no AsteriskVersion");
    }

    private static async IAsyncEnumerable<TEvent> ViewsAsync<TEvent>(AmiConnection ami, AmiAction action, bool notFoundIsEmpty, [EnumeratorCancellation] CancellationToken ct)
        where TEvent : struct, IAmiEvent<TEvent>
    {
        await foreach (var item in ami.ListAsync(action, notFoundIsEmpty, ct).ConfigureAwait(false))
        {
            if (item.TryRead<TEvent>(out var view)) yield return view;
        }
    }
}
