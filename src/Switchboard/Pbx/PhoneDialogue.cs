using System.Globalization;
using Switchboard.Asterisk.FastAgi;

namespace Switchboard.Pbx;

/// <summary>A dialogue that the dialplan asks for by name: <c>AGI(agi://HOST:PORT/NAME,ARGUMENTS)</c>. Features register theirs as singletons.</summary>
/// <param name="Name">As in the dialplan.</param>
/// <param name="Talk">Talks to the caller. What it throws, also because the caller has hung up, it lets pass: the dialplan then goes another way.</param>
public sealed record PhoneScript(string Name, Func<PhoneDialogue, CancellationToken, Task> Talk);

/// <summary>A caller who is talked to: prompts, keys, and what is left for the dialplan.</summary>
public sealed class PhoneDialogue(AgiSession session)
{
    /// <summary>The caller's channel, as the record of events knows it.</summary>
    public string UniqueId => session.UniqueId;

    /// <summary>The phone that it comes from, such as <c>PJSIP/1203</c>.</summary>
    public string Phone => ChannelNames.PhoneOf(session.Request.Channel);

    /// <summary>What the dialplan gave along.</summary>
    public IReadOnlyList<string> Arguments => session.Request.Arguments;

    /// <summary>Cancelled when the caller is gone.</summary>
    public CancellationToken HungUp => session.HungUp;

    /// <summary>Answers, and takes from the dialplan's own time limit what the dialogue needs: it was short, for a worker that does not answer.</summary>
    public async Task BeginAsync(TimeSpan limit, CancellationToken ct)
    {
        await SetAsync("TIMEOUT(absolute)", ((int)limit.TotalSeconds).ToString(CultureInfo.InvariantCulture), ct);
        await session.AnswerAsync(ct);
    }

    /// <summary>Plays a prompt.</summary>
    public Task SayAsync(string prompt, CancellationToken ct) => session.StreamFileAsync(prompt, "", ct);

    /// <summary>Plays a prompt, or a file by its full path without its ending, until one of these keys. Not played: the PBX does not have it.</summary>
    public async Task<(bool Played, char? Key)> TryPlayAsync(string file, string keys, CancellationToken ct)
    {
        try
        {
            return (true, await session.StreamFileAsync(file, keys, ct));
        }
        catch (AgiRejectedException)
        {
            return (false, null);
        }
    }

    /// <summary>A key within this time, or null.</summary>
    public Task<char?> WaitForKeyAsync(TimeSpan atMost, CancellationToken ct) => session.WaitForDigitAsync(atMost, ct);

    /// <summary>A variable of the call, or a global one; null where there is none.</summary>
    public Task<string?> ReadAsync(string variable, CancellationToken ct) => session.GetVariableAsync(variable, ct);

    /// <summary>Where the dialplan goes on when the dialogue is over, instead of behind it; without the dialogue's time limit.</summary>
    public async Task GoToAsync(string context, string extension, CancellationToken ct)
    {
        await SetAsync("TIMEOUT(absolute)", "0", ct);
        await session.SetContextAsync(context, ct);
        await session.SetExtensionAsync(extension, ct);
        await session.SetPriorityAsync("1", ct);
    }

    /// <summary>Says digits one by one.</summary>
    public Task SayDigitsAsync(string digits, CancellationToken ct) => session.SayDigitsAsync(digits, "", ct);

    /// <summary>Plays a prompt and takes digits until #, the last one, or silence; empty where none came.</summary>
    public async Task<string> AskAsync(string prompt, TimeSpan silence, int most, CancellationToken ct) => (await session.GetDataAsync(prompt, silence, most, ct)).Digits;

    /// <summary>Leaves a variable for the dialplan.</summary>
    public Task SetAsync(string variable, string value, CancellationToken ct) => session.SetVariableAsync(variable, value, ct);
}
