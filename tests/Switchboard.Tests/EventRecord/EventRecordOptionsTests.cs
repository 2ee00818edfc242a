using Microsoft.Extensions.Options;
using Switchboard.EventRecord;
using Switchboard.Journal;

namespace Switchboard.Tests.EventRecord;

public class EventRecordOptionsTests
{
    [Fact]
    public void The_defaults_are_valid()
    {
        Assert.True(Validate(new EventRecordOptions()).Succeeded);
        Assert.True(Validate(new JournalOptions()).Succeeded);
    }

    [Theory]
    [InlineData("00:00:00.009")]
    [InlineData("00:00:05.001")]
    public void A_batch_age_out_of_its_range_is_named(string age)
    {
        Assert.Contains(nameof(EventRecordOptions.BatchAge), Refusal(Validate(new EventRecordOptions { BatchAge = TimeSpan.Parse(age, null) })), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3651)]
    public void Days_of_retention_out_of_their_range_are_named(int days)
    {
        Assert.Contains(nameof(EventRecordOptions.RetentionDays), Refusal(Validate(new EventRecordOptions { RetentionDays = days })), StringComparison.Ordinal);
    }

    [Fact]
    public void A_journal_without_a_folder_or_room_is_named()
    {
        Assert.Contains("Journal:Directory is missing", Refusal(Validate(new JournalOptions { Directory = "" })), StringComparison.Ordinal);
        Assert.Contains(nameof(JournalOptions.EventsLimit), Refusal(Validate(new JournalOptions { EventsLimit = 1024 })), StringComparison.Ordinal);
        Assert.Contains(nameof(JournalOptions.FactsLimit), Refusal(Validate(new JournalOptions { FactsLimit = 1024 })), StringComparison.Ordinal);
    }

    private static ValidateOptionsResult Validate(EventRecordOptions options) => new EventRecordOptionsValidator().Validate(null, options);

    private static ValidateOptionsResult Validate(JournalOptions options) => new JournalOptionsValidator().Validate(null, options);

    private static string Refusal(ValidateOptionsResult result)
    {
        Assert.True(result.Failed);
        return result.FailureMessage;
    }
}
