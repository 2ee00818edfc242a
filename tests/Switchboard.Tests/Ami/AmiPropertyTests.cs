using System.Buffers;
using System.Text;
using CsCheck;
using Switchboard.Asterisk.Ami;

namespace Switchboard.Tests.Ami;

/// <summary>
/// Whatever comes, cut wherever: the same messages. Whatever is asked for: sent as it is, or refused. Thousands of random cases a run, the
/// smallest counter-example is printed with its seed; SWITCHBOARD_FUZZ_SECONDS lets them run for longer.
/// </summary>
public class AmiPropertyTests
{
    private const int Limit = AmiMessageReader.HeadBytes;

    private static readonly int Seconds = int.TryParse(Environment.GetEnvironmentVariable("SWITCHBOARD_FUZZ_SECONDS"), out var given) ? given : 1;

    // Line ends, colons and near misses far more often than chance would bring them, and runs that pass the limit.
    private static readonly Gen<byte[]> Piece = Gen.OneOf(
        Gen.OneOfConst("\r\n", "\r\n\r\n", "\r", "\n", ":", ": ", "Event: A", "event:B", "Response: Success", "ActionID: x-1", "\r\nValue: ", "王", "Output: --END COMMAND--")
            .Select(Encoding.UTF8.GetBytes),
        Gen.Byte.Array[0, 12],
        Gen.Int[0, Limit + 8].Select(n => Enumerable.Repeat((byte)'x', n).ToArray()));

    private static readonly Gen<byte[]> Stream = Piece.Array[0, 40].Select(pieces => pieces.SelectMany(p => p).ToArray());

    [Fact]
    public void Any_bytes_cut_at_any_places_give_what_they_give_whole() =>
        Gen.Select(Stream, Gen.Int[1, 700].Array[1, 30]).Sample(
            (bytes, sizes) => Read(Cut(bytes, sizes)).SequenceEqual(Model(bytes)),
            time: Seconds, print: t => $"{Convert.ToHexString(t.Item1)} cut as {string.Join(',', t.Item2)}");

    [Fact]
    public void Any_bytes_in_many_segments_give_what_they_give_in_one() =>
        Gen.Select(Stream, Gen.Int[1, 60].Array[1, 30]).Sample(
            (bytes, sizes) => Read([bytes], sizes).SequenceEqual(Model(bytes)),
            time: Seconds, print: t => $"{Convert.ToHexString(t.Item1)} in segments of {string.Join(',', t.Item2)}");

