using System.Text;
using Switchboard.Asterisk.Ami;

namespace Switchboard.Tests.Ami;

public class AmiMessageTests
{
    private static AmiMessage Message(string text) => new(Encoding.UTF8.GetBytes(text), new AmiEventNames());

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
        var message = new AmiMessage(bytes, new AmiEventNames());
        Assert.StartsWith("\uFFFD", message["CallerIDName"], StringComparison.Ordinal);
        Assert.Equal(bytes, message.RawBytes.ToArray());
    }

    [Fact]
    public void One_blank_after_the_colon_is_the_headers_the_rest_is_the_values()
    {
        var message = Message("Event: Command\r\nOutput: Channel\r\nOutput:   indented: more\r\nOutput:\r\nOutput:none\r\nEmpty: \r\nno colon\r\n:odd\r\n");
        Assert.Equal(["Channel", "  indented: more", "", "none"], message.GetAll("output"));
        Assert.Equal("", message["Empty"]);
        Assert.Equal([("", "no colon"), ("", ":odd")], message.Headers.Where(h => h.Key.Length == 0).Select(h => (h.Key, h.Value)));
    }

    [Fact]
    public void A_CR_or_an_LF_alone_ends_no_line()
    {
        var message = Message("Event: VarSet\r\nValue: a\rb\nEvent: no\r\r\nLast: \r");
        Assert.Equal("a\rb\nEvent: no\r", message["Value"]);
        Assert.Equal("\r", message["Last"]);
    }

    [Fact]
    public void The_bytes_of_a_value_can_be_had_as_they_came()
    {
        var message = new AmiMessage([.. "Event: X\r\nA: "u8, 0xFF, 0x00, .. "\r\nB: b\r\n"u8], new AmiEventNames());
        Assert.Equal([0xFF, 0x00], message.GetBytes("a").ToArray());
        Assert.Equal("b"u8.ToArray(), message.GetBytes("B").ToArray());
        Assert.True(message.GetBytes("C").IsEmpty);
    }

    [Theory]
    [InlineData(@"plain", "plain")]
    [InlineData(@"O\'Neil \""the \\ boss\""", "O'Neil \"the \\ boss\"")]
    [InlineData(@"two\r\nlines\t\a\b\f\v\?", "two\r\nlines\t\a\b\f\v?")]
    [InlineData(@"\x and at the end \", @"\x and at the end \")]
    public void Escaped_fields_are_unescaped_where_asked_by_name(string escaped, string plain)
    {
        var message = Message($"Event: Newchannel\r\nCallerIDName: {escaped}\r\n");
        Assert.Equal(plain, message.GetUnescaped("CallerIDName"));
        Assert.Equal(escaped, message["CallerIDName"]);
        Assert.Null(message.GetUnescaped("ConnectedLineName"));
    }

    [Fact]
    public void Event_names_are_decoded_once_and_strange_ones_still_come_right()
    {
        var names = new AmiEventNames();
        Assert.Same(names.Of("Newchannel"u8), names.Of("Newchannel"u8));
        Assert.Equal(["", "前台", "a\uFFFD", "a\uFFFD", "Newchannel"], [names.Of(""u8), names.Of("前台"u8), names.Of([(byte)'a', 0xFF]), names.Of([(byte)'a', 0xFE]), names.Of("Newchannel"u8)]);
        for (var i = 0; i < 5000; i++) Assert.Equal($"Name{i}", names.Of(Encoding.ASCII.GetBytes($"Name{i}")));
    }

    [Fact]
    public void Printed_it_says_what_it_is_and_no_value() =>
        Assert.Equal("Newchannel (2 headers, 46 bytes)", Message("Event: Newchannel\r\nCallerIDName: Li Xiaoming\r\n").ToString());
}
