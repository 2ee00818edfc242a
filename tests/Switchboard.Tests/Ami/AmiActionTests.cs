using System.Text;
using Switchboard.Asterisk.Ami;

namespace Switchboard.Tests.Ami;

/// <summary>Nothing that Asterisk would read as something else leaves us.</summary>
public class AmiActionTests
{
    public static TheoryData<string> Injections =>
        ["a\r\nAction: Command", "a\nSecond: header", "a\rx", "a\r\n\r\nAction: Logoff", "\n", "a\0b", "\r\n", "Ünal\nX: y"];

    [Theory]
    [MemberData(nameof(Injections))]
    public void A_line_end_or_NUL_in_a_value_is_refused_and_the_value_is_not_repeated(string value)
    {
        var refused = Assert.Throws<AmiInvalidActionException>(() => new AmiAction("Originate").With("CallerID", value));
        Assert.Contains("CallerID", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Command", refused.Message, StringComparison.Ordinal);
        Assert.Throws<AmiInvalidActionException>(() => new AmiAction("Originate").WithVariable("X", value));
        Assert.Throws<AmiInvalidActionException>(() => new AmiAction(value));
        Assert.Throws<AmiInvalidActionException>(() => new AmiAction("Originate").With(value, "x"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Call er")]
    [InlineData("Caller:")]
    [InlineData("名")]
    public void A_name_that_is_none_is_refused(string key) => Assert.Throws<AmiInvalidActionException>(() => new AmiAction("Ping").With(key, "x"));

    [Theory]
    [InlineData("a,__B=2")]
    [InlineData("a\"b")]
    [InlineData("a\\b")]
    public void A_variable_that_Asterisk_would_take_apart_is_refused(string value) =>
        Assert.Throws<AmiInvalidActionException>(() => new AmiAction("Originate").WithVariable("A", value));

    [Theory]
    [InlineData("ActionID", "mine")]
    [InlineData("actionid", "mine")]
    [InlineData("Action", "Logoff")]
    [InlineData("CallerID", " leading blank")]
    public void What_Asterisk_would_read_as_something_else_is_refused(string key, string value) =>
        Assert.Equal(key, Assert.Throws<AmiInvalidActionException>(() => new AmiAction("Ping").With(key, value)).Field);

    [Fact]
    public void Half_a_character_is_refused()
    {
        foreach (var half in (string[])["\ud83d", "\udd14 late"])
            Assert.Contains("half a character", Assert.Throws<AmiInvalidActionException>(() => new AmiAction("Ping").With("CallerID", half)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_than_Asterisk_reads_is_refused()
    {
        Assert.Throws<AmiInvalidActionException>(() => new AmiAction("X").With("Data", new string('x', 1000)));
        Assert.Throws<AmiInvalidActionException>(() => new AmiAction("X").With("Data", new string('房', 332)));
        var full = new AmiAction("X");
        for (var i = 1; i < 120; i++) full.With("Variable", "a=1");
        Assert.Throws<AmiInvalidActionException>(() => full.With("Variable", "a=1"));
    }

    [Fact]
    public void On_the_wire_headers_stand_in_their_order_with_the_ActionID_last() => Assert.Equal(
        "Action: Originate\r\nChannel: Local/1@x\r\nVariable: A=1\r\nVariable: B=房间\r\nActionID: a-1\r\n\r\n",
        Encoding.UTF8.GetString(new AmiAction("Originate").With("Channel", "Local/1@x").WithVariable("A", "1").WithVariable("B", "房间").ToBytes("a-1")));

    [Fact]
    public void Printed_it_shows_no_value() => Assert.Equal("Login (2 headers)", new AmiAction("Login").With("Secret", "s3cret").ToString());
}
