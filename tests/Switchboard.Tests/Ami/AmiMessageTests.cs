using System.Text;
using Switchboard.Asterisk.Ami;

namespace Switchboard.Tests.Ami;

public class AmiMessageTests
{
    private static AmiMessage Message(string text) => AmiMessage.Parse(Encoding.UTF8.GetBytes(text));

    [Fact]
    public void An_event_that_carries_a_Response_header_is_an_event()
    {
        var message = Message("Event: OriginateResponse\r\nResponse: Failure\r\nActionID: a-1\r\n");
        Assert.True(message.IsEvent);
        Assert.False(message.IsResponse);
        Assert.True(Message("Response: Success\r\n").IsResponse);
        Assert.False(Message("Hello: there\r\n").IsResponse);
    }

    [Fact]
    public void Keys_are_compared_without_case_and_repeated_ones_keep_their_order()
    {
        var message = Message("event: Hold\r\nChanVariable: a=1\r\nCHANVARIABLE: b=2\r\nChanVariable(x): c=3\r\n");
        Assert.Equal("Hold", message["EVENT"]);
        Assert.Equal(["a=1", "b=2"], message.GetAll("ChanVariable"));
        Assert.Equal("c=3", message["ChanVariable(x)"]);
        Assert.Null(message["Chan"]);
    }

    [Fact]
    public void Bytes_that_are_no_UTF_8_are_replaced_and_stay_readable_as_bytes()
    {
        byte[] bytes = [.. "CallerIDName: "u8, 0xE7, 0x8E, .. "\r\n"u8];
        var message = AmiMessage.Parse(bytes);
        Assert.StartsWith("\uFFFD", message["CallerIDName"], StringComparison.Ordinal);
        Assert.Equal(bytes, message.RawBytes.ToArray());
    }

    [Fact]
    public void Printed_it_says_what_it_is_and_no_value() =>
        Assert.Equal("Newchannel (2 headers, 46 bytes)", Message("Event: Newchannel\r\nCallerIDName: Li Xiaoming\r\n").ToString());
}
