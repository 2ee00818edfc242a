using Microsoft.Extensions.Logging.Abstractions;
using Switchboard.Asterisk.Ami;
using Switchboard.LabTests.Lab;

namespace Switchboard.LabTests.Pbx;

/// <summary>The worker's AMI user on the real Asterisk: what it may do, and what it must not be able to.</summary>
public class AmiRightsTests
{
    [Fact]
    public async Task The_worker_s_user_cannot_write_AstDB_run_commands_or_start_programs()
    {
        await using var pbx = new LabAsterisk(LabHotel.RoomsOf("1101"));
        await pbx.StartAsync();
        await using var ami = new AmiConnection(
            new AmiOptions { Port = pbx.AmiPort, Username = "switchboard", Secret = pbx.Secret }, TimeProvider.System, NullLogger<AmiConnection>.Instance);
        using var stop = new CancellationTokenSource();
        var running = ami.RunAsync(stop.Token);
        Assert.True(await Eventually.TrueAsync(() => ami.Status.State == AmiState.Connected, TimeSpan.FromSeconds(10)));

        await Refused(new AmiAction("DBPut").With("Family", "x").With("Key", "y").With("Val", "z"));
        await Refused(new AmiAction("DBDelTree").With("Family", "switchboard_proof"));
        await Refused(new AmiAction("Command").With("Command", "core show version"));
        await Refused(new AmiAction("GetConfig").With("Filename", "manager.conf"));
        await Refused(new AmiAction("UpdateConfig").With("SrcFilename", "manager.conf").With("DstFilename", "manager.conf"));
        await Refused(new AmiAction("ModuleLoad").With("LoadType", "load"));
        await Refused(new AmiAction("Setvar").With("Variable", "DB(x/y)").With("Value", "z"));
        foreach (var application in (string[])["System", "TrySystem", "AGI", "ExternalIVR", "Exec"])
        {
            await Refused(new AmiAction("Originate").With("Channel", "Local/ring@switchboard-wakeup-dial").With("Application", application)
                .With("Data", "touch /tmp/should-not-exist").With("Async", "true"));
        }

        Assert.NotNull((await ami.SendAsync(new AmiAction("CoreSettings")))["AsteriskVersion"]);
        Assert.Empty(await ami.SendListAsync(new AmiAction("CoreShowChannels")));
        Assert.DoesNotContain(pbx.Warnings().Split('\n'), line => line.Contains("WARNING", StringComparison.Ordinal) && !line.Contains("privilege", StringComparison.OrdinalIgnoreCase)
            && !line.Contains("originate", StringComparison.OrdinalIgnoreCase) && !line.Contains("Dangerous", StringComparison.OrdinalIgnoreCase));
        await stop.CancelAsync();
        await running;

        async Task Refused(AmiAction action) => await Assert.ThrowsAsync<AmiRejectedException>(() => ami.SendAsync(action));
    }
}
