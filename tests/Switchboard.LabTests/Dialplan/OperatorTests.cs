using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Switchboard.LabTests.Lab;

namespace Switchboard.LabTests.Dialplan;

/// <summary>What operators do at their phones with the worker's help, and what becomes of it without.</summary>
public class OperatorTests(DialplanLab lab) : IClassFixture<DialplanLab>
{
    [Theory]
    [InlineData("*782101")]
    [InlineData("*792101")]
    public async Task With_the_worker_down_a_lock_is_told_to_be_impossible_now_and_another_operator_rings(string code)
    {
        await lab.RoomAsync("2101");
        await lab.HotelAsync("agi", $"127.0.0.1:{FreePorts.Tcp()}");
        var (own, others) = (lab.Phones.Calls(DialplanLab.Operator), lab.Phones.Calls(DialplanLab.SecondOperator));
        Assert.Equal("hung-up", await lab.Phones.CallAsync(DialplanLab.Operator, code, "--for", "3000"));
        Assert.Equal(["not-now zh", "not-now en"], lab.Heard(DialplanLab.Operator)[^2..]);
        Assert.Equal((own, others + 1), (lab.Phones.Calls(DialplanLab.Operator), lab.Phones.Calls(DialplanLab.SecondOperator)));
        Assert.Null(await lab.ReadAsync("switchboard_dnd", "2101"));
    }

    [Fact]
    public async Task A_worker_that_hangs_is_left_after_eight_seconds_at_both_codes()
    {
        await lab.RoomAsync("2102");
        await lab.LockAsync("2102");
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await lab.HotelAsync("agi", Address(silent));
        foreach (var (number, keys) in ((string, string)[])[("*782102", "w100,5"), ("2102", "w3000,9")])
        {
            var others = lab.Phones.Calls(DialplanLab.SecondOperator);
            Assert.Equal("hung-up", await lab.Phones.CallAsync(DialplanLab.Operator, number, "--keys", keys, "--for", "11000"));
            Assert.Equal(["not-now zh", "not-now en"], lab.Heard(DialplanLab.Operator)[^2..]);
            Assert.Equal(others + 1, lab.Phones.Calls(DialplanLab.SecondOperator));
        }

        Assert.Equal(0, lab.Phones.Calls("2102"));
    }

    [Fact]
    public async Task The_worker_is_asked_to_lock_with_room_and_direction()
    {
        await lab.RoomAsync("2103");
        using var worker = new TcpListener(IPAddress.Loopback, 0);
        worker.Start();
        await lab.HotelAsync("agi", Address(worker));
        var asked = AnswerAsync(worker, "SET VARIABLE SB_DONE 1");
        Assert.Equal("bye", await lab.Phones.CallAsync(DialplanLab.Operator, "*792103", "--for", "5000"));
        var request = await asked;
        Assert.Contains("agi_network_script: room-lock", request);
        Assert.Contains("agi_arg_1: 2103", request);
        Assert.Contains("agi_arg_2: off", request);
    }

    [Fact]
    public async Task Key_9_rings_through_a_lock_when_the_worker_allows_it_and_says_who_did()
    {
        await lab.RoomAsync("2104");
        await lab.LockAsync("2104");
        using var worker = new TcpListener(IPAddress.Loopback, 0);
        worker.Start();
        await lab.HotelAsync("agi", Address(worker));
        var asked = AnswerAsync(worker, "SET VARIABLE SB_ALLOWED 1", "SET VARIABLE SB_STAFF 1007", "SET VARIABLE SB_DONE 1");
        await lab.Phones.CallAsync(DialplanLab.Operator, "2104", "--keys", "w3000,9", "--for", "1200");
        var request = await asked;
        Assert.Contains("agi_network_script: ring-through", request);
        Assert.Contains("agi_arg_1: 2104", request);
        Assert.Contains("locked-through zh", lab.Heard(DialplanLab.Operator));
        Assert.Equal(1, lab.Phones.Calls("2104"));
        await lab.EventAsync("SwitchboardThrough", ("Room", "2104"), ("Kind", "operator"), ("By", "1007"));
        await lab.EventAsync("SwitchboardLocked", ("Room", "2104"), ("Choice", "through"));
        await lab.CelAsync("SWITCHBOARD_THROUGH", "2104:operator:1007:");
    }

