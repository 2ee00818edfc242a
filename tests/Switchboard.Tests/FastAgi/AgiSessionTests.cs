using System.Text;
using Switchboard.Asterisk.FastAgi;
using Switchboard.Tests.FakeAsterisk;

namespace Switchboard.Tests.FastAgi;

/// <summary>What goes to Asterisk, what is read from it, and what becomes of a dialogue whose caller is gone.</summary>
public class AgiSessionTests
{
    [Fact]
    public async Task Each_verb_is_sent_as_AGI_wants_it_and_its_answer_is_read()
    {
        var seen = new List<string>();
        await using var house = new AgiHouse(async (session, ct) =>
        {
            await session.AnswerAsync(ct);
            seen.Add($"{await session.StreamFileAsync("switchboard/pin", "12#", ct)}");
            var digits = await session.GetDataAsync("switchboard/pin", TimeSpan.FromSeconds(5), 8, ct);
            seen.Add($"{digits.Digits} {digits.TimedOut} {digits}");
            digits = await session.GetDataAsync("switchboard/pin", TimeSpan.FromSeconds(5), 8, ct);
            seen.Add($"{digits.Digits} {digits.TimedOut} {digits}");
            seen.Add($"{await session.WaitForDigitAsync(TimeSpan.FromMilliseconds(1500), ct)}|{await session.WaitForDigitAsync(TimeSpan.FromSeconds(1), ct)}");
            await session.SetVariableAsync("TIMEOUT(absolute)", "120", ct);
            seen.Add($"{await session.GetVariableAsync("ONE", ct)}|{await session.GetVariableAsync("NONE", ct)}|{await session.GetFullVariableAsync("${A}-${B}", ct)}");
            seen.Add($"{await session.SayDigitsAsync("1203*", "", ct)}|{await session.ExecAsync("Wait", ["1"], ct)}");
            await session.SetContextAsync("rooms", ct);
            await session.SetExtensionAsync("1203", ct);
            await session.SetPriorityAsync("1", ct);
            await session.VerboseAsync("hello", 1, ct);
            await session.HangupAsync(ct);
        });
        using var caller = await house.CallAsync();
        await caller.AnswerAsync("ANSWER");
        await caller.AnswerAsync("STREAM FILE \"switchboard/pin\" \"12#\"", "200 result=35 endpos=4000");
        await caller.AnswerAsync("GET DATA \"switchboard/pin\" \"5000\" \"8\"", "200 result=0815");
        await caller.AnswerAsync("GET DATA \"switchboard/pin\" \"5000\" \"8\"", "200 result=47 (timeout)");
        await caller.AnswerAsync("WAIT FOR DIGIT \"1500\"", "200 result=48");
        await caller.AnswerAsync("WAIT FOR DIGIT \"1000\"");
        await caller.AnswerAsync("SET VARIABLE \"TIMEOUT(absolute)\" \"120\"", "200 result=1");
        await caller.AnswerAsync("GET VARIABLE \"ONE\"", "200 result=1 (a (b) endpos=7)");
        await caller.AnswerAsync("GET VARIABLE \"NONE\"");
        await caller.AnswerAsync("GET FULL VARIABLE \"${A}-${B}\"", "200 result=1 (two\nlines)");
        await caller.AnswerAsync("SAY DIGITS \"1203*\" \"\"");
        await caller.AnswerAsync("EXEC \"Wait\" \"1\"");
        await caller.AnswerAsync("SET CONTEXT \"rooms\"");
        await caller.AnswerAsync("SET EXTENSION \"1203\"");
        await caller.AnswerAsync("SET PRIORITY \"1\"");
        await caller.AnswerAsync("VERBOSE \"hello\" \"1\"", "200 result=1");
        await caller.AnswerAsync("HANGUP", "200 result=1");
        await caller.EndAsync(failed: false);
        Assert.Equal(["#", "0815 False 4 digits", "47 True 2 digits", "0|", "a (b) endpos=7||two\nlines", "|0"], seen);
        Assert.DoesNotContain("0815", house.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_dialplan_asked_for_is_all_there()
    {
        var request = new TaskCompletionSource<AgiRequest>();
        await using var house = new AgiHouse((session, _) =>
        {
            request.SetResult(session.Request);
            return Task.CompletedTask;
        });
        using var caller = await house.ConnectAsync();
        await caller.SendAsync(AgiCaller.Environment("dialogue?room=1203&name=A%20B+C&room=1", "first", "", "third: 3\nagi_uniqueid: another"));
        await caller.EndAsync(failed: false);
        var asked = await request.Task.Soon();
        Assert.Equal("dialogue", asked.Script);
        Assert.Equal(["first", "", "third: 3"], asked.Arguments);
        Assert.Equal("1203|A B C", $"{asked.Query["room"]}|{asked.Query["name"]}");
        Assert.Equal("PJSIP/1203-0000001a|1764137000.7|1203||en|rooms", $"{asked.Channel}|{asked.UniqueId}|{asked.CallerId}|{asked.CallerName}|{asked.Language}|{asked["agi_context"]}");
    }

    [Fact]
    public async Task It_is_the_same_dialogue_wherever_the_network_cuts()
    {
        var values = new System.Collections.Concurrent.ConcurrentBag<string?>();
        await using var house = new AgiHouse(async (session, ct) => values.Add($"{session.Request.Arguments[0]}: {await session.GetVariableAsync("X", ct)}"));
        var environment = Encoding.UTF8.GetBytes(AgiCaller.Environment(AgiHouse.Script, "Zoë 前台"));
        var answer = Encoding.UTF8.GetBytes("200 result=1 (Zoë\n前台)\r\n");
        for (var cut = 1; cut < environment.Length; cut++)
        {
            using var caller = await house.ConnectAsync();
            await caller.SendAsync(environment[..cut]);
            await caller.SendAsync(environment[cut..]);
            Assert.Equal("GET VARIABLE \"X\"", await caller.ReadAsync());
            await caller.SendAsync(answer[..(cut % answer.Length)]);
            await caller.SendAsync(answer[(cut % answer.Length)..]);
            await caller.EndAsync(failed: false);
        }

        Assert.Equal(environment.Length - 1, values.Count);
        Assert.All(values, v => Assert.Equal("Zoë 前台: Zoë\n前台", v));
    }

    [Fact]
    public async Task A_refused_command_says_why_and_the_dialogue_goes_on()
    {
        var refusals = new List<string>();
        await using var house = new AgiHouse(async (session, ct) =>
        {
            foreach (var verb in (string[])["NO SUCH", "SAY DIGITS", "SAY DIGITS"])
                refusals.Add((await Assert.ThrowsAsync<AgiRejectedException>(() => session.SendAsync(new AgiCommand(verb), TimeSpan.FromSeconds(1), ct))).Message);
            refusals.Add((await Assert.ThrowsAsync<AgiRejectedException>(() => session.ExecAsync("Nonsense", [], ct))).Message);
        });
        using var caller = await house.CallAsync();
        await caller.AnswerAsync("NO SUCH", "510 Invalid or unknown command");
        await caller.AnswerAsync("SAY DIGITS", "520-Invalid command syntax.  Proper usage follows:\nUsage: SAY DIGITS (number) (escape)\n result=1 (\n520 End of proper usage.");
        await caller.AnswerAsync("SAY DIGITS", "520 Invalid command syntax.  Proper usage not available.");
        await caller.AnswerAsync("EXEC \"Nonsense\" \"\"", "200 result=-2");
        await caller.EndAsync(failed: false);
        Assert.StartsWith("NO SUCH was refused: 510 Invalid or unknown command", refusals[0], StringComparison.Ordinal);
        Assert.Contains("Usage: SAY DIGITS", refusals[1], StringComparison.Ordinal);
        Assert.Contains("520 Invalid command syntax", refusals[2], StringComparison.Ordinal);
        Assert.Contains("no such application", refusals[3], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_hangup_in_any_step_ends_the_pending_command_and_every_later_one(int step)
    {
        var outcome = new TaskCompletionSource<string>();
        await using var house = new AgiHouse(async (session, ct) =>
        {
            var steps = new List<string>();
            foreach (var verb in (Func<Task>[])[() => session.AnswerAsync(ct), () => session.StreamFileAsync("a", "", ct), () => session.GetDataAsync("b", TimeSpan.FromSeconds(1), 4, ct), () => session.SetVariableAsync("C", "1", ct)])
            {
                var failed = await Record.ExceptionAsync(verb);
                steps.Add(failed is null ? "done" : failed.GetType().Name);
            }

            outcome.SetResult($"{string.Join(',', steps)} {session.HungUp.IsCancellationRequested}");
            throw new AgiHungUpException("let through");
        });
        using var caller = await house.CallAsync();
        for (var done = 0; done < step; done++)
        {
            await caller.ReadAsync();
            await caller.SendAsync("200 result=0\n");
        }

        await caller.ReadAsync();
        await caller.SendAsync("HANGUP\n");
        await caller.EndAsync(failed: false);
        var expected = string.Join(',', Enumerable.Range(0, 4).Select(i => i < step ? "done" : nameof(AgiHungUpException)));
        Assert.Equal($"{expected} True", await outcome.Task.Soon());
        Assert.DoesNotContain("Error", house.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("Warning", house.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("200 result=-1\nHANGUP\n", false)]
    [InlineData("HANGUP\n200 result=-1\n", false)]
    [InlineData("511 Command Not Permitted on a dead channel or intercept routine\n", true)]
    [InlineData(null, false)]
    public async Task Every_way_to_say_that_the_caller_is_gone_is_a_hangup(string? answer, bool failed)
    {
        var thrown = new TaskCompletionSource<Exception?>();
        await using var house = new AgiHouse(async (session, ct) => thrown.SetResult(await Record.ExceptionAsync(() => session.StreamFileAsync("a", "", ct))));
        using var caller = await house.CallAsync();
        Assert.NotNull(await caller.ReadAsync());
        if (answer is not null) await caller.SendAsync(answer);
        else caller.Dispose();
        Assert.IsType<AgiHungUpException>(await thrown.Task.Soon());
        if (answer is not null) await caller.EndAsync(failed);
    }

    [Fact]
    public async Task Minus_one_without_a_hangup_is_a_prompt_that_is_not_there_and_the_dialogue_may_go_on()
    {
        await using var house = new AgiHouse(async (session, ct) =>
        {
            var missing = await Assert.ThrowsAsync<AgiRejectedException>(() => session.StreamFileAsync("switchboard/pin", "", ct));
            Assert.Contains("switchboard/pin cannot be played", missing.Message, StringComparison.Ordinal);
            await session.AnswerAsync(ct);
        });
        using var caller = await house.CallAsync();
        await caller.AnswerAsync("STREAM FILE \"switchboard/pin\" \"\"", "200 result=-1 endpos=0");
        // HANGUP is waited for.
        await house.Clock.PassAsync(TimeSpan.FromSeconds(1));
        await caller.AnswerAsync("ANSWER");
        await caller.EndAsync(failed: false);
    }

    [Fact]
    public async Task A_caller_who_leaves_is_let_go_although_the_handler_waits_for_something_else()
    {
        var never = new TaskCompletionSource();
        await using var house = new AgiHouse((_, _) => never.Task);
        using var caller = await house.CallAsync();
        await caller.SendAsync("HANGUP\n");
        await caller.EndAsync(failed: false);
        never.SetResult();
    }

    [Fact]
    public async Task An_answer_that_does_not_come_ends_the_session_and_a_late_one_is_nobody_s()
    {
        var thrown = new TaskCompletionSource<(Exception?, Exception?)>();
        await using var house = new AgiHouse(async (session, ct) => thrown.SetResult((
            await Record.ExceptionAsync(() => session.GetDataAsync("pin", TimeSpan.FromSeconds(4), 5, ct)), await Record.ExceptionAsync(() => session.AnswerAsync(ct)))));
        using var caller = await house.CallAsync();
        Assert.NotNull(await caller.ReadAsync());
        // The prompt, five times four seconds, and a moment.
        await house.Clock.PassAsync(house.Options.PlaybackTimeout + TimeSpan.FromSeconds(20) + house.Options.AnswerTimeout);
        await caller.EndAsync(failed: true);
        var (first, second) = await thrown.Task.Soon();
        Assert.IsType<AgiTimeoutException>(first);
        Assert.IsType<AgiSessionClosedException>(second);
        Assert.Contains("was ended: no answer to GET DATA within 151 s", house.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("200 result=0\n200 result=1\n")]
    [InlineData("hello\n")]
    [InlineData("200 resul=0\n")]
    [InlineData("300 result=0\n")]
    public async Task What_is_no_answer_or_one_too_many_ends_the_session(string answer)
    {
        await using var house = new AgiHouse((session, ct) => session.AnswerAsync(ct));
        using var caller = await house.CallAsync();
        Assert.NotNull(await caller.ReadAsync());
        await caller.SendAsync(answer);
        await caller.EndAsync(failed: true);
        Assert.Contains("was ended:", house.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endless_line_ends_the_session_and_is_not_kept()
    {
        await using var house = new AgiHouse((session, ct) => session.AnswerAsync(ct));
        using var caller = await house.CallAsync();
        Assert.NotNull(await caller.ReadAsync());
        await caller.SendAsync("200 result=" + new string('1', 500_000));
        await caller.EndAsync(failed: true);
        Assert.Contains("a line is longer than 16384 bytes", house.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_go_one_at_a_time()
    {
        await using var house = new AgiHouse((session, ct) => Task.WhenAll(session.SetVariableAsync("A", "1", ct), session.SetVariableAsync("B", "2", ct)));
        using var caller = await house.CallAsync();
        await caller.AnswerAsync("SET VARIABLE \"A\" \"1\"", "200 result=1");
        await caller.AnswerAsync("SET VARIABLE \"B\" \"2\"", "200 result=1");
        await caller.EndAsync(failed: false);
    }

    [Theory]
    [InlineData("a\nHANGUP")]
    [InlineData("a\rHANGUP")]
    [InlineData("a\0b")]
    [InlineData("half a character")]
    public async Task What_would_end_the_line_is_refused_by_its_argument_s_name_and_nothing_is_sent(string value)
    {
        if (value.StartsWith("half", StringComparison.Ordinal)) value += '\ud800'; // which no attribute can carry
        var refused = new List<AgiInvalidCommandException>();
        await using var house = new AgiHouse(async (session, ct) =>
        {
            foreach (var verb in (Func<Task>[])
            [
                () => session.SetVariableAsync("A", value, ct), () => session.SetVariableAsync(value, "1", ct), () => session.StreamFileAsync(value, "", ct),
                () => session.StreamFileAsync("a", value, ct), () => session.GetDataAsync(value, TimeSpan.FromSeconds(1), 4, ct), () => session.GetVariableAsync(value, ct),
                () => session.SayDigitsAsync(value, "", ct), () => session.VerboseAsync(value, 1, ct), () => session.ExecAsync(value, [], ct), () => session.ExecAsync("Wait", [value], ct),
                () => session.SetContextAsync(value, ct), () => session.SetExtensionAsync(value, ct), () => session.SetPriorityAsync(value, ct),
            ]) refused.Add(await Assert.ThrowsAsync<AgiInvalidCommandException>(verb));
        });
        using var caller = await house.CallAsync();
        await caller.EndAsync(failed: false);
        Assert.Equal(13, refused.Count);
        Assert.All(refused, r => Assert.DoesNotContain("HANGUP", r.Message, StringComparison.Ordinal));
        Assert.Equal("value", refused[0].Field);
    }

    [Theory]
    [InlineData("say \"hello\" \\ there", "\"say \\\"hello\\\" \\\\ there\"")]
    [InlineData("", "\"\"")]
    [InlineData("${EVAL(x)}", "\"${EVAL(x)}\"")]
    [InlineData("前台", "\"前台\"")]
    public void Arguments_are_quoted_as_Asterisk_takes_quotes_off(string value, string quoted) =>
        Assert.Equal($"VERBOSE {quoted}\n", Encoding.UTF8.GetString(new AgiCommand("VERBOSE").With("message", value).ToBytes()));

    [Fact]
    public void A_command_longer_than_Asterisk_reads_at_once_is_refused()
    {
        _ = new AgiCommand("VERBOSE").With("message", new string('x', 1980));
        Assert.Throws<AgiInvalidCommandException>(() => new AgiCommand("VERBOSE").With("message", new string('"', 1000)));
        Assert.Throws<AgiInvalidCommandException>(() => new AgiCommand("VERBOSE").With("message", new string('前', 700)));
        Assert.Throws<AgiInvalidCommandException>(() => new AgiCommand("answer"));
        Assert.Throws<AgiInvalidCommandException>(() => new AgiCommand("ANSWER\nHANGUP"));
    }
}
