using System.Text;
using NodaTime;
using Switchboard.EventRecord;

namespace Switchboard.Tests.EventRecord;

/// <summary>One line of the call record: an event with every column, or none.</summary>
public class CelLineTests
{
    private const string Quoted = """
        "HANGUP","1795600000.123456","main-1.2","main-1.1","PJSIP/1203-00000001","1203","rooms","Dial","PJSIP/1203,30","1203","PJSIP/1204-00000002","","{""hangupcause"":16,""dialstatus"":""ANSWER""}"
        """;

    private static CelLine Parse(string line)
    {
        Assert.True(CelLine.TryParse(line, out var parsed));
        return parsed;
    }

    [Fact]
    public void Every_quoted_column_is_read_as_Asterisk_22_writes_it()
    {
        var expected = new CelLine(
            "HANGUP", Instant.FromUnixTimeSeconds(1795600000).PlusNanoseconds(123456000), "main-1.2", "main-1.1", "PJSIP/1203-00000001", "1203", "rooms",
            "Dial", "PJSIP/1203,30", "1203", "PJSIP/1204-00000002", "", """{"hangupcause":16,"dialstatus":"ANSWER"}""");
        Assert.Equal(expected, Parse(Quoted));
    }

    [Fact]
    public void Unquoted_and_empty_columns_are_read_as_Asterisk_16_writes_them()
    {
        var line = Parse("""APP_START,1795600000.000001,1.2,1.1,PJSIP/1203-00000001,s,rooms,Playback,"a,b",,,,"" """.TrimEnd());
        Assert.Equal(("APP_START", "1.2", "s", "Playback", "a,b"), (line.EventType, line.UniqueId, line.Extension, line.Application, line.ApplicationData));
        Assert.Equal(("", "", "", ""), (line.CallerNumber, line.Peer, line.UserDefinedType, line.Extra));
        Assert.Equal("", Parse("LINKEDID_END,1795600000.000001,1.2,1.1,,,,,,,,,").Extra);
    }

    [Theory]
    [InlineData("1795600000.000001", 1)]
    [InlineData("1795600000.999999", 999999)]
    [InlineData("1795600000.100000", 100000)]
    [InlineData("1795600000", 0)]
    public void A_time_is_exact_to_the_microsecond(string time, long microseconds) =>
        Assert.Equal(Instant.FromUnixTimeSeconds(1795600000).PlusNanoseconds(microseconds * 1000), Parse($"ANSWER,{time},1.2,1.1,,,,,,,,,").EventTime);

    [Fact]
    public void Quotes_line_ends_and_names_in_any_script_are_kept_within_quotes()
    {
        var line = Parse("USER_DEFINED,1795600000.000001,1.2,1.1,,,,,\"one\ntwo\r\n\"\"three\"\"\",,,\"DND \"\"on\"\", 房间\",\"\"");
        Assert.Equal(("one\ntwo\r\n\"three\"", "DND \"on\", 房间"), (line.ApplicationData, line.UserDefinedType));
    }

    [Fact]
    public void A_quote_within_an_unquoted_column_is_a_letter() =>
        Assert.Equal("PJSIP/\"x\"", Parse("ANSWER,1795600000.000001,1.2,1.1,PJSIP/\"x\",,,,,,,,").Channel);

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public void The_line_end_belongs_to_no_column(string end) => Assert.Equal(Parse(Quoted), Parse(Quoted + end));

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("eventtype,eventtime,uniqueid,linkedid,channame,exten,context,appname,appdata,num,peer,userdeftype,eventextra")]
    [InlineData("ANSWER,1795600000.000001,1.2,1.1")] // too few
    [InlineData("ANSWER,1795600000.000001,1.2,1.1,,,,,,,,")] // one too few
    [InlineData("ANSWER,1795600000.000001,1.2,1.1,,,,,,,,,,")] // one too many
    [InlineData(",1795600000.000001,1.2,1.1,,,,,,,,,")] // no name
    [InlineData("ANSWER,,1.2,1.1,,,,,,,,,")]
    [InlineData("ANSWER,-1.5,1.2,1.1,,,,,,,,,")]
    [InlineData("ANSWER,1795600000.,1.2,1.1,,,,,,,,,")]
    [InlineData("ANSWER,1795600000.0000000001,1.2,1.1,,,,,,,,,")]
    [InlineData("ANSWER,999999999999.000000,1.2,1.1,,,,,,,,,")] // behind the year 9999
    [InlineData("ANSWER,١٧٩٥.000001,1.2,1.1,,,,,,,,,")]
    [InlineData("ANSWER,2026-11-25 07:00:00,1.2,1.1,,,,,,,,,")]
    [InlineData("ANSWER,1795600000.000001,1.2,1.1,,,,,,,,,\"never closed")]
    [InlineData("ANSWER,1795600000.000001,1.2,1.1,,,,,,,,,\"closed\" too early")]
    [InlineData("\"ANSWER\",\"17956\"ANSWER\",\"1795600000.000001\",1.2,1.1,,,,,,,,,")] // torn
    public void What_is_no_event_is_malformed_and_no_exception(string line)
    {
        Assert.False(CelLine.TryParse(line, out var parsed));
        Assert.Null(parsed);
    }

    [Fact]
    public void The_time_is_known_from_the_beginning_alone()
    {
        Assert.Equal(Parse(Quoted).EventTime, CelLine.TimeOf(Quoted[..60]));
        Assert.Null(CelLine.TimeOf("\"HANGUP\",\"1795600000.12"));
        Assert.Null(CelLine.TimeOf("HANGUP,1795600000.12")); // perhaps more of it was cut off
        Assert.Null(CelLine.TimeOf(""));
    }

    [Theory]
    [InlineData("\"HANGUP\",\"1795600000.123456\",", true)]
    [InlineData("HANGUP,1795600000.123456,1.2", true)]
    [InlineData("HANGUP,1795600000,1.2", false)]
    [InlineData("two lines, of a message", false)]
    [InlineData("", false)]
    public void An_event_is_known_by_its_beginning(string bytes, bool begins) => Assert.Equal(begins, CelLine.Begins(Encoding.UTF8.GetBytes(bytes)));
}
