using System.CommandLine;
using System.Runtime.InteropServices;
using NodaTime;

namespace Switchboard.Cli;

/// <summary>One command being carried out: what was asked, the worker to ask, and where to print.</summary>
internal sealed class CliSession
{
    private readonly ParseResult _parsed;
    private readonly CliInvocation _around;
    private ApiClient? _api;

    private CliSession(ParseResult parsed, CliInvocation around)
    {
        _parsed = parsed;
        _around = around;
    }

    /// <summary>The worker; what only looks at this machine never asks for it, and so needs neither URL nor token.</summary>
    public ApiClient Api => _api ??= new ApiClient(ApiAccess.Of(_parsed, _around));

    public bool Json => _parsed.GetValue(CliOptions.Json);

    public bool Plain => _parsed.GetValue(CliOptions.Plain);

    public TextWriter Out => _around.Output;

    /// <summary>Where a dialogue goes: not between the lines that a program reads.</summary>
    public TextWriter Talk => Json ? _around.Error : _around.Output;

    public T? Value<T>(Option<T> option) => _parsed.GetValue(option);

    public T Value<T>(Argument<T> argument) => _parsed.GetRequiredValue(argument);

    public static async Task<int> RunAsync(ParseResult parsed, Func<CliSession, CancellationToken, Task<int>> work, CancellationToken ct)
    {
        var around = parsed.InvocationConfiguration as CliInvocation
            ?? new CliInvocation { Output = parsed.InvocationConfiguration.Output, Error = parsed.InvocationConfiguration.Error };
        var session = new CliSession(parsed, around);
        try
        {
            return await work(session, ct);
        }
        catch (CliException failed)
        {
            await around.Error.WriteLineAsync($"error: {failed.Message}");
            return failed.ExitCode;
        }
        finally
        {
            session._api?.Dispose();
        }
    }

    /// <summary>Whether somebody can be asked.</summary>
    public bool CanAsk => _around.IsTerminal;

    /// <summary>Prints an answer: the API's own JSON for programs, else what <paramref name="people"/> prints.</summary>
    public int Show<T>(ApiAnswer<T> answer, Action<T> people)
    {
        if (Json) Out.WriteLine(answer.IndentedJson());
        else people(answer.Value);
        return ExitCodes.Done;
    }

    /// <summary>Prints a list; <paramref name="whenEmpty"/> says so to people where it has no lines.</summary>
    public void Show(TextTable table, string whenEmpty)
    {
        if (Plain) table.WritePlain(Out);
        else if (table.IsEmpty) Out.WriteLine(whenEmpty);
        else table.WriteColumns(Out);
    }

    /// <summary>Does something that only Ctrl-C ends, which is then no failure.</summary>
    public static async Task<int> UntilInterruptedAsync(Func<CancellationToken, Task> work, CancellationToken ct)
    {
        using var interrupted = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var signal = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            context.Cancel = true;
            interrupted.Cancel();
        });
        try
        {
            await work(interrupted.Token);
        }
        catch (Exception broken) when (interrupted.IsCancellationRequested && broken is OperationCanceledException or CliException)
        {
            // As asked: a stream that we ourselves break off may end as one that broke, or just end.
        }

        return ExitCodes.Done;
    }

    /// <summary>Asks for a yes.</summary>
    /// <exception cref="CliException">The answer was another one, or nobody can be asked.</exception>
    public async Task ConfirmAsync(string question, string nothingDone, CancellationToken ct)
    {
        if (!_around.IsTerminal) throw new CliException(ExitCodes.Usage, $"there is no terminal to ask on: confirm with --yes. {nothingDone}");
        await Talk.WriteAsync($"{question} [y/N] ");
        await Talk.FlushAsync(ct);
        var answer = (await _around.Input.ReadLineAsync(ct))?.Trim();
        if (!string.Equals(answer, "y", StringComparison.OrdinalIgnoreCase) && !string.Equals(answer, "yes", StringComparison.OrdinalIgnoreCase))
            throw new CliException(ExitCodes.Refused, $"not confirmed. {nothingDone}");
    }

    /// <summary>Asks for a line; Enter alone takes what is suggested.</summary>
    public async Task<string> AskAsync(string question, string? suggestion, CancellationToken ct)
    {
        await Talk.WriteAsync(string.IsNullOrEmpty(suggestion) ? $"{question}: " : $"{question} [{suggestion}]: ");
        await Talk.FlushAsync(ct);
        var answer = (await _around.Input.ReadLineAsync(ct) ?? throw new CliException(ExitCodes.Refused, "the answers ended before the questions did. Nothing was changed")).Trim();
        return answer.Length == 0 ? suggestion ?? "" : answer;
    }

    /// <summary>Asks for something that must not be seen on the screen.</summary>
    /// <exception cref="CliException">Nobody can be asked.</exception>
    public async Task<string> AskHiddenAsync(string question, string instead, CancellationToken ct)
    {
        if (!_around.IsTerminal) throw new CliException(ExitCodes.Usage, $"there is no terminal to ask on: {instead}");
        await Talk.WriteAsync(question);
        await Talk.FlushAsync(ct);
        var answer = _around.ReadHidden();
        await Talk.WriteLineAsync();
        return answer;
    }

    /// <summary>A file that is to be sent.</summary>
    /// <exception cref="CliException">It cannot be read.</exception>
    public static async Task<byte[]> ReadFileAsync(string path, CancellationToken ct)
    {
        try
        {
            return await File.ReadAllBytesAsync(path, ct);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Usage, $"{path} cannot be read: {unreadable.Message}");
        }
    }

    /// <summary>A file that was asked for; only who wrote it may read it.</summary>
    /// <exception cref="CliException">It cannot be written.</exception>
    public static async Task WriteFileAsync(string path, byte[] content, CancellationToken ct)
    {
        try
        {
            var how = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            await using var file = new FileStream(path, how);
            await file.WriteAsync(content, ct);
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Usage, $"{path} cannot be written: {unwritable.Message}");
        }
    }

    /// <summary>A wall-clock time as the hotel sees it; seconds only where there are some.</summary>
    public string Clock(LocalDate date, LocalTime time) => Clock(date + time);

    /// <summary>An instant on the clocks of a zone; in UTC, marked so, where this machine does not know the zone.</summary>
    public string Clock(Instant instant, string zone) => DateTimeZoneProviders.Bcl.GetZoneOrNull(zone) is { } known
        ? Clock(instant.InZone(known).LocalDateTime)
        : Clock(instant.InUtc().LocalDateTime) + "Z";

    /// <summary>The same always with seconds, and with milliseconds where they matter.</summary>
    public string Clock(Instant instant, string zone, bool milliseconds)
    {
        var known = DateTimeZoneProviders.Bcl.GetZoneOrNull(zone);
        return instant.InZone(known ?? DateTimeZone.Utc).ToString($"uuuu-MM-dd{(Plain ? "'T'" : "' '")}HH:mm:ss{(milliseconds ? ".fff" : "")}", null) + (known is null ? "Z" : "");
    }

    private string Clock(LocalDateTime at) => at.ToString(
        Plain ? "uuuu-MM-ddTHH:mm:ss" : at is { Second: 0, NanosecondOfSecond: 0 } ? "uuuu-MM-dd HH:mm" : "uuuu-MM-dd HH:mm:ss", null);
}
