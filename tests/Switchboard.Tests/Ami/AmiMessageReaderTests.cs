using System.Buffers;
using System.Text;
using Switchboard.Asterisk.Ami;

namespace Switchboard.Tests.Ami;

/// <summary>Framing: the same messages, wherever the network cuts the bytes.</summary>
public class AmiMessageReaderTests
{
    private const string Stream =
        "Response: Success\r\nActionID: a-1\r\nMessage: Originate successfully queued\r\n\r\n" +
        "\r\n\r\n" + // odd blank lines
        "Event: VarSet\r\nVariable: CALLERID(name)\r\nValue: \r\nCallerIDName: 王小明 Ünal\r\n\r\n" +
        "Event: DBGetTreeResponse\r\nVal: first\nsecond: not a header\r\nKey: /a/b\r\n\r\n" + // a bare LF belongs to the value
        "Response: Follows\r\nOutput: one\r\nOutput: two: three\r\nno colon here\r\nOutput:\r\nACTIONID: a-2\r\n\r\n" +
        "Event: Last\r\n\r\n";

    private static readonly string[] Expected =
    [
        "Response=Success|ActionID=a-1|Message=Originate successfully queued",
        "Event=VarSet|Variable=CALLERID(name)|Value=|CallerIDName=王小明 Ünal",
        "Event=DBGetTreeResponse|Val=first\nsecond: not a header|Key=/a/b",
        "Response=Follows|Output=one|Output=two: three|=no colon here|Output=|ACTIONID=a-2",
        "Event=Last",
    ];

    [Fact]
    public void Torn_at_every_byte_the_messages_are_the_same()
    {
        var bytes = Encoding.UTF8.GetBytes(Stream);
        for (var cut = 0; cut <= bytes.Length; cut++) Assert.Equal(Expected, Read(new AmiMessageReader(10_000), [bytes[..cut], bytes[cut..]]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void In_pieces_of_any_size_the_messages_are_the_same(int size) =>
        Assert.Equal(Expected, Read(new AmiMessageReader(10_000), Encoding.UTF8.GetBytes(Stream).Chunk(size)));

    [Fact]
    public void A_value_of_a_megabyte_comes_whole()
    {
        var value = new string('x', 1024 * 1024);
        Assert.Equal([$"Event=Big|Value={value}"], Read(new AmiMessageReader(2 * 1024 * 1024), Encoding.UTF8.GetBytes($"Event: Big\r\nValue: {value}\r\n\r\n").Chunk(65_536)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(13)]
    [InlineData(100_000)]
    public void A_message_beyond_the_limit_is_named_and_skipped_and_the_next_one_comes(int size)
    {
        var skipped = new List<string>();
        var bytes = Encoding.UTF8.GetBytes($"Event: Before\r\n\r\nEvent: TooBig\r\nValue: {new string('x', 5000)}\r\nMore: {new string('y', 5000)}\r\n\r\nEvent: After\r\n\r\n");
        Assert.Equal(["Event=Before", "Event=After"], Read(new AmiMessageReader(1000), bytes.Chunk(size), skipped));
        Assert.Equal(["Event: TooBig"], skipped);
    }

    [Fact]
    public void A_stream_that_never_ends_a_message_is_not_kept_in_memory()
    {
        var reader = new AmiMessageReader(1000);
        var left = new ReadOnlySequence<byte>();
        for (var i = 0; i < 100; i++)
        {
            left = new ReadOnlySequence<byte>([.. left.ToArray(), .. Encoding.UTF8.GetBytes(new string('x', 500))]);
            Assert.False(reader.TryRead(ref left, out _));
            Assert.True(left.Length <= 1500);
        }
    }

    private static List<string> Read(AmiMessageReader reader, IEnumerable<byte[]> pieces, List<string>? skipped = null)
    {
        var found = new List<string>();
        byte[] kept = [];
        foreach (var piece in pieces)
        {
            var buffer = new ReadOnlySequence<byte>([.. kept, .. piece]);
            while (true)
            {
                if (reader.TryRead(ref buffer, out var message)) found.Add(string.Join('|', message.Headers.Select(h => $"{h.Key}={h.Value}")));
                else if (reader.Skipped is { } name) skipped?.Add(Encoding.UTF8.GetString(name.RawBytes.Span));
                else break;
            }

            kept = buffer.ToArray();
        }

        Assert.Empty(kept);
        return found;
    }
}