    [Fact]
    public void Every_header_of_any_message_is_found_by_its_key_and_every_byte_is_in_one_of_them() =>
        Stream.Sample(bytes =>
        {
            foreach (var message in Model(bytes).Where(m => m[0] == 'M').Select(m => new AmiMessage(Convert.FromHexString(m[1..]))))
            {
                var headers = message.Headers.ToList();
                foreach (var group in headers.Where(h => h.Key.Length > 0 && Ascii.IsValid(h.Key)).GroupBy(h => h.Key, StringComparer.OrdinalIgnoreCase))
                {
                    if (!message.GetAll(group.Key).SequenceEqual(group.Select(h => h.Value))) return false;
                    if (message[group.Key] != group.First().Value) return false;
                }

                var lines = Encoding.UTF8.GetString(message.RawBytes.Span).Split("\r\n").Where(l => l.Length > 0).ToList();
                if (lines.Count != headers.Count) return false;
                if (lines.Zip(headers).Any(both => !both.First.StartsWith(both.Second.Key, StringComparison.Ordinal) || !both.First.EndsWith(both.Second.Value, StringComparison.Ordinal))) return false;
                if (message.IsEvent && message.IsResponse) return false;
                _ = message.ToString();
            }

            return true;
        }, time: Seconds, print: Convert.ToHexString);

    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.String[0, 20],
        Gen.String[Gen.Char["\r\n\0: ,\"\\=;|房\ud83d\udd14é"], 0, 8],
        Gen.Int[0, 1100].Select(n => new string('x', n)));

    [Fact]
    public void Any_header_arrives_as_it_was_given_or_is_refused_by_name() =>
        Gen.Select(Text, Text, Gen.Bool).Array[1, 6].Sample(headers =>
        {
            var action = new AmiAction("Originate");
            var kept = new List<(string, string)> { ("Action", "Originate") };
            foreach (var (key, value, variable) in headers)
            {
                try
                {
                    if (variable) action.WithVariable(key, value);
                    else action.With(key, value);
                    kept.Add(variable ? ("Variable", $"{key}={value}") : (key, value));
                }
                catch (AmiInvalidActionException)
                {
                    // Refused: nothing of it may have been kept.
                }
            }

            kept.Add(("ActionID", "id-1"));
            return AsAsteriskReads(action.ToBytes("id-1")).SequenceEqual(kept);
        }, time: Seconds);

    [Fact]
    public void Escaping_and_unescaping_gives_the_value_again() =>
        Gen.String[Gen.Char["ab\\'\"?\a\b\f\n\r\t\v王"], 0, 20].Sample(value => AmiEscapes.Remove(Escape(value)) == value, time: Seconds);

    // main/manager.c: a line ends at LF, a CR before it is dropped, blanks after the colon are skipped.
    private static IEnumerable<(string Key, string Value)> AsAsteriskReads(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        Assert.EndsWith("\r\n\r\n", text, StringComparison.Ordinal);
        foreach (var line in text[..^4].Split('\n').Select(l => l.TrimEnd('\r')))
        {
            Assert.True(Encoding.UTF8.GetByteCount(line) < 1024 && line.Length > 0 && !line.Contains('\0', StringComparison.Ordinal));
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            yield return (line[..colon], line[(colon + 1)..].TrimStart(' ', '\t'));
        }
    }

    /// <summary>The rules once more, as plainly as possible: M is a message, S one that was skipped for its size.</summary>
    private static List<string> Model(byte[] bytes)
    {
        var found = new List<string>();
        var text = Encoding.Latin1.GetString(bytes);
        while (true)
        {
            while (text.StartsWith("\r\n", StringComparison.Ordinal)) text = text[2..];
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end < 0) return found;
            var message = text[..end];
            text = text[(end + 4)..];
            if (end <= Limit)
            {
                found.Add('M' + Hex(message));
                continue;
            }

            var head = message[..AmiMessageReader.HeadBytes];
            var whole = head.LastIndexOf("\r\n", StringComparison.Ordinal);
            found.Add('S' + Hex(whole > 0 ? head[..whole] : head));
        }

        static string Hex(string latin1) => Convert.ToHexString(Encoding.Latin1.GetBytes(latin1));
    }

    private static List<string> Read(IEnumerable<byte[]> chunks, int[]? segments = null)
    {
        var reader = new AmiMessageReader(Limit);
        var found = new List<string>();
        byte[] kept = [];
        foreach (var chunk in chunks)
        {
            byte[] all = [.. kept, .. chunk];
            var buffer = segments is null ? new ReadOnlySequence<byte>(all) : Segmented(Cut(all, segments));
            while (true)
            {
                if (reader.TryRead(ref buffer, out var message)) found.Add('M' + Convert.ToHexString(message.RawBytes.Span));
                else if (reader.Skipped is { } head) found.Add('S' + Convert.ToHexString(head.RawBytes.Span));
                else break;
            }

            kept = buffer.ToArray();
            Assert.True(kept.Length <= Limit + 3, "more is kept than the limit allows");
        }

        return found;
    }

    private static List<byte[]> Cut(byte[] bytes, int[] sizes)
    {
        var pieces = new List<byte[]>();
        for (var at = 0; at < bytes.Length;)
        {
            var size = Math.Min(sizes[pieces.Count % sizes.Length], bytes.Length - at);
            pieces.Add(bytes[at..(at + size)]);
            at += size;
        }

        return pieces;
    }

    private static ReadOnlySequence<byte> Segmented(List<byte[]> pieces)
    {
        if (pieces.Count == 0) return ReadOnlySequence<byte>.Empty;
        var first = new Segment(pieces[0], null);
        var last = first;
        foreach (var piece in pieces.Skip(1)) last = new Segment(piece, last);
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private static string Escape(string value) => string.Concat(value.Select(c => "abfnrtv\\'\"?"["\a\b\f\n\r\t\v\\'\"?".IndexOf(c, StringComparison.Ordinal) is var i and >= 0 ? i : 0] is var letter
        && "\a\b\f\n\r\t\v\\'\"?".Contains(c, StringComparison.Ordinal) ? $"\\{letter}" : c.ToString()));

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes, Segment? before)
        {
            Memory = bytes;
            if (before is null) return;
            RunningIndex = before.RunningIndex + before.Memory.Length;
            before.Next = this;
        }
    }
}
