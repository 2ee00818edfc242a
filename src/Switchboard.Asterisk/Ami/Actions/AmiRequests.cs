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

    /// <summary>Sets a variable of a living channel.</summary>
    /// <param name="ami">The connection.</param>
    /// <param name="channel">Its name.</param>
    /// <param name="name">The variable; functions need <c>live_dangerously</c>.</param>
    /// <param name="value">Its value.</param>
    /// <param name="ct">Stops waiting; the action is not undone.</param>
    public static Task SetVariableAsync(this AmiConnection ami, string channel, string name, string value, CancellationToken ct = default) =>
        ami.SendAsync(new AmiAction("Setvar").With("Channel", channel).With("Variable", name).With("Value", value), ct);

    /// <summary>
    /// Takes a channel out of what it does and sends it somewhere in the dialplan. Success means started. A channel that it is bridged with is hung up: see
    /// <see cref="BlindTransferAsync"/>.
    /// </summary>
    /// <param name="ami">The connection.</param>
    /// <param name="channel">Its name.</param>
    /// <param name="to">Where to.</param>
    /// <param name="ct">Stops waiting; the action is not undone.</param>
    public static Task RedirectAsync(this AmiConnection ami, string channel, (string Context, string Extension, int Priority) to, CancellationToken ct = default) =>
        ami.SendAsync(new AmiAction("Redirect").With("Channel", channel).With("Context", to.Context).With("Exten", to.Extension)
            .With("Priority", to.Priority.ToString(CultureInfo.InvariantCulture)), ct);

    /// <summary>Puts whoever is bridged with a channel through to an extension, as if that channel's phone had done it (main/manager_bridges.c, main/bridge.c).</summary>
    /// <param name="ami">The connection.</param>
    /// <param name="channel">The name of the channel that puts through, and leaves.</param>
    /// <param name="context">Where the extension is.</param>
    /// <param name="extension">The extension.</param>
    /// <param name="ct">Stops waiting; the action is not undone.</param>
    /// <exception cref="AmiRejectedException">The channel is not bridged, or there is no such extension.</exception>
    public static Task BlindTransferAsync(this AmiConnection ami, string channel, string context, string extension, CancellationToken ct = default) =>
        ami.SendAsync(new AmiAction("BlindTransfer").With("Channel", channel).With("Context", context).With("Exten", extension), ct);

    /// <summary>Every living channel, as they come.</summary>
    public static IAsyncEnumerable<CoreShowChannelEvent> CoreShowChannelsAsync(this AmiConnection ami, CancellationToken ct = default) =>
        ViewsAsync<CoreShowChannelEvent>(ami, new AmiAction("CoreShowChannels"), notFoundIsEmpty: false, ct);

    /// <summary>The state of every device that Asterisk knows one of, as they come.</summary>
    public static IAsyncEnumerable<DeviceStateChangeEvent> DeviceStatesAsync(this AmiConnection ami, CancellationToken ct = default) =>
        ViewsAsync<DeviceStateChangeEvent>(ami, new AmiAction("DeviceStateList"), notFoundIsEmpty: false, ct);

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
