using Microsoft.Extensions.Options;
using NodaTime;

namespace Switchboard.Features.Staff;

/// <summary>Phones from which too many tries in a row went wrong, so that staff numbers cannot be guessed. In memory: a worker that starts anew forgives.</summary>
internal sealed class PhoneLocks(IOptions<StaffOptions> options, IClock clock)
{
    // A PBX has as many phones; a caller who can choose the name of his channel fills it at most.
    private const int Most = 10_000;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (int Wrong, Instant? Until)> _phones = new(StringComparer.Ordinal);

    /// <summary>Until when nobody may try from this phone; null when one may.</summary>
    public Instant? LockedUntil(string phone)
    {
        lock (_lock) return _phones.TryGetValue(phone, out var known) && known.Until > clock.GetCurrentInstant() ? known.Until : null;
    }

    public void Right(string phone)
    {
        lock (_lock) _phones.Remove(phone);
    }

    /// <summary>Counts a wrong try; says until when the phone is locked where this was one too many.</summary>
    public Instant? Wrong(string phone)
    {
        lock (_lock)
        {
            var now = clock.GetCurrentInstant();
            _phones.TryGetValue(phone, out var known);
            var wrong = known.Wrong + 1;
            Instant? until = wrong >= options.Value.WrongTries ? now + Duration.FromTimeSpan(options.Value.LockTime) : null;
            if (!_phones.ContainsKey(phone) && _phones.Count >= Most) _phones.Remove(_phones.Keys.First());
            _phones[phone] = (until is null ? wrong : 0, until);
            return until;
        }
    }
}
