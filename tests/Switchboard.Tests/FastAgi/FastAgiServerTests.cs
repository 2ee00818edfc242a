using System.Net;
using System.Net.Sockets;
using Switchboard.Asterisk.FastAgi;
using Switchboard.Tests.FakeAsterisk;

namespace Switchboard.Tests.FastAgi;

/// <summary>Whom the server lets in, and how a dialogue ends.</summary>
public class FastAgiServerTests
{
    private static readonly AgiHandler Nothing = (_, _) => Task.CompletedTask;

    [Fact]
    public async Task A_handler_that_returns_ends_the_script_and_one_that_throws_makes_it_a_failure()
    {
        await using var house = new AgiHouse((session, _) => session.Request.Arguments is ["bad"] ? throw new InvalidDataException("broken") : Task.CompletedTask);
        using (var good = await house.CallAsync()) await good.EndAsync(failed: false);
        using var bad = await house.ConnectAsync();
        await bad.SendAsync(AgiCaller.Environment(AgiHouse.Script, "bad"));
        await bad.EndAsync(failed: true);
        bad.Dispose();
        await UntilAsync(() => house.Server.Status is { Finished: 1, Failed: 1, Running: 0 });
        Assert.Contains("Error FastAGI script dialogue failed", house.Log, StringComparison.Ordinal);
        Assert.Contains("InvalidDataException: broken", house.Log, StringComparison.Ordinal);
        using var next = await house.CallAsync();
        await next.EndAsync(failed: false);
    }

