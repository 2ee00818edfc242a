using Switchboard.EventRecord;
using Switchboard.Pbx;

namespace Switchboard.Features.Staff;

/// <summary>Asks a caller for staff number and PIN, as the first part of a dialogue of another feature.</summary>
internal sealed class StaffDialogue(PinCheck check, SecretChannels secrets)
{
    private const int Tries = 3;
    private const int LongestNumber = 20;
    private const int LongestPin = 8;

    // So long for the first key, and for each next one.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(6);

    /// <summary>The staff number of who has given the right PIN; null where nobody has, and the caller has been told.</summary>
    public async Task<string?> AskStaffAsync(PhoneDialogue caller, CancellationToken ct)
    {
        // Before the first key: the record must not hold what is typed now.
        secrets.Hide(caller.UniqueId);
        for (var i = 0; i < Tries; i++)
        {
            var number = await caller.AskAsync("switchboard/staff-number", Silence, LongestNumber, ct);
            var pin = await caller.AskAsync("switchboard/pin", Silence, LongestPin, ct);
            if (number.Length == 0 || pin.Length == 0)
            {
                // Pressed by mistake, or too slow: nobody has guessed anything.
                await caller.SayAsync("switchboard/pin-wrong", ct);
                continue;
            }

            var answer = await check.VerifyAsync(number, pin, caller.Phone, ct);
            switch (answer.Verdict)
            {
                case PinVerdict.Right:
                    return number;
                case PinVerdict.Locked:
                    await caller.SayAsync("switchboard/staff-locked", ct);
                    return null;
                default:
                    // The same for a number that does not exist: it is not told which of the two was wrong.
                    await caller.SayAsync("switchboard/pin-wrong", ct);
                    break;
            }
        }

        return null;
    }
}
