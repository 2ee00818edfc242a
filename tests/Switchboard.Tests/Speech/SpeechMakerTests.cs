using System.Text;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Switchboard.Features.Speech;
using Switchboard.Pbx;

namespace Switchboard.Tests.Speech;

/// <summary>A text is read aloud by a program, which may do anything wrong.</summary>
public sealed class SpeechMakerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("speech").FullName;
    private readonly FakeLogger<SpeechMaker> _log = new();

    [Fact]
    public async Task The_text_goes_in_and_is_no_order_and_the_sound_comes_out_and_goes_when_it_is_done_with()
    {
        var maker = Make("printf RIFF; head -c 60 /dev/zero; echo \"$1\" >language; cat >heard");
        var text = "您好 $(touch broken); `touch broken`\n-rf";
        using (var spoken = await maker.MakeFileAsync(text, "zh", TestContext.Current.CancellationToken))
        {
            Assert.NotNull(spoken);
            var file = Path.Combine(_folder, $"{spoken.Name}.wav");
            Assert.Equal(64, new FileInfo(file).Length);
            if (!OperatingSystem.IsWindows()) Assert.True(File.GetUnixFileMode(file).HasFlag(UnixFileMode.OtherRead), "the PBX is another user");
        }

        Assert.Equal("zh", (await File.ReadAllTextAsync(Path.Combine(_folder, "language"), TestContext.Current.CancellationToken)).Trim());
        Assert.Equal(text, await File.ReadAllTextAsync(Path.Combine(_folder, "heard"), TestContext.Current.CancellationToken));
        Assert.False(File.Exists(Path.Combine(_folder, "broken")));
        Assert.Empty(Directory.GetFiles(_folder, "say-*"));
    }

    [Theory]
    [InlineData("cat >/dev/null; exit 3", "it ended with 3")]
    [InlineData("exec 0<&-; printf hello", "it wrote no WAV")]
    [InlineData("cat >/dev/null; head -c 20000000 /dev/zero", "more than 16777216 bytes")]
    [InlineData("sleep 60", "longer than 0.3 s")]
    public async Task A_program_that_fails_is_told_without_the_text(string script, string told)
    {
        Assert.Null(await Make(script, TimeSpan.FromSeconds(told.Contains("longer", StringComparison.Ordinal) ? 0.3 : 20)).MakeAsync("geheim", "en", TestContext.Current.CancellationToken));
        Assert.Contains(told, _log.LatestRecord.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", _log.LatestRecord.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_takes_too_long_is_gone_with_its_children_and_with_what_it_left()
    {
        var maker = Make("mktemp >left; sleep 600 & echo $! >child; echo $$ >itself; wait", TimeSpan.FromSeconds(2));
        Assert.Null(await maker.MakeAsync("geheim", "en", TestContext.Current.CancellationToken));
        Assert.Contains("longer than 2 s", _log.LatestRecord.Message, StringComparison.Ordinal);
        foreach (var name in (string[])["itself", "child"])
        {
            var pid = (await File.ReadAllTextAsync(Path.Combine(_folder, name), TestContext.Current.CancellationToken)).Trim();
            Assert.True(SpinWait.SpinUntil(() => IsGone(pid), TimeSpan.FromSeconds(10)), $"{name} still runs");
        }

        var left = (await File.ReadAllTextAsync(Path.Combine(_folder, "left"), TestContext.Current.CancellationToken)).Trim();
        Assert.StartsWith(Path.Combine(Path.GetTempPath(), "switchboard-say-"), left, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.GetDirectoryName(left)));
    }

    [Fact]
    public async Task Who_does_not_wait_for_it_leaves_nothing_behind()
    {
        using var hungUp = new CancellationTokenSource();
        var maker = Make("mktemp >left; printf RIFF; head -c 60 /dev/zero; cat >/dev/null; echo >ready; sleep 600");
        var making = maker.MakeFileAsync("hello", "en", hungUp.Token);
        Assert.True(SpinWait.SpinUntil(() => File.Exists(Path.Combine(_folder, "ready")), TimeSpan.FromSeconds(10)));
        await hungUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => making);
        Assert.Empty(Directory.GetFiles(_folder, "say-*"));
        Assert.False(File.Exists((await File.ReadAllTextAsync(Path.Combine(_folder, "left"), TestContext.Current.CancellationToken)).Trim()));
    }

    // A process that nobody has asked for its end yet (Z) runs no more.
    private static bool IsGone(string pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/stat").Split(')')[^1].StartsWith(" Z", StringComparison.Ordinal);
        }
        catch (Exception none) when (none is FileNotFoundException or DirectoryNotFoundException or IOException)
        {
            return true;
        }
    }

    [Fact]
    public async Task Without_a_program_or_a_folder_nothing_is_spoken()
    {
        var none = new SpeechMaker(Options.Create(new SpeechOptions()), Options.Create(new PbxOptions()), TimeProvider.System, _log);
        Assert.Null(await none.MakeFileAsync("hello", "en", TestContext.Current.CancellationToken));
        Assert.Equal(0, _log.Collector.Count);
        var nowhere = Make("printf RIFF; head -c 60 /dev/zero; cat >/dev/null", directory: Path.Combine(_folder, "nowhere"));
        Assert.Null(await nowhere.MakeFileAsync("hello", "en", TestContext.Current.CancellationToken));
        Assert.Contains("nowhere", _log.LatestRecord.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private SpeechMaker Make(string script, TimeSpan? limit = null, string? directory = null)
    {
        var program = Path.Combine(_folder, "program");
        File.WriteAllText(program, $"cd '{_folder}'\n{script}\n", new UTF8Encoding(false));
        return new SpeechMaker(Options.Create(new SpeechOptions { Command = ["/bin/sh", program], Limit = limit ?? TimeSpan.FromSeconds(20) }), Options.Create(new PbxOptions { MessagesDirectory = directory ?? _folder }), TimeProvider.System, _log);
    }
}
