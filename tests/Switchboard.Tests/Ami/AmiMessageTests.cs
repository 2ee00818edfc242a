using System.Text;
using Switchboard.Asterisk.Ami;

namespace Switchboard.Tests.Ami;

public class AmiMessageTests
{
    private static AmiMessage Message(string text) => new(Encoding.UTF8.GetBytes(text));

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
        var message = new AmiMessage(bytes);
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
        var message = new AmiMessage([.. "Event: X\r\nA: "u8, 0xFF, 0x00, .. "\r\nB: b\r\n"u8]);
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
    public void A_key_is_found_at_every_place_of_a_message_and_never_inside_a_value()
    {
        for (var before = 0; before < 150; before++)
        {
            // Near misses: a bare LF or CR before the key, the colon too early or too late, the key at the end of another one.
            var filler = new string('x', before);
            var message = Message($"Event: X\r\nA: {filler}\nChannel: lf\r\nB: \rChannel: cr\r\nMyChannel: no\r\nChannels: no\r\n" +
                $"Context: no\r\ncHANNEL: yes\r\nChannel: too\r\nLast:{filler}");
            Assert.Equal("yes", message["Channel"]);
            Assert.Equal(["yes", "too"], message.GetAll("CHANNEL"));
            Assert.Equal(filler, message["last"]);
            Assert.Null(message["Channe"]);
            Assert.Null(message["no\r\nContext"]);
            Assert.Null(message["通道"]);
        }
    }

    [Fact]
    public void Printed_it_says_what_it_is_and_no_value() =>
        Assert.Equal("Newchannel (2 headers, 46 bytes)", Message("Event: Newchannel\r\nCallerIDName: Li Xiaoming\r\n").ToString());
}
