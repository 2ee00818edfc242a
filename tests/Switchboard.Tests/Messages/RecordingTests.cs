using System.Buffers.Binary;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Switchboard.Features.Messages;
using Switchboard.Pbx;

namespace Switchboard.Tests.Messages;

/// <summary>What AstDB and the folder of recordings say, and what is not believed.</summary>
public sealed class RecordingTests : IDisposable
{
    private const string Id = "1764137000123-1764137000-12";
    private readonly string _folder = Directory.CreateTempSubdirectory("swb").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_entry_says_for_whom_it_is_who_called_and_how_far_it_came()
    {
        Assert.Equal(new RecordedEntry(Id, "done", "1764137000123", true, "1203", "13800138000", "1764137000.12"), RecordedEntry.Read(Id, "done:1764137000123:room:1203:12:13800138000:1764137000.12"));
        Assert.Equal(new RecordedEntry(Id, "recording", "1764137000123", false, "8100", null, null), RecordedEntry.Read(Id, "recording:1764137000123:house:8100:0::"));
        Assert.Equal("replaced", RecordedEntry.Read(Id, "replaced:1764137000123:room:1203:3::")?.State);
    }

    [Theory]
    [InlineData(Id, null)]
    [InlineData(Id, "")]
    [InlineData(Id, "done:1764137000123:room:1203:12:13800138000")]
    [InlineData(Id, "lost:1764137000123:room:1203:12::")]
    [InlineData(Id, "done:1764137000123:guest:1203:12::")]
    [InlineData(Id, "done:1764137000123:room::12::")]
    [InlineData(Id, "done:1764137000123:room:../1203:12::")]
    [InlineData("../../etc/passwd", "done:1764137000123:room:1203:12::")]
    [InlineData("1764137000123-a/b", "done:1764137000123:room:1203:12::")]
    [InlineData("1764137000123", "done:1764137000123:room:1203:12::")]
    public void What_is_of_another_shape_is_nothing_and_no_id_leads_out_of_the_folder(string id, string? value) => Assert.Null(RecordedEntry.Read(id, value));

    [Theory]
    [InlineData(16000, 0u, 1.0)]
    [InlineData(24000, 24000u, 1.5)]
    [InlineData(0, 0u, 0.0)]
    public void Its_length_is_that_of_the_file_whatever_a_header_that_was_cut_off_says(int bytes, uint said, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RecordingFiles.LengthOf(Wav(bytes, said)));

    [Fact]
    public void What_is_no_sound_has_no_length()
    {
        Assert.Equal(TimeSpan.Zero, RecordingFiles.LengthOf([]));
        Assert.Equal(TimeSpan.Zero, RecordingFiles.LengthOf("RIFF    WAVEfmt "u8));
        Assert.Equal(TimeSpan.Zero, RecordingFiles.LengthOf(new byte[10_000]));
        Assert.Equal(TimeSpan.Zero, RecordingFiles.LengthOf(Wav(16000, 0).AsSpan(..43)));
    }

    [Fact]
    public void A_file_has_a_length_and_a_hash_and_one_that_is_not_there_is_removed_all_the_same()
    {
        var files = Files(_folder);
        File.WriteAllBytes(files.PathOf($"{Id}.wav"), Wav(16000, 16000));
        File.WriteAllText(files.PathOf("say-1.wav"), "left by a worker that died while it was played");
        File.WriteAllText(files.PathOf("hotel.wav"), "not ours");
        Assert.Equal(TimeSpan.FromSeconds(1), files.Look($"{Id}.wav")!.Length);
        Assert.Matches("^[0-9a-f]{64}$", files.Look($"{Id}.wav")!.Sha256);
        Assert.Equal([$"{Id}.wav", "say-1.wav"], files.NamesBefore(TimeProvider.System.GetUtcNow().AddMinutes(1)).Order());
        Assert.Empty(files.NamesBefore(TimeProvider.System.GetUtcNow().AddDays(-1)));
        Assert.True(files.Remove($"{Id}.wav"));
        Assert.True(files.Remove($"{Id}.wav"));
        Assert.Null(files.Look($"{Id}.wav"));
        Assert.True(files.IsAbsent($"{Id}.wav"));
    }

    [Fact]
    public void Only_a_file_that_a_readable_folder_does_not_have_is_absent()
    {
        Assert.True(Files(_folder).IsAbsent($"{Id}.wav"));
        Assert.False(Files(Path.Combine(_folder, "not mounted")).IsAbsent($"{Id}.wav"));
        var files = Files(_folder);
        using (var file = File.Create(files.PathOf($"{Id}.wav"))) file.SetLength(65L * 1024 * 1024);
        Assert.Null(files.Look($"{Id}.wav"));
        Assert.False(files.IsAbsent($"{Id}.wav"));
    }

    [Fact]
    public void A_folder_that_is_not_there_holds_nothing()
    {
        var files = Files(Path.Combine(_folder, "none"));
        Assert.Null(files.Look($"{Id}.wav"));
        Assert.Empty(files.NamesBefore(DateTimeOffset.MaxValue));
        Assert.True(files.Remove($"{Id}.wav"));
    }

    private static RecordingFiles Files(string folder) => new(Options.Create(new PbxOptions { MessagesDirectory = folder }), NullLogger<RecordingFiles>.Instance);

    private static byte[] Wav(int bytes, uint said)
    {
        var wav = new byte[44 + bytes];
        "RIFF"u8.CopyTo(wav);
        "WAVEfmt "u8.CopyTo(wav.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(16), 16);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(24), 8000);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(28), 16000);
        "data"u8.CopyTo(wav.AsSpan(36));
        BinaryPrimitives.WriteUInt32LittleEndian(wav.AsSpan(40), said);
        return wav;
    }
}
