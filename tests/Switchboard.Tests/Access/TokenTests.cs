using Switchboard.Features.Access;
using Switchboard.Web;

namespace Switchboard.Tests.Access;

public class TokenTests
{
    [Fact]
    public void A_token_is_256_random_bits_behind_a_prefix()
    {
        var text = TokenText.New();
        Assert.Matches("^swb_[A-Za-z0-9_-]{43}$", text);
        Assert.True(TokenText.IsWellFormed(text));
        Assert.NotEqual(text, TokenText.New());
        Assert.Equal(32, TokenText.Hash(text).Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("swb_")]
    [InlineData("swb_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("xyz_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("swb_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'A")]
    public void Anything_else_is_none(string text) => Assert.False(TokenText.IsWellFormed(text));

    [Theory]
    [InlineData(null, "admin", "name")]
    [InlineData("", "admin", "name")]
    [InlineData("Front Office", "admin", "name")]
    [InlineData("desk\n", "admin", "name")]
    [InlineData("12345678901234567890123456789012345678901", "admin", "name")]
    [InlineData("desk-1", null, "role")]
    [InlineData("desk-1", "Admin", "role")]
    [InlineData("desk-1", "guest", "role")]
    public void A_name_or_a_role_that_no_token_may_have_is_refused(string? name, string? role, string field) =>
        Assert.Equal(field, Assert.Throws<InvalidInputException>(() => TokenDesk.Check(new TokenRequest(name, role))).Field);

    [Fact]
    public void A_token_file_is_readable_by_its_owner_alone_and_complete_or_not_there()
    {
        var folder = Directory.CreateTempSubdirectory("switchboard-test-");
        try
        {
            var path = Path.Combine(folder.FullName, "token");
            using (var file = new TokenFile(path))
            {
                file.Write("swb_text");
                Assert.False(File.Exists(path));
                file.Keep();
            }

            Assert.Equal("swb_text\n", File.ReadAllText(path));
            if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            using (var abandoned = new TokenFile(path)) abandoned.Write("swb_other");
            Assert.Equal([path], Directory.GetFiles(folder.FullName));
            Assert.Equal("swb_text\n", File.ReadAllText(path));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_folder_that_does_not_exist_is_noticed_before_there_is_a_token() =>
        Assert.ThrowsAny<IOException>(() => new TokenFile("/nonexistent/folder/token"));
}
