using NodaTime;
using Switchboard.Features.Messages;

namespace Switchboard.Tests.Messages;

/// <summary>What a guest hears of number and time, prompt by prompt; and that there is a recording of each.</summary>
public class SpokenMessagesTests
{
    private static readonly LocalDate Today = new(2026, 11, 26);

    [Theory]
    [InlineData(0, "en", "messages-none")]
    [InlineData(1, "en", "messages-have n-1 messages-one")]
    [InlineData(2, "en", "messages-have n-2 messages-many")]
    [InlineData(2, "zh", "messages-have two-of messages-many")]
    [InlineData(1000, "zh", "messages-have n-59 messages-many")]
    public void How_many_there_are(int count, string language, string said) => Assert.Equal(said, string.Join(' ', SpokenMessages.Count(count, language)));

    [Theory]
    [InlineData(26, 14, 30, "en", "message-received today n-14 n-30")]
    [InlineData(26, 14, 5, "en", "message-received today n-14 oh n-5")]
    [InlineData(25, 9, 0, "en", "message-received yesterday n-9 oclock")]
    [InlineData(26, 14, 30, "zh", "message-received today n-14 oclock n-30 minute")]
    [InlineData(26, 2, 5, "zh", "message-received today two-of oclock oh n-5 minute")]
    [InlineData(25, 0, 0, "zh", "message-received yesterday n-0 oclock")]
    [InlineData(3, 23, 59, "zh", "message-received month-11 day-3 n-23 oclock n-59 minute")]
    public void When_one_was_left(int day, int hour, int minute, string language, string said) =>
        Assert.Equal(said, string.Join(' ', SpokenMessages.Received(new LocalDateTime(2026, 11, day, hour, minute), Today, language)));

    [Theory]
    [InlineData("zh")]
    [InlineData("en")]
    public void Every_prompt_that_can_be_said_was_recorded(string language)
    {
        var recorded = Directory.GetFiles(Path.Combine(Checkout.Root, "asterisk-config", "sounds", language, "switchboard"), "*.wav").Select(Path.GetFileNameWithoutExtension).ToHashSet();
        var said = Enumerable.Range(0, 61).SelectMany(n => SpokenMessages.Count(n, language))
            .Concat(Enumerable.Range(0, 24 * 60).SelectMany(n => SpokenMessages.Received(Today.AtMidnight().PlusMinutes(-n), Today, language)))
            .Concat(Enumerable.Range(0, 366).SelectMany(n => SpokenMessages.Received(Today.AtMidnight().PlusDays(-n), Today, language)));
        Assert.Subset<string?>(recorded, said.Concat(["collect-menu", "message-kept", "message-deleted", "message-at-desk", "messages-end"]).ToHashSet<string?>());
    }
}
