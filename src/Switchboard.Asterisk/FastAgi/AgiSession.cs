using System.Buffers;
using System.Globalization;

namespace Switchboard.Asterisk.FastAgi;

/// <summary>What a caller did with the keys.</summary>
/// <param name="Digits">What was pressed, without the # that ends it.</param>
/// <param name="TimedOut">The time was over before # or the last digit.</param>
public sealed record AgiDigits(string Digits, bool TimedOut)
{
    /// <summary>How many only: they may be a PIN.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Digits.Length} digits");
}

/// <summary>
/// A dialogue with one caller. Commands go one at a time; once the caller is gone they fail with <see cref="AgiHungUpException"/>.
/// Follows Asterisk's AGI commands and res/res_agi.c.
/// </summary>
public sealed class AgiSession
{
    private static readonly SearchValues<char> Keys = SearchValues.Create("0123456789*#ABCD");
    private readonly AgiConversation _conversation;
    private readonly FastAgiOptions _options;

    internal AgiSession(AgiConversation conversation, AgiRequest request, FastAgiOptions options) => (_conversation, Request, _options) = (conversation, request, options);

    /// <summary>What the dialplan asked for.</summary>
    public AgiRequest Request { get; }

    /// <summary>The channel's unique id.</summary>
    public string UniqueId => Request.UniqueId;

    /// <summary>Cancelled when the caller is gone.</summary>
    public CancellationToken HungUp => _conversation.HungUp;

    /// <summary>Answers the call, if it is not.</summary>
    public async Task AnswerAsync(CancellationToken ct = default) => await AskAsync(new AgiCommand("ANSWER"), _options.AnswerTimeout, ct).ConfigureAwait(false);

    /// <summary>Plays a prompt.</summary>
    /// <param name="file">Its name without extension, such as <c>switchboard/pin</c>.</param>
    /// <param name="escapeDigits">Keys that end it.</param>
    /// <param name="ct">Ends the whole session.</param>
    /// <returns>The key that ended it, or null.</returns>
    /// <exception cref="AgiRejectedException">Asterisk does not have the file.</exception>
    public async Task<char?> StreamFileAsync(string file, string escapeDigits = "", CancellationToken ct = default) =>
        KeyOf(await AskAsync(new AgiCommand("STREAM FILE").With(nameof(file), file).With(nameof(escapeDigits), Checked(nameof(escapeDigits), escapeDigits)), _options.PlaybackTimeout, ct, file).ConfigureAwait(false));

    /// <summary>Says digits one by one.</summary>
    /// <param name="digits">Digits, * and #.</param>
    /// <param name="escapeDigits">Keys that end it.</param>
    /// <param name="ct">Ends the whole session.</param>
    /// <returns>The key that ended it, or null.</returns>
    public async Task<char?> SayDigitsAsync(string digits, string escapeDigits = "", CancellationToken ct = default) =>
        KeyOf(await AskAsync(new AgiCommand("SAY DIGITS").With(nameof(digits), Checked(nameof(digits), digits)).With(nameof(escapeDigits), Checked(nameof(escapeDigits), escapeDigits)), _options.PlaybackTimeout, ct).ConfigureAwait(false));

    /// <summary>Plays a prompt and takes digits until #, the last one, or silence. A key during the prompt ends it.</summary>
    /// <param name="file">The prompt.</param>
    /// <param name="timeout">The wait for the first digit, and for each next one.</param>
    /// <param name="maxDigits">1 to 255.</param>
    /// <param name="ct">Ends the whole session.</param>
    public async Task<AgiDigits> GetDataAsync(string file, TimeSpan timeout, int maxDigits, CancellationToken ct = default)
    {
        if (maxDigits is < 1 or > 255) throw new AgiInvalidCommandException(nameof(maxDigits), "must be 1 to 255");
        var command = new AgiCommand("GET DATA").With(nameof(file), file).With(nameof(timeout), Milliseconds(nameof(timeout), timeout)).With(nameof(maxDigits), maxDigits);
        var reply = await AskAsync(command, _options.PlaybackTimeout + (timeout * maxDigits) + _options.AnswerTimeout, ct, file).ConfigureAwait(false);
        return new AgiDigits(reply.Result, reply.Data == "timeout");
    }

    /// <summary>Waits for a key; null where none came.</summary>
    public async Task<char?> WaitForDigitAsync(TimeSpan timeout, CancellationToken ct = default) =>
        KeyOf(await AskAsync(new AgiCommand("WAIT FOR DIGIT").With(nameof(timeout), Milliseconds(nameof(timeout), timeout)), timeout + _options.AnswerTimeout, ct).ConfigureAwait(false));

    /// <summary>Sets a channel variable, or writes a function such as <c>TIMEOUT(absolute)</c>. Asterisk evaluates nothing in the value.</summary>
    public async Task SetVariableAsync(string name, string value, CancellationToken ct = default) =>
        await AskAsync(new AgiCommand("SET VARIABLE").With(nameof(name), name).With(nameof(value), value), _options.AnswerTimeout, ct).ConfigureAwait(false);

