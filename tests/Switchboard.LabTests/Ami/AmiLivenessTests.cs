using Switchboard.Asterisk.Ami;
using Switchboard.Asterisk.Ami.Actions;
using Switchboard.LabTests.Lab;

namespace Switchboard.LabTests.Ami;

/// <summary>A real Asterisk that stalls, vanishes or hangs up half-way is found out within 15 s, and nothing is sent twice.</summary>
public class AmiStallTests
{
    [Fact]
    public async Task A_stalled_Asterisk_is_found_within_15_s_and_a_call_sent_to_it_is_not_sent_again()
    {
        await using var pbx = new LabAsterisk(LabHotel.RoomsOf("1101"));
        await pbx.StartAsync();
        await using var ami = await LabAmi.ConnectAsync(pbx);
        await pbx.PauseAsync();
        var began = TimeProvider.System.GetTimestamp();
        // Its kernel takes the bytes; nobody knows whether Asterisk ever will.
        var sent = ami.Connection.OriginateAsync(new AmiOriginateRequest { Channel = "Local/delete@switchboard-proof-delete/n", Application = ("NoOp", ""), ChannelId = "stalled-1" });
        var lost = await ami.NextAsync<AmiDisconnected>();
        var took = TimeProvider.System.GetElapsedTime(began);
        Assert.True(took < TimeSpan.FromSeconds(15), $"found after {took}");
        Assert.Contains("no Pong", lost.Reason.Message, StringComparison.Ordinal);
        var unknown = await Assert.ThrowsAnyAsync<AmiException>(() => sent);
        Assert.True(unknown is { IsTransient: true, NothingSent: false }, unknown.ToString());

        await pbx.ContinueAsync();
        await ami.NextAsync<AmiConnected>();
        // What lay in its kernel it carries out now. Had the client sent it again, Asterisk's own record would have it twice.
        Assert.True(await Eventually.TrueAsync(() => pbx.ReadCel("stalled-1").Contains("CHAN_END"), TimeSpan.FromSeconds(15)), string.Join(", ", pbx.ReadCel("stalled-1")));
        await ami.Connection.PingAsync();
        Assert.Single(pbx.ReadCel("stalled-1"), "CHAN_START");
    }
}

/// <summary>The same behind a wire that can be cut.</summary>
public class AmiCutWireTests
{
    [Fact]
    public async Task A_black_hole_a_half_close_and_a_reset_are_found_and_the_way_back_is_the_same()
    {
        await using var pbx = new LabAsterisk(LabHotel.RoomsOf("1101"));
        await pbx.StartAsync();
        using var wire = new LabRelay(pbx.AmiPort);
        await using var ami = await LabAmi.ConnectAsync(pbx, o => o.Port = wire.Port);

        wire.BecomeBlackHole();
        var began = TimeProvider.System.GetTimestamp();
        var pending = ami.Connection.PingAsync();
        Assert.Contains("no Pong", (await ami.NextAsync<AmiDisconnected>()).Reason.Message, StringComparison.Ordinal);
        Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(15));
        await Assert.ThrowsAnyAsync<AmiException>(() => pending);
        wire.Heal();
        Assert.Equal(2, (await ami.NextAsync<AmiConnected>()).Generation);

        wire.HalfClose();
        Assert.Contains("closed the connection", (await ami.NextAsync<AmiDisconnected>(seconds: 3)).Reason.Message, StringComparison.Ordinal);
        Assert.Equal(3, (await ami.NextAsync<AmiConnected>()).Generation);

        wire.Reset();
        await ami.NextAsync<AmiDisconnected>(seconds: 3);
        Assert.Equal(4, (await ami.NextAsync<AmiConnected>()).Generation);
        await ami.Connection.PingAsync();
    }
}
