using System.Collections.Concurrent;
using System.Globalization;
using NodaTime;
using Switchboard.Tests.FakeAsterisk;

namespace Switchboard.Tests.Rig;

/// <summary>
/// A PBX that answers by itself what a worker asks of it all day (state, AstDB, its lease), and notes what it is asked to ring, to hang
/// up and to write. What phones do is the test's to say; it is reported as the dialplan reports it.
/// </summary>
internal sealed class ScriptedPbx(StoppedClock clock) : IDisposable
{
    private readonly ConcurrentQueue<Ring> _rings = new();
    private readonly ConcurrentQueue<string> _hungUp = new();
    private readonly ConcurrentQueue<string> _written = new();
    private readonly ConcurrentQueue<string> _notUnderstood = new();
    private readonly ConcurrentDictionary<string, Ring> _live = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _telling = new(1, 1);
    private volatile FakeSession? _session;

    /// <summary>It can be reached.</summary>
    public bool IsThere { get; private set; } = true;

    /// <summary>AstDB, by family/key.</summary>
    public ConcurrentDictionary<string, string> AstDb { get; } = new(StringComparer.Ordinal);

    /// <summary>How far its clock is ahead of everybody else's.</summary>
    public TimeSpan ClockAhead { get; set; }

    /// <summary>The calls that it was asked to place, in order.</summary>
    public IReadOnlyList<Ring> Rings => [.. _rings];

    /// <summary>The channels that it was asked to hang up, in order.</summary>
    public IReadOnlyList<string> HungUp => [.. _hungUp];

    /// <summary>What was written to AstDB, in order, as family/key=value.</summary>
    public IReadOnlyList<string> Written => [.. _written];

    /// <summary>Actions that no PBX of this kind was expected to get; empty unless something is wrong.</summary>
    public IReadOnlyList<string> NotUnderstood => [.. _notUnderstood];

    /// <summary>The next call that it is asked for is the last thing that it hears: it goes, and has placed the call or not.</summary>
    public DiesAt? DiesAtNextRing { get; set; }

    /// <summary>It refuses to place calls, and says why.</summary>
    public string? RefusesRings { get; set; }

    /// <summary>It takes nothing that is to be written into AstDB.</summary>
    public bool RefusesWrites { get; set; }

    /// <summary>The worker's user has lost the right to see calls.</summary>
    public bool RefusesReading { get; set; }

    /// <summary>How a worker reaches it.</summary>
    public ValueTask<Stream> OpenAsync(CancellationToken ct)
    {
        if (!IsThere) throw new IOException("Connection refused");
        var (here, there) = Line.Make();
        _ = ServeAsync(new FakeSession(there));
        return new(here);
    }

    /// <summary>It can no longer be reached; calls may go on.</summary>
    public async Task LeaveAsync()
    {
        Leave();
        await clock.SettleAsync();
    }

    /// <summary>It can be reached again; time passes until the worker has found out, which tries at least every five seconds.</summary>
    public async Task ReturnAsync(TimeSpan? within = null)
    {
        IsThere = true;
        var step = TimeSpan.FromMilliseconds(250);
        var most = (int)((within ?? TimeSpan.FromSeconds(10)) / step);
        for (var steps = 0; _session is null && steps < most; steps++) await clock.PassAsync(step);
        Assert.NotNull(_session);
    }

    /// <summary>It can be reached again, and no worker is there to see it.</summary>
    public Task ComesBackUnseenAsync()
    {
        IsThere = true;
        return clock.SettleAsync();
    }

    /// <summary>Its phone rings.</summary>
    public Task RingsAsync(Ring ring) =>
        TellAsync(Event("Newstate", ("Channel", $"PJSIP/{ring.To}-00000001"), ("ChannelState", "5"),
            ("Uniqueid", $"phone-{ring.ChannelId}"),
            ("Linkedid", ring.ChannelId)));

    /// <summary>It was answered: the greeting begins.</summary>
    public Task AnswersAsync(Ring ring)
    {
        AstDb[$"switchboard_proof/{ring.ChannelId}"] = $"greeting:{Now}";
        return ReportAsync("SwitchboardGreeting", ("Call", ring.ChannelId), ("At", Now));
    }

    /// <summary>Who answered pressed a key and hung up.</summary>
    public async Task PressesAsync(Ring ring, string key)
    {
        AstDb[$"switchboard_proof/{ring.ChannelId}"] = $"key:{key}:{Now}:{Now}";
        await ReportAsync("SwitchboardKey", ("Call", ring.ChannelId), ("Key", key), ("At", Now));
        await GoneAsync(ring);
    }

