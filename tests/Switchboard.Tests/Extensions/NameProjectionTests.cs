using Switchboard.Features.Extensions;

namespace Switchboard.Tests.Extensions;

/// <summary>A name on its way to AstDB and an operator's display.</summary>
public class NameProjectionTests
{
    [Theory]
    [InlineData("General Manager O'Neil~", "General%20Manager%20O%27Neil%7E")]
    [InlineData("总经理", "%E6%80%BB%E7%BB%8F%E7%90%86")]
    [InlineData("a\r\nb\u202Ec", "abc")]
    [InlineData("  ", "")]
    public void A_name_is_percent_encoded_and_ends_no_line(string name, string encoded) => Assert.Equal(encoded, NameProjection.Encoded(name));

    [Fact]
    public void A_long_name_is_cut_between_characters()
    {
        var cut = Uri.UnescapeDataString(NameProjection.Encoded(string.Concat(Enumerable.Repeat("𠮷", 70))));
        Assert.Equal(string.Concat(Enumerable.Repeat("𠮷", 60)), cut);
    }
}
