using Switchboard.Asterisk.Ami;
using Switchboard.Asterisk.Ami.Actions;
using Switchboard.LabTests.Lab;
using Switchboard.Pbx;

namespace Switchboard.LabTests.Dialplan;

/// <summary>The lease as the dialplan keeps it, and the fence that it is: against what workers, and whoever has their AMI user, may send.</summary>
public class LeaseTests(DialplanLab lab) : IClassFixture<DialplanLab>
{
    [Fact]
    public async Task A_lease_is_had_by_one_worker_and_passed_on_only_by_naming_the_whole_entry()
    {
        Assert.True(await AskAsync("claim", "alpha-00000001"));
        var first = (await EntryAsync())!;
        Assert.Matches("^alpha-00000001:[0-9]{13}:[0-9]{13}$", first);
        await lab.EventAsync("SwitchboardLease", ("Worker", "alpha-00000001"), ("Before", ""));
        // Not by name alone, nor by an entry of before its holder claimed anew.
        Assert.False(await AskAsync("claim", "beta-00000002"));
        Assert.False(await AskAsync("claim", "beta-00000002", "alpha-00000001"));
        Assert.True(await AskAsync("claim", "alpha-00000001"));
        var again = (await EntryAsync())!;
        Assert.Equal(first.Split(':')[..2], again.Split(':')[..2]);
        Assert.NotEqual(first, again);
        Assert.False(await AskAsync("claim", "beta-00000002", first));
        Assert.Equal(again, await EntryAsync());
        Assert.True(await AskAsync("claim", "beta-00000002", again));
        Assert.StartsWith("beta-00000002:", await EntryAsync(), StringComparison.Ordinal);
        await lab.EventAsync("SwitchboardLease", ("Worker", "beta-00000002"), ("Before", "alpha-00000001"));

        // Only one's own is given back.
        Assert.False(await AskAsync("release", "alpha-00000001"));
        Assert.False(await AskAsync("release", ""));
        Assert.StartsWith("beta-00000002:", await EntryAsync(), StringComparison.Ordinal);
        Assert.True(await AskAsync("release", "beta-00000002"));
        Assert.Null(await EntryAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a:1:2")]
    [InlineData("a/../b")]
    [InlineData("a b")]
    [InlineData("${SHELL(id)}")]
    public async Task What_is_no_worker_s_name_gets_no_lease(string worker)
    {
        var before = await EntryAsync();
        Assert.False(await AskAsync("claim", worker));
        Assert.Equal(before, await EntryAsync());
    }

    [Fact]
    public async Task Of_many_that_claim_at_once_one_gets_it()
    {
        await lab.Pbx.CommandAsync("database deltree switchboard_lease");
        for (var round = 0; round < 10; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => AskAsync("claim", $"many-{round}{n}")));
            Assert.Equal(1, answers.Count(a => a));
            Assert.True(await AskAsync("release", (await EntryAsync())!.Split(':')[0]));
        }
    }

    [Fact]
    public async Task Who_lost_the_lease_rings_nobody_and_writes_nothing_and_who_has_it_or_knows_of_none_does()
    {
        await lab.RoomAsync("2101");
        await lab.PutAsync("switchboard_lease", "worker", "alpha-00000001:1764137000123:1764137000123");
        try
        {
            await RingAsync("fence-1", "2101", "beta-00000002");
            await lab.EventAsync("SwitchboardFenced", ("Call", "fence-1"), ("Worker", "alpha-00000001"));
            await DeliverAsync("fence-2", "2102", outside: false, "beta-00000002");
            await lab.EventAsync("SwitchboardFenced", ("Call", "fence-2"), ("Worker", "alpha-00000001"));
            await DeliverAsync("fence-3", "13800000001", outside: true, "beta-00000002");
            await lab.EventAsync("SwitchboardFenced", ("Call", "fence-3"), ("Worker", "alpha-00000001"));
            Assert.Null(await lab.ReadAsync("switchboard_proof", "fence-1"));
            Assert.Equal(0, lab.Phones.Calls("2101") + lab.Phones.Calls("2102"));

            Assert.False(await WriteAsync("switchboard_room/2103=1:3:en:PJSIP/2103", "beta-00000002"));
            Assert.Null(await lab.ReadAsync("switchboard_room", "2103"));
            await lab.PutAsync("switchboard_proof", "fence-kept", "dialed:NOANSWER:1:0:19:1764137000123");
            Assert.False(await EraseAsync("fence-kept", "beta-00000002"));
            Assert.NotNull(await lab.ReadAsync("switchboard_proof", "fence-kept"));

            // The lease's own worker, and one from before there were leases.
            Assert.True(await WriteAsync("switchboard_room/2103=1:3:en:PJSIP/2103", "alpha-00000001"));
            Assert.True(await EraseAsync("fence-kept", "alpha-00000001"));
            Assert.True(await WriteAsync("switchboard_room/2103=1:2:en:PJSIP/2103", null));
            await RingAsync("fence-4", "2101", "alpha-00000001");
            await lab.Phones.WaitForAsync("2101", "INVITE");
        }
        finally
        {
            await lab.Pbx.CommandAsync("database deltree switchboard_lease");
        }

        // Nobody has it: rather twice than nobody.
        await RingAsync("fence-5", "2101", "beta-00000002");
        await lab.Phones.WaitForAsync("2101", "INVITE", times: 2);
    }

    private Task<string?> EntryAsync() => lab.ReadAsync("switchboard_lease", "worker");

    private Task<bool> AskAsync(string what, string worker, string? expected = null)
    {
        var request = Local($"{what}@switchboard-lease").WithVariable("__SB_WORKER", worker);
        return AnsweredAsync(expected is null ? request : request.WithVariable("__SB_EXPECTED", expected));
    }

    private Task<bool> WriteAsync(string operations, string? worker) => AnsweredAsync(Signed(Local("write@switchboard-db-write").WithVariable("__SB_OPS1", operations), worker));

    private Task<bool> EraseAsync(string key, string worker) => AnsweredAsync(Signed(Local("delete@switchboard-proof-delete").WithVariable("__SB_KEYS1", key), worker));

    private Task<AmiOriginate> RingAsync(string call, string room, string worker) => lab.Ami.OriginateAsync(Signed(HotelPbx.OriginateOf(
        new RoomCallRequest(call, room, [$"PJSIP/{room}"], TimeSpan.FromSeconds(3), "en", 1, TimeSpan.FromSeconds(1), SnoozeAllowed: false, "Wake-up <0>")), worker));

    private Task<AmiOriginate> DeliverAsync(string call, string to, bool outside, string worker) =>
        lab.Ami.OriginateAsync(Signed(new PersonCallRequest(call, to, outside, TimeSpan.FromSeconds(2), "en", "Hotel operator <0>").ToOriginate(), worker));

    private async Task<bool> AnsweredAsync(AmiOriginateRequest request) => (await (await lab.Ami.OriginateAsync(request)).Outcome).Kind == AmiOriginateKind.Answered;

    private static AmiOriginateRequest Local(string extension) => new() { Channel = $"Local/{extension}/n", Application = ("NoOp", "") };

    private static AmiOriginateRequest Signed(AmiOriginateRequest request, string? worker) => worker is null ? request : request.WithVariable("__SB_WORKER", worker);
}