    [Fact]
    public async Task An_unknown_script_is_a_failure_and_told_once_an_hour_with_its_count()
    {
        await using var house = new AgiHouse(Nothing);
        for (var i = 0; i < 3; i++)
        {
            using var caller = await house.CallAsync("nobody");
            await caller.EndAsync(failed: true);
        }

        Assert.Equal(2, house.Log.Split("no script 'nobody'").Length);
        house.Clock.Advance(TimeSpan.FromHours(1));
        using var later = await house.CallAsync("nobody");
        await later.EndAsync(failed: true);
        Assert.Contains("no script 'nobody': the dialplan's fallback is taken (3 times since the last line", house.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_not_allowed_is_closed_at_once_and_told_once()
    {
        await using var house = new AgiHouse(Nothing, o => o.AllowedAddresses = [IPAddress.Parse("127.0.0.2")]);
        for (var i = 0; i < 5; i++)
        {
            using var stranger = await house.ConnectAsync();
            await stranger.EndAsync(failed: false);
        }

        using var friend = await house.ConnectAsync(IPAddress.Parse("127.0.0.2"));
        await friend.SendAsync(AgiCaller.Environment(AgiHouse.Script));
        await friend.EndAsync(failed: false);
        Assert.Equal(2, house.Log.Split("refused 127.0.0.1").Length);
        Assert.Equal(5, house.Server.Status.Refused);
    }

    [Fact]
    public async Task One_dialogue_more_than_allowed_is_refused_at_once_and_there_is_a_place_again_when_one_ends()
    {
        await using var house = new AgiHouse((session, ct) => session.AnswerAsync(ct));
        var callers = new List<AgiCaller>();
        for (var i = 0; i < 100; i++)
        {
            callers.Add(await house.CallAsync());
            Assert.Equal("ANSWER", await callers[^1].ReadAsync());
        }

        using (var another = await house.CallAsync()) await another.EndAsync(failed: true);
        Assert.Contains("100 are running (1 refused", house.Log, StringComparison.Ordinal);
        Assert.Equal((100, 1L), (house.Server.Status.Running, house.Server.Status.Refused));
        await callers[0].SendAsync("200 result=0\n");
        await callers[0].EndAsync(failed: false);
        callers[0].Dispose();
        await UntilAsync(() => house.Server.Status.Running == 99);
        using var again = await house.CallAsync();
        Assert.Equal("ANSWER", await again.ReadAsync());
        foreach (var caller in callers) caller.Dispose();
    }

    [Fact]
    public async Task A_silent_client_and_one_that_is_no_Asterisk_are_left_after_their_time_or_at_once()
    {
        await using var house = new AgiHouse(Nothing);
        using var silent = await house.ConnectAsync();
        await silent.SendAsync("agi_network: yes\n");
        await house.Clock.PassAsync(house.Options.EnvironmentTimeout);
        await silent.EndAsync(failed: true);
        silent.Dispose();
        Assert.Contains("no environment within 6 s", house.Log, StringComparison.Ordinal);
        using var browser = await house.ConnectAsync();
        await browser.SendAsync("GET / HTTP/1.1\nHost: pbx\n\n");
        await browser.EndAsync(failed: true);
        browser.Dispose();
        using var gone = await house.ConnectAsync();
        await gone.SendAsync("agi_network: yes\nagi_req");
        gone.Dispose();
        await UntilAsync(() => house.Server.Status is { Refused: 3, Running: 0 });
    }

    [Theory]
    [InlineData("agi_network: yes\n", "agi_arg: ", 200_000, "a line is longer than 16384 bytes")]
    [InlineData("", "agi_more: 1234567\n", 18 * 5000, "the environment is longer than 65536 bytes")]
    public async Task An_environment_that_is_too_long_is_refused(string first, string repeated, int bytes, string why)
    {
        await using var house = new AgiHouse(Nothing);
        using var caller = await house.ConnectAsync();
        await caller.SendAsync(first + string.Concat(Enumerable.Repeat(repeated, repeated.EndsWith('\n') ? bytes / repeated.Length : 1)) + (repeated.EndsWith('\n') ? "" : new string('x', bytes)));
        await caller.EndAsync(failed: true);
        Assert.Contains(why, house.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dialogue_that_takes_too_long_is_ended_also_where_its_handler_waits_for_something_else()
    {
        var never = new TaskCompletionSource();
        await using var house = new AgiHouse((_, _) => never.Task);
        using var caller = await house.CallAsync();
        await house.Clock.PassAsync(house.Options.SessionLimit);
        await caller.EndAsync(failed: true);
        Assert.Contains("script dialogue was ended: it took longer than 00:10:00", house.Log, StringComparison.Ordinal);
        // Its place is taken until it ends.
        caller.Dispose();
        Assert.Equal(1, house.Server.Status.Running);
        never.SetResult();
        await UntilAsync(() => house.Server.Status is { Running: 0, Failed: 1 });
    }

    [Fact]
    public async Task A_stop_lets_dialogues_end_for_a_moment_and_then_closes_the_others()
    {
        await using var house = new AgiHouse(async (session, ct) => await session.WaitForDigitAsync(TimeSpan.FromSeconds(30), ct));
        using var quick = await house.CallAsync();
        using var slow = await house.CallAsync();
        Assert.Equal("WAIT FOR DIGIT \"30000\"", await quick.ReadAsync());
        Assert.Equal("WAIT FOR DIGIT \"30000\"", await slow.ReadAsync());
        var server = await house.Server.Listening;
        await house.BeginToStopAsync();
        await house.Clock.WaitForTimerAsync(house.Options.StopPatience, house.Options.StopPatience);
        await Assert.ThrowsAsync<SocketException>(() => AgiCaller.ConnectAsync(server));
        await quick.SendAsync("200 result=49\n");
        await quick.EndAsync(failed: false);
        house.Clock.Advance(house.Options.StopPatience);
        await slow.EndAsync(failed: true);
        slow.Dispose();
        quick.Dispose();
        await house.Running.Soon();
        Assert.Equal((null, 0, 1L, 1L), (house.Server.Status.EndPoint, house.Server.Status.Running, house.Server.Status.Finished, house.Server.Status.Failed));
        Assert.Contains("was ended: the server stops", house.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_and_tried_again_until_it_is_free()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        await using var house = new AgiHouse(Nothing, o => o.Port = port);
        for (var i = 0; i < 3; i++) await house.Clock.PassAsync(house.Options.ListenRetryDelay);
        Assert.Equal(2, house.Log.Split("cannot listen").Length);
        Assert.Null(house.Server.Status.EndPoint);
        other.Stop();
        await house.Clock.PassAsync(house.Options.ListenRetryDelay);
        using var caller = await house.CallAsync();
        await caller.EndAsync(failed: false);
    }

    [Fact]
    public async Task The_finished_variable_is_set_only_when_the_handler_has_come_to_its_end()
    {
        await using var house = new AgiHouse(async (session, ct) =>
        {
            await session.AnswerAsync(ct);
            if (session.Request.Arguments is ["bad"]) throw new InvalidDataException("broken");
        }, o => o.FinishedVariable = "DONE");
        using (var good = await house.CallAsync())
        {
            await good.AnswerAsync("ANSWER");
            await good.AnswerAsync("SET VARIABLE \"DONE\" \"1\"", "200 result=1");
            await good.EndAsync(failed: false);
        }

        using var bad = await house.ConnectAsync();
        await bad.SendAsync(AgiCaller.Environment(AgiHouse.Script, "bad"));
        await bad.AnswerAsync("ANSWER");
        await bad.EndAsync(failed: true);
    }

    [Theory]
    [InlineData("Port", 65536)]
    [InlineData("MaxSessions", 0)]
    [InlineData("MaxLineBytes", 10)]
    public void An_option_out_of_its_range_is_named(string option, int value)
    {
        var options = new FastAgiOptions();
        typeof(FastAgiOptions).GetProperty(option)!.SetValue(options, value);
        var refused = Assert.Throws<ArgumentException>(() => new FastAgiServer(options, new Dictionary<string, AgiHandler>(), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<FastAgiServer>.Instance));
        Assert.StartsWith($"FastAgiOptions.{option} must", refused.Message, StringComparison.Ordinal);
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (var looks = 0; !holds(); looks++)
        {
            Assert.True(looks < 1000, "it did not come about");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }
}
