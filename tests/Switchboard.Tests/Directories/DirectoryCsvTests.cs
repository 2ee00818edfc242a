using Switchboard.Features.Directories;
using Switchboard.Web;

namespace Switchboard.Tests.Directories;

/// <summary>The import file of the directory: all of it or nothing, and the bad line is named.</summary>
public class DirectoryCsvTests
{
    private const string Header = "key,name,title,extension,hours,mobile,mail,deputy,languages";

    private static IReadOnlyList<DirectoryLine> Parse(string text) => DirectoryCsv.Parse(new StringReader(text), ["zh", "en"]);

    private static InvalidInputException Refused(string line) => Assert.Throws<InvalidInputException>(() => Parse($"{Header}\na,A,,1,,,,,\n{line}\n"));

    [Fact]
    public void An_entry_is_read_with_everything_that_it_may_have()
    {
        var gm = Assert.Single(Parse($"{Header}\r\ngeneral-manager,王建国 Wang,总经理,8001,\"Mo-Fr 09:00-12:00,13:00-18:00\",+8613800000001,gm@hotel.example,duty,zh en\r\n"));
        Assert.Equal(("general-manager", "王建国 Wang", "总经理", "8001", "Mo-Fr 09:00-12:00,13:00-18:00"), (gm.Key, gm.Name, gm.Title, gm.Extension, gm.Hours));
        Assert.Equal(("+8613800000001", "gm@hotel.example", "duty", 2), (gm.Mobile, gm.Mail, gm.Deputy, gm.Row));
        Assert.Equal(["zh", "en"], gm.Languages);
        var least = Assert.Single(Parse("extension,key,name\n8200,hk,客房服务中心\n"));
        Assert.Equal((null, null, null, null, null), (least.Title, least.Hours, least.Mobile, least.Mail, least.Deputy));
    }

    [Theory]
    [InlineData("GM,X,,2,,,,,", "key")]
    [InlineData(",X,,2,,,,,", "key")]
    [InlineData("a,X,,2,,,,,", "key")] // twice
    [InlineData("b,,,2,,,,,", "name")]
    [InlineData("b,\"X\nY\",,2,,,,,", "name")]
    [InlineData("b,X,,,,,,,", "extension")]
    [InlineData("b,X,,1,,,,,", "extension")] // twice
    [InlineData("b,X,,12345678901,,,,,", "extension")]
    [InlineData("b,X,,80-01,,,,,", "extension")]
    [InlineData("b,X,,８００１,,,,,", "extension")]
    [InlineData("b,X,,2,Mo-Fr,,,,", "hours")]
    [InlineData("b,X,,2,,0086 138,,,", "mobile")]
    [InlineData("b,X,,2,,138&PJSIP/x,,,", "mobile")]
    [InlineData("b,X,,2,,++13800000,,,", "mobile")]
    [InlineData("b,X,,2,,,gm@hotel,,", "mail")]
    [InlineData("b,X,,2,,,\"a@hotel.example,b@hotel.example\",,", "mail")]
    [InlineData("b,X,,2,,,,b,", "deputy")] // itself
    [InlineData("b,X,,2,,,,,zh fr", "languages")]
    [InlineData("b,X,,2", "line")]
    public void A_bad_line_is_named_by_its_field(string line, string field)
    {
        var refused = Refused(line);
        Assert.Equal(field, refused.Field);
        Assert.InRange(refused.Line ?? 0, 3, 4);
    }

    [Fact]
    public void Columns_that_are_not_known_missing_or_twice_are_refused()
    {
        foreach (var header in (string[])["key,name,extension,pager", "key,extension", "key,key,name,extension"])
            Assert.Equal("header", Assert.Throws<InvalidInputException>(() => Parse(header + "\n")).Field);
        Assert.Equal("file", Assert.Throws<InvalidInputException>(() => Parse("")).Field);
    }

    [Fact]
    public void A_deputy_must_be_there_and_deputies_must_not_go_round()
    {
        DirectoryChecks.Check(Parse($"{Header}\na,A,,1,,,,b,\nb,B,,2,,,,c,\n"), [("c", "3", null)]);
        Assert.Equal(("deputy", "x", 2), Checked($"{Header}\na,A,,1,,,,x,\n"));
        Assert.Equal(("deputy", "b", 2), Checked($"{Header}\na,A,,1,,,,b,\nb,B,,2,,,,a,\n"));
        // Over an entry that stays as it is; and one that only leads into a circle is not its cause.
        Assert.Equal(("deputy", "c", 2), Checked($"{Header}\na,A,,1,,,,c,\n", ("c", "3", "a")));
        Assert.Equal(("deputy", "c", 3), Checked($"{Header}\na,A,,1,,,,b,\nb,B,,2,,,,c,\nc,C,,3,,,,b,\n"));
    }

    [Fact]
    public void An_extension_of_an_entry_that_stays_is_refused() =>
        Assert.Equal(("extension", "3", 2), Checked($"{Header}\na,A,,3,,,,,\n", ("c", "3", null)));

    private static (string, string?, int?) Checked(string text, params (string, string, string?)[] kept)
    {
        var refused = Assert.Throws<InvalidInputException>(() => DirectoryChecks.Check(Parse(text), kept));
        return (refused.Field, refused.Value, refused.Line);
    }
}