    /// <summary>Who answered heard so much of the greeting and hung up without a key.</summary>
    public async Task HearsAsync(Ring ring, TimeSpan heard, bool played = true)
    {
        var milliseconds = ((long)heard.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        AstDb[$"switchboard_proof/{ring.ChannelId}"] = $"ended::{milliseconds}:{(played ? "1" : "0")}:{Now}:{Now}";
        await ReportAsync("SwitchboardEnded", ("Call", ring.ChannelId), ("Key", ""), ("HeardMs", milliseconds),
            ("Played", played ? "1" : "0"), ("At", Now));
        await GoneAsync(ring);
    }

    /// <summary>Nobody answered.</summary>
    public async Task EndsAsync(Ring ring, string status = "NOANSWER", bool rang = true, int cause = 19)
    {
        var (code, rings) = (cause.ToString(CultureInfo.InvariantCulture), rang ? "1" : "0");
        AstDb[$"switchboard_proof/{ring.ChannelId}"] = $"dialed:{status}:{rings}:0:{code}:{Now}";
        await ReportAsync("SwitchboardDialed", ("Call", ring.ChannelId), ("Status", status), ("Rang", rings), ("Progress", "0"),
            ("Cause", code), ("At", Now));
        await GoneAsync(ring);
    }

    /// <summary>The channel is gone, without a word of what became of the call.</summary>
    public Task GoneAsync(Ring ring, int cause = 16)
    {
        _live.TryRemove(ring.ChannelId, out _);
        return TellAsync(GoneEvent(ring.ChannelId, cause));
    }

    /// <summary>The dialplan reports something.</summary>
    public Task ReportAsync(string name, params (string Name, string Value)[] fields) =>
        TellAsync(Event("UserEvent", [("UserEvent", name), .. fields]));

    /// <summary>Its clock, in milliseconds.</summary>
    public string Now => At(clock.Now);

    /// <summary>A moment as its clock shows it.</summary>
    public string At(Instant moment) =>
        (moment.ToUnixTimeMilliseconds() + (long)ClockAhead.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);

    public void Dispose()
    {
        Leave();
        _telling.Dispose();
    }

    private static string Event(string name, params (string Name, string Value)[] fields) =>
        $"Event: {name}\r\n{string.Concat(fields.Select(f => $"{f.Name}: {f.Value}\r\n"))}\r\n";

    private static string GoneEvent(string channel, int cause) =>
        Event("Hangup", ("Uniqueid", channel), ("Linkedid", channel), ("Cause", cause.ToString(CultureInfo.InvariantCulture)));

    private async Task TellAsync(string text)
    {
        // Nobody may be there to hear it.
        if (_session is { } session) await SendAsync(session, text);
        await clock.SettleAsync();
    }

    private void Leave()
    {
        IsThere = false;
        _session?.Dispose();
        _session = null;
    }

    private async Task ServeAsync(FakeSession session)
    {
        await session.GreetAsync();
        await session.LetInAsync();
        _session = session;
        await SendAsync(session, "Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted\r\n\r\n");
        while (await session.NextAsync() is { } action) await DoAsync(session, action);
    }

    private Task DoAsync(FakeSession session, FakeAction action)
    {
        switch (action["Action"])
        {
            case "Ping":
                var (seconds, rest) = Math.DivRem(long.Parse(Now, CultureInfo.InvariantCulture), 1000);
                return AnswerAsync(session, action, $"Response: Success\r\nPing: Pong\r\nTimestamp: {seconds}.{rest:000}000\r\n");
            case "CoreShowChannels" when RefusesReading:
                return AnswerAsync(session, action, "Response: Error\r\nMessage: Permission denied\r\n");
            case "CoreShowChannels":
                return ListAsync(session, action, "CoreShowChannelsComplete",
                    [.. _live.Keys.Select(id => $"Event: CoreShowChannel\r\nUniqueid: {id}\r\nLinkedid: {id}\r\n")]);
            case "DBGetTree":
                return ShowTreeAsync(session, action);
            case "CoreSettings":
                return AnswerAsync(session, action, "Response: Success\r\nAsteriskVersion: 22.0.0\r\n");
            case "Hangup":
                return HangUpAsync(session, action);
            case "Originate":
                return OriginateAsync(session, action);
            case "Logoff":
                return AnswerAsync(session, action, "Response: Goodbye\r\n");
            default:
                _notUnderstood.Enqueue(action.Text);
                return AnswerAsync(session, action, "Response: Error\r\nMessage: Invalid/unknown command\r\n");
        }
    }

    private async Task HangUpAsync(FakeSession session, FakeAction action)
    {
        var channel = action["Channel"]!;
        _hungUp.Enqueue(channel);
        if (!_live.TryRemove(channel, out _))
        {
            await AnswerAsync(session, action, "Response: Error\r\nMessage: No such channel\r\n");
            return;
        }

        await AnswerAsync(session, action);
        AstDb[$"switchboard_proof/{channel}"] = $"dialed:CANCEL:1:0:0:{Now}";
        await SendAsync(session,
            Event("UserEvent", ("UserEvent", "SwitchboardDialed"), ("Call", channel), ("Status", "CANCEL"), ("Rang", "1"),
            ("Progress", "0"), ("Cause", "0"), ("At", Now)));
        await SendAsync(session, GoneEvent(channel, cause: 16));
    }

    private async Task OriginateAsync(FakeSession session, FakeAction action)
    {
        var ring = new Ring(action, clock.Now);
        switch (action["Channel"])
        {
            case "Local/write@switchboard-db-write/n" when RefusesWrites:
                await DoneAsync(session, action, reason: 0);
                break;
            case "Local/write@switchboard-db-write/n":
                for (var list = 1; ring[$"__SB_OPS{list}"] is { } operations; list++) Write(operations.Split('~'));
                await DoneAsync(session, action);
                break;
            case "Local/delete@switchboard-proof-delete/n":
                for (var list = 1; ring[$"__SB_KEYS{list}"] is { } keys; list++)
                {
                    foreach (var key in keys.Split('&')) AstDb.TryRemove($"switchboard_proof/{key}", out _);
                }

                await DoneAsync(session, action);
                break;
            case "Local/claim@switchboard-lease/n" or "Local/release@switchboard-lease/n":
                await DoneAsync(session, action);
                break;
            default:
                await PlaceAsync(session, ring);
                break;
        }
    }

    private async Task PlaceAsync(FakeSession session, Ring ring)
    {
        if (RefusesRings is { } why)
        {
            await AnswerAsync(session, ring.Action, $"Response: Error\r\nMessage: {why}\r\n");
            return;
        }

        if (DiesAtNextRing is { } dies)
        {
            DiesAtNextRing = null;
            _rings.Enqueue(ring);
            if (dies == DiesAt.AfterTheCallWasPlaced) _live[ring.ChannelId] = ring;
            Leave();
            return;
        }

        _rings.Enqueue(ring);
        _live[ring.ChannelId] = ring;
        await AnswerAsync(session, ring.Action, "Response: Success\r\nMessage: Originate successfully queued\r\n");
    }

    private void Write(IEnumerable<string> operations)
    {
        foreach (var operation in operations)
        {
            _written.Enqueue(operation);
            var end = operation.IndexOf('=', StringComparison.Ordinal);
            var (entry, value) = (operation[..end], operation[(end + 1)..]);
            if (value.Length == 0) AstDb.TryRemove(entry, out _);
            else AstDb[entry] = value;
        }
    }

    private Task ShowTreeAsync(FakeSession session, FakeAction action)
    {
        var family = $"{action["Family"]}/";
        var entries = AstDb.Where(e => e.Key.StartsWith(family, StringComparison.Ordinal)).OrderBy(e => e.Key,
            StringComparer.Ordinal).ToList();
        return entries.Count == 0
            ? AnswerAsync(session, action, "Response: Error\r\nMessage: Database entry not found\r\n")
            : ListAsync(session, action, "DBGetTreeComplete",
                [.. entries.Select(e => $"Event: DBGetTreeResponse\r\nKey: /{e.Key}\r\nVal: {e.Value}\r\n")]);
    }

    private async Task ListAsync(FakeSession session, FakeAction action, string end, IReadOnlyList<string> items)
    {
        await AnswerAsync(session, action, "Response: Success\r\nEventList: start\r\n");
        foreach (var item in items) await AnswerAsync(session, action, item);
        await AnswerAsync(session, action, $"Event: {end}\r\nEventList: Complete\r\nListItems: {items.Count}\r\n");
    }

    private async Task DoneAsync(FakeSession session, FakeAction action, int reason = 4)
    {
        await AnswerAsync(session, action, "Response: Success\r\nMessage: Originate successfully queued\r\n");
        await AnswerAsync(session, action,
            $"Event: OriginateResponse\r\nResponse: {(reason == 4 ? "Success" : "Failure")}\r\nReason: {reason}\r\n");
    }

    private Task AnswerAsync(FakeSession session, FakeAction action, string headers = "Response: Success\r\n") =>
        SendAsync(session, $"{headers}ActionID: {action["ActionID"]}\r\n\r\n");

    // The test and the PBX itself may tell something at once.
    private async Task SendAsync(FakeSession session, string text)
    {
        await _telling.WaitAsync();
        try
        {
            await session.SendAsync(text);
        }
        catch (Exception gone) when (gone is IOException or InvalidOperationException or ObjectDisposedException)
        {
            // It left, or the worker did.
        }
        finally
        {
            _telling.Release();
        }
    }
}

/// <summary>In which moment a PBX dies.</summary>
internal enum DiesAt
{
    BeforeTheCallWasPlaced,
    AfterTheCallWasPlaced,
}
