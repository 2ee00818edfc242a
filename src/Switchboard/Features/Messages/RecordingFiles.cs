using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Switchboard.Features.Speech;
using Switchboard.Pbx;

namespace Switchboard.Features.Messages;

/// <summary>What is known of a file that a caller recorded.</summary>
internal sealed record RecordingFile(TimeSpan Length, string Sha256);

/// <summary>The folder of callers' recordings, as this machine sees it. Names come from the PBX, and none leads out of the folder.</summary>
internal sealed partial class RecordingFiles(IOptions<PbxOptions> pbx, ILogger<RecordingFiles> log)
{
    private const string Ending = ".wav";

    // Two minutes are 2 MB; nobody's longer file is read into memory.
    private const int Largest = 64 * 1024 * 1024;

    [GeneratedRegex(@"^[0-9]{10,16}-[0-9A-Za-z_-]{1,100}\z")]
    private static partial Regex IdShape();

    /// <summary>Is it the id of a recording: EPOCHMS-UNIQUEID?</summary>
    public static bool IsId(string id) => IdShape().IsMatch(id);

    public static string NameOf(string id) => id + Ending;

    public static string IdOf(string name) => Path.GetFileNameWithoutExtension(name);

    public string PathOf(string name) => Path.Combine(pbx.Value.MessagesDirectory, name);

    /// <summary>Length and hash of what is there; null where there is no such file, or none that can be read.</summary>
    public RecordingFile? Look(string name)
    {
        if (Read(name) is not { } content) return null;
        return new(LengthOf(content), HashOf(content));
    }

    /// <summary>Is it certain that this is not what was recorded? Not where it cannot be read here.</summary>
    public bool IsChanged(string name, string? sha256) => sha256 is not null && Look(name) is { } now && now.Sha256 != sha256;

    /// <summary>Is it certain that there is no such file? Not where the folder is missing or cannot be read: its disk may be away.</summary>
    public bool IsAbsent(string name)
    {
        try
        {
            return !Directory.EnumerateFiles(pbx.Value.MessagesDirectory, name).Any();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public static string HashOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>The whole file; null where there is none that can be read.</summary>
    public byte[]? Read(string name)
    {
        try
        {
            var file = new FileInfo(PathOf(name));
            return file is { Exists: true, Length: <= Largest } ? File.ReadAllBytes(file.FullName) : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Removes it, after whatever says so was committed. One that cannot be removed now is nobody's, and is tried again every day.</summary>
    public bool Remove(string name)
    {
        try
        {
            File.Delete(PathOf(name));
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            log.NotRemoved(PathOf(name), refused.Message);
            return false;
        }
    }

    /// <summary>What was last written before this time: recordings, and speech that a worker left behind when it died.</summary>
    public IReadOnlyList<string> NamesBefore(DateTimeOffset time)
    {
        var folder = new DirectoryInfo(pbx.Value.MessagesDirectory);
        return folder.Exists
            ? [.. folder.EnumerateFiles("*" + Ending).Where(f => (IsId(f.Name[..^Ending.Length]) || f.Name.StartsWith(SpokenFile.Prefix, StringComparison.Ordinal)) && f.LastWriteTimeUtc < time.UtcDateTime).Select(f => f.Name)]
            : [];
    }

    /// <summary>By the file's size: what its header says is 0 where the recording was cut off.</summary>
    internal static TimeSpan LengthOf(ReadOnlySpan<byte> wav)
    {
        if (wav.Length < 12 || !wav[..4].SequenceEqual("RIFF"u8) || !wav[8..12].SequenceEqual("WAVE"u8)) return TimeSpan.Zero;
        var bytesInASecond = 0;
        for (var at = 12; at + 8 <= wav.Length;)
        {
            var kind = wav.Slice(at, 4);
            var size = BinaryPrimitives.ReadUInt32LittleEndian(wav[(at + 4)..]);
            at += 8;
            if (kind.SequenceEqual("data"u8)) return bytesInASecond > 0 ? TimeSpan.FromSeconds((wav.Length - at) / (double)bytesInASecond) : TimeSpan.Zero;
            if (kind.SequenceEqual("fmt "u8) && at + 12 <= wav.Length) bytesInASecond = BinaryPrimitives.ReadInt32LittleEndian(wav[(at + 8)..]);
            if (size > wav.Length - at) return TimeSpan.Zero;
            at += (int)size + ((int)size & 1);
        }

        return TimeSpan.Zero;
    }
}
