using NodaTime;
using Switchboard.Features.Access;
using Switchboard.Features.Stays;
using Switchboard.Web;

namespace Switchboard.Tests.Stays;

/// <summary>What is typed about a guest.</summary>
public class StayInputTests
{
    private static readonly LocalDate Today = new(2026, 11, 26);

    private static StayCheckIn CheckIn(string? name = "王小明", string? title = null, string? language = null, string? until = null, int? level = null) =>
        new("1203", name, title, language, null, until, level, null);

    private static StayGuest Guest(StayCheckIn request) => StayInput.Guest(request, ["zh", "en"], Today);

    [Fact]
    public void A_guest_is_taken_as_typed_without_the_blanks_around()
    {
        Assert.Equal(new StayGuest("王小明", "先生", "zh", false, new LocalDate(2026, 11, 26)), Guest(CheckIn(" 王小明 ", "先生", "zh", "2026-11-26", 3)));
        Assert.Equal(new StayGuest("Zoë O'Neill-García", null, null, false, null), Guest(CheckIn("Zoë O'Neill-García")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("Ann\r\nAction: Hangup")]
    [InlineData("Ann\u0000")]
    [InlineData("Ann\u001b[2J")]
    [InlineData("Ann\u2028Miller")]
    public void A_name_is_one_line_of_text(string? name) => Assert.Equal(("guestName", name), Refused(CheckIn(name)));

    [Fact]
    public void A_name_has_its_length()
    {
        Assert.Equal(80, Guest(CheckIn(new string('王', 80))).Name.Length);
        Assert.Equal("guestName", Refused(CheckIn(new string('王', 81))).Field);
        Assert.Equal("title", Refused(CheckIn(title: new string('a', 41))).Field);
        Assert.Equal("title", Refused(CheckIn(title: "Dr\r\nX")).Field);
    }

    [Theory]
    [InlineData("fr")]
    [InlineData("ZH")]
    [InlineData("")]
    public void A_language_is_one_of_the_hotels(string language) => Assert.Equal(("language", language), Refused(CheckIn(language: language)));

    [Theory]
    [InlineData("2026-11-25")]
    [InlineData("2026-02-30")]
    [InlineData("26.11.2026")]
    [InlineData("")]
    public void Until_is_a_day_that_is_not_past(string until) => Assert.Equal(("until", until), Refused(CheckIn(until: until)));

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    public void A_level_is_0_to_3(int level) => Assert.Equal("level", Refused(CheckIn(level: level)).Field);

    [Fact]
    public void Who_did_it_is_the_token_and_the_staff_number()
    {
        Assert.Equal("desk/1007", new Caller("desk", Roles.Operator).By("1007"));
        Assert.Equal("desk", new Caller("desk", Roles.Operator).By(null));
        Assert.Throws<InvalidInputException>(() => new Caller("desk", Roles.Operator).By("1007\r\nX"));
    }

    private static (string Field, string? Value) Refused(StayCheckIn request)
    {
        var refused = Assert.Throws<InvalidInputException>(() => Guest(request));
        return (refused.Field, refused.Value);
    }
}
