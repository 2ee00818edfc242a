using Switchboard.Features.Rooms;
using Switchboard.Web;

namespace Switchboard.Tests.Rooms;

/// <summary>The import file: all of it or nothing, and the bad line is named.</summary>
public class RoomCsvTests
{
    private static IReadOnlyList<RoomLine> Parse(string text) => RoomCsv.Parse(new StringReader(text), ["zh", "en"]);

    private static InvalidInputException Refused(string text) => Assert.Throws<InvalidInputException>(() => Parse(text));

    [Fact]
    public void A_room_is_read_with_everything_that_it_may_have()
    {
        var room = Assert.Single(Parse("number,floor,language,pbx,dial_strings,sends_no_ringing\r\n1203,12,zh,annex,PJSIP/1203 PJSIP/1203b;DAHDI/g1/1203,true\r\n"));
        Assert.Equal(("1203", "12", "zh", "annex", true), (room.Number, room.Floor, room.Language, room.Pbx, room.SendsNoRinging));
        Assert.Equal(["PJSIP/1203", "PJSIP/1203b", "DAHDI/g1/1203"], room.DialStrings);
    }

    [Fact]
    public void What_is_left_out_has_its_default_and_columns_may_stand_in_any_order()
    {
        var room = Assert.Single(Parse("dial_strings,number\nPJSIP/1203,1203\n"));
        Assert.Equal((null, null, "main", false), (room.Floor, room.Language, room.Pbx, room.SendsNoRinging));
        Assert.Equal("1", Assert.Single(Parse("\uFEFFnumber,dial_strings\n1,PJSIP/1\n".TrimStart('\uFEFF'))).Number);
    }

    [Theory]
    [InlineData("PJSIP/1203,30,tT")]
    [InlineData("PJSIP/${EXTEN}")]
    [InlineData("PJSIP/1203&PJSIP/1204")]
    [InlineData("PJSIP/1203|30")]
    [InlineData("PJSIP/1203\"")]
    [InlineData("PJSIP/1203)")]
    [InlineData("PJSIP/1203\\")]
    [InlineData("Local/1203@rooms")]
    [InlineData("1203")]
    [InlineData("PJSIP/")]
    [InlineData("PJSIP/房间")]
    [InlineData("pjsip/1203")]
    public void A_dial_string_with_anything_that_the_dialplan_would_read_is_refused(string dial)
    {
        var refused = Refused($"number,dial_strings\n1202,PJSIP/1202\n1203,\"{dial.Replace("\"", "\"\"", StringComparison.Ordinal)}\"\n");
        Assert.Equal(("dial_strings", 3), (refused.Field, refused.Line));
    }

    [Theory]
    [InlineData("12 03,PJSIP/1203", "number")]
    [InlineData(",PJSIP/1203", "number")]
    [InlineData("12345678901,PJSIP/1", "number")]
    [InlineData("1203,", "dial_strings")]
    [InlineData("1203", "line")]
    [InlineData("1203,PJSIP/1203,more", "line")]
    [InlineData("1202,PJSIP/1203", "number")] // twice
    public void A_bad_line_is_named_by_its_number_and_field(string line, string field)
    {
        var refused = Refused($"number,dial_strings\n1202,PJSIP/1202\n{line}\n");
        Assert.Equal((field, 3), (refused.Field, refused.Line));
    }

    [Theory]
    [InlineData("number,floor,language,pbx,dial_strings,sends_no_ringing\n1,,fr,,PJSIP/1,\n", "language", "fr")]
    [InlineData("number,floor,language,pbx,dial_strings,sends_no_ringing\n1,,,Main,PJSIP/1,\n", "pbx", "Main")]
    [InlineData("number,floor,language,pbx,dial_strings,sends_no_ringing\n1,,,,PJSIP/1,yes\n", "sends_no_ringing", "yes")]
    [InlineData("number,floor,language,pbx,dial_strings,sends_no_ringing\n1,a floor of more than twenty letters,,,PJSIP/1,\n", "floor", "a floor of more than twenty letters")]
    [InlineData("number,dial_strings,name\n1,PJSIP/1,Li\n", "header", "name")]
    [InlineData("number,number,dial_strings\n1,1,PJSIP/1\n", "header", "number,number,dial_strings")]
    [InlineData("number\n1\n", "header", "number")]
    public void Field_and_value_are_named(string text, string field, string value)
    {
        var refused = Refused(text);
        Assert.Equal((field, value), (refused.Field, refused.Value));
    }

    [Fact]
    public void More_phones_than_fit_into_one_header_are_refused()
    {
        var phones = string.Join(' ', Enumerable.Range(0, 8).Select(i => $"PJSIP/{new string('a', 60)}{i}@{new string('b', 60)}"));
        Assert.Contains("at most 900 characters", Refused($"number,dial_strings\n1,{phones}\n").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_file_and_broken_quotes_are_refused()
    {
        Assert.Equal("file", Refused("").Field);
        Assert.Equal(2, Refused("number,dial_strings\n1203,\"PJ\"SIP\n").Line);
    }
}
