using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Options;
using Switchboard.Pbx;

namespace Switchboard.Features.Speech;

/// <summary>Makes speech of a text by the hotel's own program. That it fails is told and never thrown: whoever asks has another way to say it.</summary>
internal sealed class SpeechMaker(IOptions<SpeechOptions> options, IOptions<PbxOptions> pbx, TimeProvider time, ILogger<SpeechMaker> log) : IDisposable
{
    // A thousand characters take some two minutes: 16,000 bytes a second.
    private const int MostBytes = 16 * 1024 * 1024;
    private const int LongestText = 2000;
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim _atOnce = new(2);

    /// <summary>Are texts read aloud at all?</summary>
    public bool IsConfigured => options.Value.Command.Count > 0;

    public void Dispose() => _atOnce.Dispose();

    /// <summary>The text as a WAV that the PBX can play, or null where there is no program or it failed.</summary>
    public async Task<byte[]?> MakeAsync(string text, string language, CancellationToken ct)
    {
        if (!IsConfigured || text.Length is 0 or > LongestText) return null;
        await _atOnce.WaitAsync(ct);
        try
        {
            using var limit = new CancellationTokenSource(options.Value.Limit, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
            try
            {
                return await RunAsync(text, language, either.Token);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                log.Failed(options.Value.Command[0], $"it took longer than {options.Value.Limit.TotalSeconds:0.#} s");
            }
            catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or Win32Exception or InvalidOperationException or InvalidDataException)
            {
                log.Failed(options.Value.Command[0], failed.Message);
            }

            return null;
        }
        finally
        {
            _atOnce.Release();
        }
    }

    /// <summary>The same in a file in the PBX's folder, which goes when it is disposed.</summary>
    public async Task<SpokenFile?> MakeFileAsync(string text, string language, CancellationToken ct)
    {
        if (await MakeAsync(text, language, ct) is not { } wav) return null;
        var file = new SpokenFile(pbx.Value.MessagesDirectory);
        try
        {
            await file.WriteAsync(wav, ct);
            return file;
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            file.Dispose();
            log.NotWritten(pbx.Value.MessagesDirectory, unwritable.Message);
            return null;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private async Task<byte[]> RunAsync(string text, string language, CancellationToken ct)
    {
        var command = options.Value.Command;
        // No shell, and the text is no argument: nothing in it can be taken for an order, and no list of processes shows it.
        var start = new ProcessStartInfo(command[0]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, StandardInputEncoding = new UTF8Encoding(false) };
        foreach (var argument in command.Skip(1)) start.ArgumentList.Add(argument);
        start.ArgumentList.Add(language);
        // A program that is killed cannot tidy up: what it leaves is in a folder of its own, and goes with it.
        using var scratch = new ScratchFolder();
        start.Environment["TMPDIR"] = scratch.Path;
        using var process = Process.Start(start) ?? throw new InvalidOperationException("it could not be started");
        try
        {
            var complaint = ReadAsync(process.StandardError.BaseStream, MostBytes, ct);
            var sound = ReadAsync(process.StandardOutput.BaseStream, MostBytes, ct);
            await TellAsync(process, text, ct);
            var wav = await sound;
            // What it says of itself may repeat the text: only that it said something is told.
            await complaint;
            await process.WaitForExitAsync(ct);
            if (process.ExitCode != 0) throw new InvalidOperationException($"it ended with {process.ExitCode}");
            if (wav.Length < 44 || !wav.AsSpan(0, 4).SequenceEqual("RIFF"u8)) throw new InvalidDataException("it wrote no WAV");
            return wav;
        }
        finally
        {
            await EndAsync(process);
        }
    }

    // Whatever comes of it: it is the former end that is told. Its folder is removed only when it is gone.
    private async Task EndAsync(Process process)
    {
        try
        {
            if (process.HasExited) return;
            process.Kill(entireProcessTree: true);
            using var limit = new CancellationTokenSource(LongestEnd, time);
            await process.WaitForExitAsync(limit.Token);
        }
        catch (Exception stubborn) when (stubborn is AggregateException or Win32Exception or InvalidOperationException or NotSupportedException or OperationCanceledException)
        {
            log.NotEnded(options.Value.Command[0], stubborn.GetBaseException().Message);
        }
    }

    private static async Task TellAsync(Process process, string text, CancellationToken ct)
    {
        try
        {
            await process.StandardInput.WriteAsync(text.AsMemory(), ct);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It does not want to hear it; its end says why.
        }
    }

    private static async Task<byte[]> ReadAsync(Stream from, int most, CancellationToken ct)
    {
        using var all = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await from.ReadAsync(buffer, ct) is var read and > 0)
        {
            if (all.Length + read > most) throw new InvalidDataException($"it wrote more than {most} bytes");
            all.Write(buffer, 0, read);
        }

        return all.ToArray();
    }
}

/// <summary>A temporary folder that goes, with whatever is in it, when this is disposed.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("switchboard-say-").FullName;

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception left) when (left is IOException or UnauthorizedAccessException)
        {
            // Left for the system's own sweep.
        }
    }
}

/// <summary>Something spoken, in a file that the PBX can play until this is disposed.</summary>
internal sealed class SpokenFile(string directory) : IDisposable
{
    /// <summary>What its name begins with.</summary>
    public const string Prefix = "say-";

    /// <summary>Its name in the folder that the PBX calls SB_MESSAGES, without the ending: Asterisk puts that behind it itself.</summary>
    public string Name { get; } = $"{Prefix}{Guid.CreateVersion7():N}";

    private string FullPath => Path.Combine(directory, $"{Name}.wav");

    public async Task WriteAsync(byte[] wav, CancellationToken ct)
    {
        // The PBX is another user, and need not be of our group; it is the folder that keeps others out, as for what callers recorded.
        const UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        var how = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) how.UnixCreateMode = mode;
        await using var file = new FileStream(FullPath, how);
        // What a service's own umask takes away when it is made: as a service this worker's files are its own.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file.SafeFileHandle, mode);
        await file.WriteAsync(wav, ct);
    }

    public void Dispose()
    {
        try
        {
            File.Delete(FullPath);
        }
        catch (Exception left) when (left is IOException or UnauthorizedAccessException)
        {
            // Left for the sweep of the folder.
        }
    }
}

/// <summary>Event ids 4890 to 4894. Never the text.</summary>
internal static partial class SpeechLog
{
    [LoggerMessage(4890, LogLevel.Warning, "A text could not be read aloud, {Program}: {Reason}. Do: run it by hand (echo hello | PROGRAM en > x.wav)")]
    public static partial void Failed(this ILogger logger, string program, string reason);

    [LoggerMessage(4891, LogLevel.Warning, "A text could not be read aloud, nothing can be written to {Directory}: {Reason}. Do: let the worker write there, or put right Pbx:MessagesDirectory")]
    public static partial void NotWritten(this ILogger logger, string directory, string reason);

    [LoggerMessage(4892, LogLevel.Warning, "The program that reads texts aloud could not be ended, {Program}: {Reason}. Do: see whether it still runs, and end it")]
    public static partial void NotEnded(this ILogger logger, string program, string reason);
}
