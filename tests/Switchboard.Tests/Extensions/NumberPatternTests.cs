using System.Text.RegularExpressions;
using Switchboard.Features.Extensions;

namespace Switchboard.Tests.Extensions;

/// <summary>The hotel's number patterns, as the dialplan is given them.</summary>
public class NumberPatternTests
{
    [Theory]
    [InlineData("0Z.", "01", false)]
    [InlineData("0Z.", "010", true)]
    [InlineData("0Z.", "0", false)]
    [InlineData("0Z.", "001", false)]
    [InlineData("NXX", "211", true)]
    [InlineData("NXX", "111", false)]
    [InlineData("NXX", "2111", false)]
    [InlineData("1[3-9]XXXXXXXXX", "13812345678", true)]
    [InlineData("1[3-9]XXXXXXXXX", "12812345678", false)]
    [InlineData("[2468]1", "41", true)]
    [InlineData("[2468]1", "31", false)]
    public void A_pattern_matches_what_it_means(string pattern, string number, bool matches)
    {
        var regex = NumberPatterns.ToRegex(pattern);
        Assert.NotNull(regex);
        Assert.Equal(matches, Regex.IsMatch(number, $"^({regex})$"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("1.2")]
    [InlineData("_X.")]
    [InlineData("[9-")]
    [InlineData("[a-z]")]
    [InlineData("1|2")]
    [InlineData("1)(")]
    [InlineData("${SHELL}")]
    [InlineData("1\n")]
    [InlineData("x")]
    public void What_is_none_is_refused(string pattern) => Assert.Null(NumberPatterns.ToRegex(pattern));

    [Theory]
    [InlineData("1x", "Outside:National:0 '1x' must be digits")]
    [InlineData("0Z.", null)]
    public void A_wrong_one_in_the_configuration_is_named(string pattern, string? says)
    {
        var result = new OutsidePatternCheck().Validate(null, new OutsideOptions { National = [pattern] });
        Assert.Equal(says is not null, result.Failed);
        if (says is not null) Assert.Contains(says, result.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void More_than_a_header_to_the_PBX_takes_is_refused_at_the_start()
    {
        var result = new OutsidePatternCheck().Validate(null, new OutsideOptions { Local = [.. Enumerable.Repeat("XXXXXXXXXX", 20)] });
        Assert.Contains("Outside:Local is too long for the PBX", result.FailureMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PJSIP/8000", true)]
    [InlineData("8000", false)]
    [InlineData("PJSIP/8000&Local/x@y", false)]
    [InlineData("PJSIP/8000,30", false)]
    public void An_operators_phone_is_one_that_the_dialplan_may_dial(string phone, bool allowed) =>
        Assert.Equal(allowed, new OfficeOptionsCheck().Validate(null, new OfficeOptions { OperatorPhones = [phone] }).Succeeded);
}
