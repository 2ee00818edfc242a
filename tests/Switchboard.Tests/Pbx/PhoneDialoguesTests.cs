using Switchboard.Features.Messages;
using Switchboard.Pbx;

namespace Switchboard.Tests.Pbx;

/// <summary>How long Asterisk's dialogues may take.</summary>
public class PhoneDialoguesTests
{
    [Fact]
    public void The_server_cuts_nobody_off_before_the_dialogues_own_limit()
    {
        var server = PhoneDialogues.ServerOf(new PhoneDialogueOptions());
        Assert.True(server.SessionLimit > MessageDialogue.Limit, "*98");
        Assert.True(server.SessionLimit > PersonCallRequest.LongestTalk, "deliveries");
    }
}