    /// <summary>A channel variable, or a function's value; null where there is none.</summary>
    public async Task<string?> GetVariableAsync(string name, CancellationToken ct = default) =>
        ValueOf(await AskAsync(new AgiCommand("GET VARIABLE").With(nameof(name), name), _options.AnswerTimeout, ct).ConfigureAwait(false));

    /// <summary>An expression such as <c>${CHANNEL(state)}</c>, evaluated by Asterisk: never put what somebody else has chosen into it.</summary>
    public async Task<string?> GetFullVariableAsync(string expression, CancellationToken ct = default) =>
        ValueOf(await AskAsync(new AgiCommand("GET FULL VARIABLE").With(nameof(expression), expression), _options.AnswerTimeout, ct).ConfigureAwait(false));

    /// <summary>Runs a dialplan application with its arguments; returns what it returns.</summary>
    /// <exception cref="AgiRejectedException">There is no such application.</exception>
    public async Task<int> ExecAsync(string application, IReadOnlyList<string> arguments, CancellationToken ct = default)
    {
        foreach (var argument in arguments)
        {
            if (argument.Contains(',', StringComparison.Ordinal)) throw new AgiInvalidCommandException(nameof(arguments), "one holds a comma: Asterisk would read two");
        }

        var command = new AgiCommand("EXEC").With(nameof(application), application).With(nameof(arguments), string.Join(',', arguments));
        var reply = await AskAsync(command, _options.PlaybackTimeout, ct).ConfigureAwait(false);
        if (reply.Result == "-2") throw new AgiRejectedException("EXEC", reply.Code, "there is no such application");
        return Number(reply);
    }

    /// <summary>Writes to Asterisk's own log.</summary>
    public async Task VerboseAsync(string message, int level = 3, CancellationToken ct = default) =>
        await AskAsync(new AgiCommand("VERBOSE").With(nameof(message), message).With(nameof(level), level), _options.AnswerTimeout, ct).ConfigureAwait(false);

    /// <summary>The context in which the dialplan goes on afterwards.</summary>
    public async Task SetContextAsync(string context, CancellationToken ct = default) =>
        await AskAsync(new AgiCommand("SET CONTEXT").With(nameof(context), context), _options.AnswerTimeout, ct).ConfigureAwait(false);

    /// <summary>The extension with which the dialplan goes on afterwards.</summary>
    public async Task SetExtensionAsync(string extension, CancellationToken ct = default) =>
        await AskAsync(new AgiCommand("SET EXTENSION").With(nameof(extension), extension), _options.AnswerTimeout, ct).ConfigureAwait(false);

    /// <summary>The priority (or label) with which the dialplan goes on afterwards.</summary>
    public async Task SetPriorityAsync(string priority, CancellationToken ct = default) =>
        await AskAsync(new AgiCommand("SET PRIORITY").With(nameof(priority), priority), _options.AnswerTimeout, ct).ConfigureAwait(false);

    /// <summary>Hangs up; later commands fail.</summary>
    public async Task HangupAsync(CancellationToken ct = default) => await AskAsync(new AgiCommand("HANGUP"), _options.AnswerTimeout, ct).ConfigureAwait(false);

    /// <summary>Sends any command, and returns its answer as it is.</summary>
    /// <param name="command">Its arguments are checked already.</param>
    /// <param name="answerWithin">A later answer ends the session.</param>
    /// <param name="ct">AGI takes no command back: cancelling one that was sent ends the whole session.</param>
    /// <exception cref="AgiException">See its kinds.</exception>
    public Task<AgiReply> SendAsync(AgiCommand command, TimeSpan answerWithin, CancellationToken ct = default) => _conversation.SendAsync(command, answerWithin, ct);

    /// <summary>Script and channel.</summary>
    public override string ToString() => Request.ToString();

    private async Task<AgiReply> AskAsync(AgiCommand command, TimeSpan within, CancellationToken ct, string? file = null)
    {
        var reply = await _conversation.SendAsync(command, within, ct).ConfigureAwait(false);
        if (reply.Result != "-1") return reply;
        // The channel is gone, or it cannot be done, such as playing a file that is not there: only the HANGUP that follows tells.
        if (await _conversation.HangsUpAsync().ConfigureAwait(false)) throw new AgiHungUpException($"{command.Verb} ended because the caller is gone");
        throw new AgiRejectedException(command.Verb, reply.Code, file is null ? "it cannot be done now" : $"{file} cannot be played: is it installed?");
    }

    private static char? KeyOf(AgiReply reply) => Number(reply) is var key and > 0 and < 128 ? (char)key : null;

    private static string? ValueOf(AgiReply reply) => reply.Result == "1" ? reply.Data ?? "" : null;

    private static int Number(AgiReply reply) => int.TryParse(reply.Result, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new AgiProtocolException("an answer's result is no number");

    private static string Checked(string argument, string digits) =>
        digits.AsSpan().ContainsAnyExcept(Keys) ? throw new AgiInvalidCommandException(argument, "has the keys of a phone only: digits, *, # and A to D") : digits;

    private static long Milliseconds(string argument, TimeSpan time) =>
        time > TimeSpan.Zero && time < TimeSpan.FromHours(1) ? (long)time.TotalMilliseconds : throw new AgiInvalidCommandException(argument, "must be longer than zero and shorter than an hour");
}
