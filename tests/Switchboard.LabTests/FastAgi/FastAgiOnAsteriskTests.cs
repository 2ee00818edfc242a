using System.Net;
using System.Net.Sockets;
using Switchboard.Asterisk.FastAgi;
using Switchboard.LabTests.Lab;

namespace Switchboard.LabTests.FastAgi;

/// <summary>What AgiCaller of Switchboard.Tests claims of Asterisk, on the real one; and where a dialplan goes when a script fails.</summary>
public class FastAgiOnAsteriskTests
{
    [Fact]
    public async Task Every_verb_does_on_Asterisk_what_it_says()
    {
        var seen = new List<string>();
        await using var lab = await LabAgi.OpenAsync(new Dictionary<string, AgiHandler>
        {
            ["verbs"] = async (session, ct) =>
            {
                var asked = session.Request;
                seen.Add($"{asked.Script}|{string.Join(';', asked.Arguments)}|{asked.Query.GetValueOrDefault("room")}|{asked.Channel.StartsWith("Local/talk@lab-agi", StringComparison.Ordinal)}|{asked.UniqueId == await session.GetVariableAsync("UNIQUEID", ct)}");
                await session.AnswerAsync(ct);
                foreach (var value in (string[])["plain", "with \"quotes\" and \\ and ${UNIQUEID}", "前台, Réception", " blanks ", ""])
                {
                    await session.SetVariableAsync("ECHO", value, ct);
                    Assert.Equal(value, await session.GetVariableAsync("ECHO", ct) ?? "");
                }

                seen.Add($"{await session.GetVariableAsync("NOBODY", ct) ?? "none"}|{await session.GetFullVariableAsync("${CONTEXT}-${EXTEN}", ct)}");
                seen.Add($"{await session.StreamFileAsync("switchboard/confirmed", "", ct)}|{await session.WaitForDigitAsync(TimeSpan.FromMilliseconds(100), ct)}");
                seen.Add($"{await session.GetDataAsync("switchboard/confirmed", TimeSpan.FromMilliseconds(200), 4, ct)}|{await session.ExecAsync("NoOp", ["x"], ct)}");
                seen.Add((await Assert.ThrowsAsync<AgiRejectedException>(() => session.SendAsync(new AgiCommand("NO SUCH"), TimeSpan.FromSeconds(5), ct))).Message);
                var usage = await Assert.ThrowsAsync<AgiRejectedException>(() => session.SendAsync(new AgiCommand("SET VARIABLE"), TimeSpan.FromSeconds(5), ct));
                seen.Add($"{usage.Code} {usage.Message.Split('\n').Length > 2}");
                // A value with a line end is one value; so long a one as Asterisk takes is read whole.
                seen.Add(await session.GetFullVariableAsync("${URIDECODE(one%0Atwo)}", ct) ?? "none");
                await session.SetVariableAsync("LONG", new string('x', 1900), ct);
                seen.Add((await session.GetFullVariableAsync("${LONG}${LONG}", ct) ?? "").Replace(new string('x', 1900), "long", StringComparison.Ordinal));
                await session.VerboseAsync("hello from the script", 3, ct);
                await session.SetVariableAsync("GOT", "all", ct);
            },
            ["cannot"] = async (session, ct) =>
            {
                foreach (var verb in (Func<Task>[])[() => session.StreamFileAsync("no/such/file", "", ct), () => session.GetDataAsync("no/such/file", TimeSpan.FromSeconds(1), 4, ct), () => session.ExecAsync("Nonsense", [], ct)])
                    seen.Add((await Assert.ThrowsAsync<AgiRejectedException>(verb)).Message);
            },
        });
        var told = await lab.CallAsync("verbs?room=1203");
        Assert.True(told == "SUCCESS 1 all", $"{told}\n{lab.Log}");
        Assert.Equal(
            ["verbs|one;two 2|1203|True|True", "none|lab-agi-talk", "|", "0 digits|0", "NO SUCH was refused: 510 Invalid or unknown command", "520 True", "one\ntwo", "longlong"], seen);
        // What could not be done makes it a FAILURE to Asterisk, also where the script went on and came to its end.
        seen.Clear();
        Assert.Equal("FAILURE 1", await lab.CallAsync("cannot"));
        Assert.Equal(["STREAM FILE was refused: 200 no/such/file cannot be played: is it installed?", "GET DATA was refused: 200 no/such/file cannot be played: is it installed?", "EXEC was refused: 200 there is no such application"], seen);
        Assert.DoesNotContain(lab.Pbx.ReadLog(), l => l.Contains("ERROR", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Whatever_goes_wrong_the_dialplan_can_tell_it_from_a_script_that_came_to_its_end()
    {
        var never = new TaskCompletionSource();
        await using var lab = await LabAgi.OpenAsync(new Dictionary<string, AgiHandler>
        {
            ["good"] = (_, _) => Task.CompletedTask,
            ["bad"] = (_, _) => throw new InvalidDataException("broken"),
            ["late"] = async (session, ct) =>
            {
                // In the middle of a command.
                var waiting = session.WaitForDigitAsync(TimeSpan.FromSeconds(15), CancellationToken.None);
                await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, ct);
                throw new InvalidDataException("broken");
            },
            ["busy"] = (_, _) => never.Task,
        }, o => o.MaxSessions = 1);
        Assert.Equal("SUCCESS 1", await lab.CallAsync("good"));
        Assert.Equal("FAILURE", await lab.CallAsync("bad"));
        Assert.Equal("FAILURE", await lab.CallAsync("late"));
        Assert.Equal("FAILURE", await lab.CallAsync("unknown"));
        await lab.BeginCallAsync("busy", "the one place");
        Assert.True(await Eventually.TrueAsync(() => lab.Server.Status.Running == 1, TimeSpan.FromSeconds(5)));
        Assert.Equal("FAILURE", await lab.CallAsync("good"));
        never.SetResult();
        Assert.Equal("SUCCESS 1", await lab.ResultAsync("the one place"));

        // Nobody listens.
        Assert.Equal("FAILURE", await lab.CallAsync("good", variables: $"PORT={FreePorts.Tcp()}"));

        // A worker that dies in the middle: Asterisk calls it a success, and only the variable tells.
        using var dying = new TcpListener(IPAddress.Loopback, 0);
        dying.Start();
        var call = lab.CallAsync("good", variables: $"PORT={((IPEndPoint)dying.LocalEndpoint).Port}");
        using (var killed = await dying.AcceptSocketAsync())
        {
            // The request is read to its end first: closed amid it, Asterisk's next write fails, and it logs that as an ERROR.
            var asked = "";
            var buffer = new byte[4096];
            while (!asked.EndsWith("\n\n", StringComparison.Ordinal)) asked += System.Text.Encoding.UTF8.GetString(buffer, 0, await killed.ReceiveAsync(buffer));
        }

        Assert.Equal("SUCCESS", await call);
        Assert.DoesNotContain(lab.Pbx.ReadLog(), l => l.Contains("ERROR", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_is_silent_is_left_by_the_absolute_time_out_and_a_script_may_take_more_time()
    {
        await using var lab = await LabAgi.OpenAsync(new Dictionary<string, AgiHandler>
        {
            ["longer"] = async (session, ct) =>
            {
                await session.SetVariableAsync("TIMEOUT(absolute)", "30", ct);
                await session.WaitForDigitAsync(TimeSpan.FromSeconds(2), ct);
            },
            ["asleep"] = async (_, ct) => await Task.Delay(TimeSpan.FromSeconds(60), TimeProvider.System, ct),
        });
        Assert.Equal("SUCCESS 1", await lab.CallAsync("longer", variables: "LIMIT=1"));

        // Hung (SIGSTOP): the kernel still lets Asterisk in. Without AGIEXITONHANGUP it would wait for ever, with the caller's channel.
        using var hung = new TcpListener(IPAddress.Loopback, 0);
        hung.Start();
        var port = $"PORT={((IPEndPoint)hung.LocalEndpoint).Port}";
        Assert.Equal("T  HANGUP", await lab.CallAsync("good", variables: ["LIMIT=1", "EXIT=yes", port]));
        await lab.BeginCallAsync("good", "held", variables: ["LIMIT=1", port]);
        using var first = await hung.AcceptSocketAsync();
        using var held = await hung.AcceptSocketAsync();
        var told = "";
        var buffer = new byte[4096];
        while (!told.Contains("\nHANGUP\n", StringComparison.Ordinal)) told += System.Text.Encoding.UTF8.GetString(buffer, 0, await held.ReceiveAsync(buffer));
        held.Close();
        Assert.Equal("T  HANGUP", await lab.ResultAsync("held"));

        // Our own server leaves by itself when it hears HANGUP, whatever its handler waits for.
        Assert.Equal("T  HANGUP", await lab.CallAsync("asleep", variables: "LIMIT=1"));
    }

    [Fact]
    public async Task A_phone_s_keys_reach_the_script_and_its_hangup_ends_it()
    {
        var hungUp = new TaskCompletionSource<Exception?>();
        await using var lab = await LabAgi.OpenAsync(new Dictionary<string, AgiHandler>
        {
            ["keys"] = async (session, ct) => await session.SetVariableAsync("GOT", (await session.GetDataAsync("switchboard/wakeup", TimeSpan.FromSeconds(10), 1, ct)).Digits, ct),
            ["long"] = async (session, ct) =>
            {
                hungUp.SetResult(await Record.ExceptionAsync(() => session.WaitForDigitAsync(TimeSpan.FromSeconds(30), ct)));
                throw hungUp.Task.Result!;
            },
        });
        await using var phones = new LabPhones(lab.Pbx);
        await phones.StartAsync();
        Assert.Equal("SUCCESS 1 1", await lab.CallAsync("keys", "PJSIP/1101"));
        await lab.BeginCallAsync("long", "long", "PJSIP/3101");
        Assert.Equal("h  HANGUP", await lab.ResultAsync("long"));
        Assert.IsType<AgiHungUpException>(await hungUp.Task.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System));
        Assert.DoesNotContain("Error", lab.Log, StringComparison.Ordinal);
    }
}
