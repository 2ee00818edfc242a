using Switchboard.EventRecord;

namespace Switchboard.Tests.EventRecord;

/// <summary>A PIN that is typed on a phone is in no row and in no live view.</summary>
public class SecretChannelsTests
{
    private readonly SecretChannels _secrets = new();
    private readonly EventEncoder _encoder;

    public SecretChannelsTests() => _encoder = new EventEncoder("main", new EventRecordOptions(), _ => null, _secrets);

    [Theory]
    [InlineData("DTMFBegin")]
    [InlineData("DTMFEnd")]
    public void The_keys_of_a_hidden_channel_are_recorded_and_shown_as_stars_and_all_else_as_it_was(string name)
    {
        var pressed = $"Event: {name}\r\nChannel: PJSIP/1203-1\r\nUniqueid: 1.7\r\nDigit: 4\r\nDirection: Received\r\n";
        Assert.Equal("4", Stored(pressed)["Digit"]);
        _secrets.Hide("1.7");
        Assert.Equal([$"Event={name}", "Channel=PJSIP/1203-1", "Uniqueid=1.7", "Digit=*", "Direction=Received"], Stored(pressed).Headers);
        Assert.Equal("*", _encoder.ForPeople(SomeEvents.Message(pressed), SomeEvents.Now).Headers["Digit"].ToString());
        Assert.Equal("4", Stored(pressed.Replace("1.7", "1.8", StringComparison.Ordinal))["Digit"]);
        Assert.Equal("4", Stored(pressed.Replace(name, "SomethingElse", StringComparison.Ordinal))["Digit"]);
    }

    [Fact]
    public void A_channel_is_hidden_until_its_own_hangup()
    {
        _secrets.Hide("1.7");
        _secrets.Hide("1.8");
        Stored("Event: HangupRequest\r\nUniqueid: 1.7\r\n");
        Stored("Event: Hangup\r\nUniqueid: 1.9\r\n");
        Assert.Equal("**", Pressed("1.7") + Pressed("1.8"));
        Stored("Event: Hangup\r\nUniqueid: 1.7\r\n");
        Assert.Equal("5*", Pressed("1.7") + Pressed("1.8"));
        Assert.False(_secrets.IsEmpty);
        Stored("Event: Hangup\r\nUniqueid: 1.8\r\n");
        Assert.True(_secrets.IsEmpty);
    }

    [Fact]
    public void Of_more_than_a_thousand_the_oldest_go_first_and_calls_that_ended_take_no_place()
    {
        for (var i = 0; i < 10 * SecretChannels.Most; i++)
        {
            _secrets.Hide($"2.{i}");
            Stored($"Event: Hangup\r\nUniqueid: 2.{i}\r\n");
        }

        for (var i = 0; i <= SecretChannels.Most; i++) _secrets.Hide($"3.{i}");
        Assert.Equal("5**", Pressed("3.0") + Pressed("3.1") + Pressed($"3.{SecretChannels.Most}"));
    }

    private string? Pressed(string uniqueId) => Stored($"Event: DTMFEnd\r\nUniqueid: {uniqueId}\r\nDigit: 5\r\n")["Digit"];

    private StoredRow Stored(string message)
    {
        var chunk = new EventChunk(SomeEvents.Session);
        _encoder.Encode(SomeEvents.Message(message), chunk, 1, SomeEvents.Now);
        return StoredRow.Of(chunk).Single();
    }
}
