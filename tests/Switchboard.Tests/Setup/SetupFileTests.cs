using System.Text;
using Switchboard.Cli;
using Switchboard.Features.Setup;

namespace Switchboard.Tests.Setup;

/// <summary>The small parts: Asterisk's files read, lines added and taken, JSON changed key by key, zones that were misspelt.</summary>
public class SetupFileTests
{
    [Theory]
    [InlineData("")]
    [InlineData("[a]\nb=c\n")]
    [InlineData("[a]\nb=c")]
    [InlineData("\r\n\r\n")]
    public void Lines_that_are_added_and_taken_out_leave_a_text_as_it_was(string text)
    {
        var added = OurBlock.Put(text, ["#include \"x.conf\""]);
        Assert.Contains("\n#include \"x.conf\"\n", added, StringComparison.Ordinal);
        Assert.Equal(added, OurBlock.Put(added, ["#include \"x.conf\""]));
        Assert.Equal(text, OurBlock.Take(added));
        // Where somebody has gone on behind it, it stays in its place, and goes without joining two lines to one.
        Assert.Equal(added + "later=1\n", OurBlock.Put(added + "later=1\n", ["#include \"x.conf\""]));
        Assert.Equal($"{text}{(text.EndsWith('c') ? "\n" : "")}later=1\n", OurBlock.Take(added + "later=1\n"));
        Assert.Equal(text, OurBlock.Take(OurBlock.Put(added, ["#include \"y.conf\""])));
    }

    [Fact]
    public void Sections_settings_comments_and_includes_are_read_as_Asterisk_reads_them()
    {
        using var hotel = new HotelFolder();
        Directory.CreateDirectory(Path.Combine(hotel.Etc, "manager.d"));
        hotel.Write("manager.d/b.conf", "[bob]\nsecret = a\\;b ; his\n");
        hotel.Write("manager.d/a.conf", "port=5039\n[template](!)\nread=all\n");
        var conf = AsteriskConf.Of(hotel.Read("manager.conf") + "#tryinclude nothing.conf ; not yet\n;--\n[no]\n--;\n;----- a rule\n[yes](template)\nkey=>value\n", hotel.Etc);
        Assert.True(conf.Has("bob") && conf.Has("template") && conf.Has("yes"));
        Assert.False(conf.Has("no"));
        Assert.Equal("a\\;b", conf.Value("bob", "secret"));
        Assert.Equal("value", conf.Value("yes", "KEY"));
        // What is included goes on in the section that it stands in; the last one counts.
        Assert.Equal("5039", conf.Value("general", "port"));
        Assert.Equal("yes", conf.Value("general", "enabled"));
        Assert.True(conf.Includes.SetEquals(["manager.d/*.conf", "nothing.conf"]));
    }

    [Fact]
    public void Keys_are_set_in_their_place_however_they_were_written_and_others_stay()
    {
        using var hotel = new HotelFolder();
        Directory.CreateDirectory(Path.GetDirectoryName(hotel.Config)!);
        File.WriteAllText(hotel.Config, """{ "pbx:host": "old", "Pbx": { "port": 1, "ReportGrace": "00:00:03" }, "Office": { "DeskPhones": ["PJSIP/8100"] }, /* why */ "Log:Debug": true, }""");
        var file = ConfigurationFile.Read(hotel.Config);
        Assert.Equal("old", file["Pbx:Host"]);
        file.Set("Pbx:Host", "10.0.0.5");
        file.Set("Pbx:Port", 5039);
        file.Set("Database:PasswordFile", null);
        file.Set("Hotel:Name", "浦江饭店");
        Assert.Equal("""
            {
              "Pbx": {
                "port": 5039,
                "ReportGrace": "00:00:03",
                "Host": "10.0.0.5"
              },
              "Office": {
                "DeskPhones": [
                  "PJSIP/8100"
                ]
              },
              "Log:Debug": true,
              "Hotel": {
                "Name": "浦江饭店"
              }
            }

            """, Encoding.UTF8.GetString(file.ToBytes()));
        Assert.Equal("5039", file["pbx:PORT"]);
    }

    [Fact]
    public void A_configuration_that_is_no_JSON_is_refused_by_its_name()
    {
        using var hotel = new HotelFolder();
        Directory.CreateDirectory(Path.GetDirectoryName(hotel.Config)!);
        File.WriteAllText(hotel.Config, "Pbx = 1");
        Assert.Contains(hotel.Config, Assert.Throws<CliException>(() => ConfigurationFile.Read(hotel.Config)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Asia/Shangai", "Asia/Shanghai")]
    [InlineData("shanghai", "Asia/Shanghai")]
    [InlineData("Europe/Pars", "Europe/Paris")]
    [InlineData("new york", "America/New_York")]
    public void A_zone_that_was_misspelt_is_guessed(string given, string meant) => Assert.Equal(meant, ZoneNames.Near(given)[0]);

    [Fact]
    public void A_zone_that_is_like_none_is_not_guessed() => Assert.Empty(ZoneNames.Near("Moon/Tranquility"));
}