    [Fact]
    public async Task Key_9_with_a_wrong_PIN_rings_nobody_and_the_menu_is_said_again()
    {
        await lab.RoomAsync("2105");
        await lab.LockAsync("2105");
        using var worker = new TcpListener(IPAddress.Loopback, 0);
        worker.Start();
        await lab.HotelAsync("agi", Address(worker));
        var asked = AnswerAsync(worker, "SET VARIABLE SB_DONE 1");
        var before = lab.Heard(DialplanLab.Operator).Length;
        await lab.Phones.CallAsync(DialplanLab.Operator, "2105", "--keys", "w3000,9", "--for", "2500");
        await asked;
        Assert.Equal(2, lab.Heard(DialplanLab.Operator).Skip(before).Count(p => p == "locked zh"));
        Assert.Equal(0, lab.Phones.Calls("2105"));
        await lab.EventAsync("SwitchboardLocked", ("Room", "2105"), ("Choice", "hangup"));
        Assert.Empty(lab.Events("SwitchboardThrough", ("Room", "2105")));
    }

    [Fact]
    public async Task A_worker_that_dies_in_the_middle_of_its_script_has_allowed_nothing_and_the_other_operators_ring()
    {
        await lab.RoomAsync("2108");
        await lab.LockAsync("2108");
        using var worker = new TcpListener(IPAddress.Loopback, 0);
        worker.Start();
        await lab.HotelAsync("agi", Address(worker));
        var before = lab.Phones.Calls("0002");
        var asked = AnswerAsync(worker, "SET VARIABLE SB_ALLOWED 1");
        await lab.Phones.CallAsync(DialplanLab.Operator, "2108", "--keys", "w3000,9", "--for", "6000");
        await asked;
        Assert.Equal(0, lab.Phones.Calls("2108"));
        Assert.Equal(before + 1, lab.Phones.Calls("0002"));
    }

    [Fact]
    public async Task A_hang_up_while_the_worker_asks_is_noticed()
    {
        await lab.RoomAsync("2107");
        await lab.LockAsync("2107");
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await lab.HotelAsync("agi", Address(silent));
        await lab.Phones.CallAsync(DialplanLab.Operator, "2107", "--keys", "w3000,9", "--for", "1000");
        await lab.EventAsync("SwitchboardLocked", ("Room", "2107"), ("Choice", "hangup"));
    }

    [Fact]
    public async Task A_room_that_does_not_exist_cannot_be_locked_and_a_guest_has_no_such_code()
    {
        await lab.RoomAsync("2106");
        await lab.Phones.CallAsync(DialplanLab.Operator, "*787777", "--for", "1200");
        Assert.Equal("no-such-number zh", lab.Heard(DialplanLab.Operator)[^2]);
        await lab.Phones.CallAsync("2106", "*782101", "--for", "1200");
        Assert.Equal("no-such-number zh", lab.Heard("2106")[0]);
    }

    private static string Address(TcpListener listener) => $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture)}";

    // Takes one script's call, runs these commands and ends; what Asterisk said of the call.
    private static async Task<string[]> AnswerAsync(TcpListener worker, params string[] commands)
    {
        using var client = await worker.AcceptTcpClientAsync();
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream);
        var request = new List<string>();
        while (await reader.ReadLineAsync() is { Length: > 0 } line) request.Add(line);
        foreach (var command in commands)
        {
            await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(command + "\n"));
            await reader.ReadLineAsync();
        }

        return [.. request];
    }
}
