using Microsoft.Extensions.Logging.Abstractions;
using Switchboard.Asterisk.Ami;
using Switchboard.LabTests.Lab;

namespace Switchboard.LabTests.Ami;

/// <summary>What the fake AMI server of Switchboard.Tests claims of Asterisk, on the real one.</summary>
public class AmiOnAsteriskTests
{
    [Fact]
    public async Task Lists_originates_and_their_ends_come_as_the_client_expects_them()
    {
        await using var pbx = new LabAsterisk(LabHotel.RoomsOf("1101"));
        await pbx.StartAsync();
        await using var ami = new AmiConnection(
            new AmiOptions { Port = pbx.AmiPort, Username = "switchboard", Secret = pbx.Secret }, TimeProvider.System, NullLogger<AmiConnection>.Instance);
        await using var events = ami.Subscribe("test");
        using var stop = new CancellationTokenSource();
        var running = ami.RunAsync(stop.Token);

        // Connected first, then FullyBooted, which Asterisk sends in answer to the login.
        await using var notifications = events.ReadAllAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        Assert.True(await notifications.MoveNextAsync());
        Assert.Equal(1, Assert.IsType<AmiConnected>(notifications.Current).Generation);
        Assert.True(await notifications.MoveNextAsync());
        Assert.Equal("FullyBooted", Assert.IsType<AmiEvent>(notifications.Current).Message.EventName);

        // An empty list is a list, an empty tree is an Error: the one that may be taken for empty.
        Assert.Empty(await ami.SendListAsync(new AmiAction("CoreShowChannels")));
        var empty = await Record.ExceptionAsync(() => ami.SendListAsync(new AmiAction("DBGetTree").With("Family", "nobody_writes_here")));
        if (empty is not null) Assert.True(Assert.IsType<AmiRejectedException>(empty).NothingFound, empty.Message);
        Assert.Empty(await ami.SendListAsync(new AmiAction("DBGetTree").With("Family", "nobody_writes_here"), notFoundIsEmpty: true));
        var forbidden = await Assert.ThrowsAsync<AmiRejectedException>(() => ami.SendListAsync(new AmiAction("DBDelTree").With("Family", "x"), notFoundIsEmpty: true));
        Assert.Contains("Permission denied", forbidden.Message, StringComparison.Ordinal);

        // OriginateResponse is an event with a Response header; its outcome is found by our ActionID, whatever comes between.
        var answered = await ami.OriginateAsync(Local("delete@switchboard-proof-delete"));
        Assert.Equal(AmiOriginateKind.Answered, (await answered.Outcome).Kind);
        var nowhere = await ami.OriginateAsync(Local("nowhere@switchboard-wakeup-dial"));
        Assert.Equal(AmiOriginateKind.Failed, (await nowhere.Outcome).Kind);

        // The longest header that we send is one that Asterisk reads; and what it echoes is what we sent, letter by letter.
        var longest = new string('9', 900);
        var echoed = await ami.OriginateAsync(Local("delete@switchboard-proof-delete").WithVariable("SB_LONG", longest).With("CallerID", "\"前台 Réception\" <0>"));
        Assert.Equal(AmiOriginateKind.Answered, (await echoed.Outcome).Kind);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_wrong_secret_is_a_refused_login_and_says_so()
    {
        await using var pbx = new LabAsterisk(LabHotel.RoomsOf("1101"));
        await pbx.StartAsync();
        await using var ami = new AmiConnection(
            new AmiOptions { Port = pbx.AmiPort, Username = "switchboard", Secret = "not-the-secret" }, TimeProvider.System, NullLogger<AmiConnection>.Instance);
        using var stop = new CancellationTokenSource();
        var running = ami.RunAsync(stop.Token);
        Assert.True(await Eventually.TrueAsync(() => ami.Status.LastError is { } error && error.Contains("Authentication failed", StringComparison.Ordinal), TimeSpan.FromSeconds(10)), ami.Status.ToString());
        Assert.Equal(0, ami.Status.Generation);
        Assert.DoesNotContain("not-the-secret", ami.Status.ToString(), StringComparison.Ordinal);
        await stop.CancelAsync();
        await running;
    }

    private static AmiAction Local(string extension) => new AmiAction("Originate").With("Channel", $"Local/{extension}/n")
        .With("Application", "Wait").With("Data", "1").With("Timeout", "5000");
}
