using Microsoft.Extensions.Time.Testing;
using Switchboard.Features.Setup;

namespace Switchboard.Tests.Setup;

/// <summary>What setup adds to a PBX's files, and that it goes again.</summary>
public class PbxFolderTests
{
    private static readonly PbxUser User = new("switchboard", "s3cret;x", "127.0.0.1/255.255.255.255");
    private static readonly Bundle Ours = Bundle.Find(null)!;

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 12, 24, 6, 30, 0, TimeSpan.Zero));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_is_written_once_and_taken_out_to_the_byte(bool freePbx)
    {
        using var hotel = new HotelFolder(freePbx);
        var before = hotel.Snapshot();
        Assert.NotEmpty(Apply(hotel, freePbx));
        var written = hotel.Snapshot();
        Assert.NotEqual(before, written);

        _time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(Apply(hotel, freePbx));
        Assert.Equal(written, hotel.Snapshot());

        Assert.DoesNotContain(Remove(hotel), line => line.Contains("left", StringComparison.Ordinal));
        Assert.Equal(before, hotel.Snapshot());
        Assert.Empty(Remove(hotel));
    }

    [Fact]
    public void Before_a_file_of_the_hotel_s_is_added_to_a_copy_is_kept_under_the_time()
    {
        using var hotel = new HotelFolder();
        var before = hotel.Read("manager.conf");
        Apply(hotel);
        Assert.Equal(before, hotel.Read("manager.conf.bak-20261224T063000Z"));
        Assert.StartsWith(before, hotel.Read("manager.conf"), StringComparison.Ordinal);
        Assert.Contains("#include \"manager_switchboard.conf\"", hotel.Read("manager.conf"), StringComparison.Ordinal);
    }

    [Fact]
    public void Sections_that_are_there_are_added_to_and_others_are_made()
    {
        using var hotel = new HotelFolder();
        Apply(hotel);
        Assert.StartsWith("; The hotel's own", hotel.Read("globals_switchboard.conf"), StringComparison.Ordinal);
        Assert.Contains("\n[globals](+)\nSB_EMERGENCY=", hotel.Read("globals_switchboard.conf"), StringComparison.Ordinal);
        Assert.Contains($"\nSB_MESSAGES={hotel.Messages}\n", hotel.Read("globals_switchboard.conf"), StringComparison.Ordinal);
        // [manager] stands in a comment only.
        Assert.Contains("[general](+)\nenable=yes", hotel.Read("cel_switchboard.conf"), StringComparison.Ordinal);
        Assert.Contains("\n[manager]\nenabled=yes", hotel.Read("cel_switchboard.conf"), StringComparison.Ordinal);
        Assert.Contains("[mappings]\nswitchboard.csv => ${eventtype}", hotel.Read("cel_custom_switchboard.conf"), StringComparison.Ordinal);
        Assert.Contains("[switchboard-welcome]\nmode=files\ndirectory=moh-welcome", hotel.Read("musiconhold_switchboard.conf"), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(hotel.Etc, "modules_switchboard.conf")), "it loads everything by itself");
        Assert.True(File.Exists(Path.Combine(hotel.Data, "sounds", "zh", "switchboard", "wakeup.wav")));
        Assert.True(Directory.Exists(hotel.Messages));
    }

    [Fact]
    public void The_AMI_user_has_its_secret_its_address_and_no_right_that_could_change_the_PBX_and_nobody_else_reads_it()
    {
        using var hotel = new HotelFolder();
        Apply(hotel);
        var text = hotel.Read("manager_switchboard.conf");
        Assert.Contains("[general](+)\ntimestampevents=yes\n[switchboard]\nsecret=s3cret\\;x\n", text, StringComparison.Ordinal);
        Assert.Contains("deny=0.0.0.0/0.0.0.0\ndeny=::/0\npermit=127.0.0.1/255.255.255.255\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("enabled=", text, StringComparison.Ordinal); // it is already
        var conf = AsteriskConf.Of(text);
        Assert.Empty(conf.Value("switchboard", "write")!.Split(',').Intersect(["system", "command", "config", "agi", "dialplan", "all"]));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(Path.Combine(hotel.Etc, "manager_switchboard.conf")) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite));
    }

    [Fact]
    public void Keys_that_the_hotel_has_chosen_stay_and_are_told()
    {
        using var hotel = new HotelFolder();
        var plan = PbxPlan.Make(hotel.Place(), Ours, User);
        Assert.Contains("features.conf: blindxfer=## stays as it is (by the manual it would be *1)", plan.Notes);
        Apply(hotel);
        var text = hotel.Read("features_switchboard.conf");
        Assert.DoesNotContain("blindxfer", text, StringComparison.Ordinal);
        Assert.DoesNotContain("transferdigittimeout", text, StringComparison.Ordinal);
        Assert.Contains("[featuremap](+)\natxfer=*2\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void FreePBX_s_own_files_are_left_alone_only_the_custom_ones_are_added_to()
    {
        using var hotel = new HotelFolder(freePbx: true);
        var generated = (string[])["extensions.conf", "manager.conf", "queues.conf", "musiconhold.conf", "features.conf", "features_featuremap_additional.conf", "cel.conf", "cel_general_additional.conf", "modules.conf"];
        var before = generated.Select(hotel.Read).ToList();
        Apply(hotel, freePbx: true);
        Assert.Equal(before, generated.Select(hotel.Read).ToList());
        foreach (var (custom, included) in (ReadOnlySpan<(string, string)>)
            [("extensions_custom.conf", "extensions_switchboard.conf"), ("globals_custom.conf", "globals_switchboard.conf"), ("manager_custom.conf", "manager_switchboard.conf"),
             ("queues_custom.conf", "queues_switchboard.conf"), ("musiconhold_custom.conf", "musiconhold_switchboard.conf"), ("features_general_custom.conf", "features_general_switchboard.conf"),
             ("features_featuremap_custom.conf", "features_featuremap_switchboard.conf"), ("cel_general_custom.conf", "cel_general_switchboard.conf"), ("cel_custom_post.conf", "cel_manager_switchboard.conf")])
            Assert.Contains($"#include \"{included}\"", hotel.Read(custom), StringComparison.Ordinal);
        // Included within a section: they begin none.
        Assert.DoesNotContain("[", hotel.Read("features_general_switchboard.conf"), StringComparison.Ordinal);
        Assert.DoesNotContain("[", hotel.Read("globals_switchboard.conf").Split('\n')[1], StringComparison.Ordinal);
    }

    [Fact]
    public void What_somebody_has_edited_is_not_written_over_and_stays_when_the_rest_goes()
    {
        using var hotel = new HotelFolder();
        Apply(hotel);
        hotel.Write("globals_switchboard.conf", "[globals](+)\nSB_EMERGENCY=999\n");
        hotel.Write("queues.conf", hotel.Read("queues.conf") + "[bar]\nstrategy=ringall\n");
        Assert.Empty(Apply(hotel));
        Assert.Equal("[globals](+)\nSB_EMERGENCY=999\n", hotel.Read("globals_switchboard.conf"));

        var did = Remove(hotel);
        Assert.Contains(did, line => line.Contains("globals_switchboard.conf is left", StringComparison.Ordinal));
        Assert.Contains(did, line => line.Contains("queues.conf.bak-20261224T063000Z is left", StringComparison.Ordinal));
        Assert.Equal("[general]\npersistentmembers = yes\r\n[bar]\nstrategy=ringall\n", hotel.Read("queues.conf"));
    }

    [Fact]
    public void A_dialplan_file_of_an_older_version_is_replaced_and_what_somebody_changed_in_it_is_kept_beside()
    {
        using var hotel = new HotelFolder();
        Apply(hotel);
        hotel.Write("extensions_switchboard_rooms.conf", "; my own\n");
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Contains(Apply(hotel), line => line.Contains("kept as extensions_switchboard_rooms.conf.bak-20261224T063100Z", StringComparison.Ordinal));
        Assert.Equal("; my own\n", hotel.Read("extensions_switchboard_rooms.conf.bak-20261224T063100Z"));
        Assert.Equal(Ours.Read("extensions_switchboard_rooms.conf"), hotel.Read("extensions_switchboard_rooms.conf"));
    }

    [Fact]
    public void A_dialplan_that_was_copied_by_hand_comes_back_when_ours_goes_and_its_include_is_not_doubled()
    {
        using var hotel = new HotelFolder();
        hotel.Write("extensions_switchboard.conf", "; of last year\n");
        hotel.Write("extensions.conf", hotel.Read("extensions.conf") + "\n#include \"extensions_switchboard.conf\"\n");
        var before = hotel.Snapshot();
        Assert.Contains("extensions.conf includes extensions_switchboard.conf already", PbxPlan.Make(hotel.Place(), Ours, User).Notes);
        Apply(hotel);
        Assert.Single(hotel.Read("extensions.conf").Split('\n'), line => line == "#include \"extensions_switchboard.conf\"");
        Assert.Equal(Ours.Read("extensions_switchboard.conf"), hotel.Read("extensions_switchboard.conf"));
        Remove(hotel);
        Assert.Equal(before, hotel.Snapshot());
    }

    [Theory]
    [InlineData("#include \"extensions_switchboard.conf\" ; since last year")]
    [InlineData("#include <extensions_switchboard.conf>")]
    [InlineData("#include ETC/extensions_switchboard.conf")]
    [InlineData("#tryinclude \"ETC/./extensions_switchboard.conf\";x")]
    public void An_include_by_hand_is_known_however_it_is_written(string line)
    {
        using var hotel = new HotelFolder();
        hotel.Write("extensions.conf", $"{hotel.Read("extensions.conf")}\n{line.Replace("ETC", hotel.Etc, StringComparison.Ordinal)}\n");
        var plan = PbxPlan.Make(hotel.Place(), Ours, User);
        Assert.Contains("extensions.conf includes extensions_switchboard.conf already", plan.Notes);
        Assert.DoesNotContain("#include \"extensions_switchboard.conf\"", plan.Hooks.Single(hook => hook.Name == "extensions.conf").Lines);
    }

    [Fact]
    public void A_manager_interface_that_is_off_is_opened_by_what_is_written_and_counts_as_closed_until_Asterisk_has_read_it()
    {
        using var hotel = new HotelFolder();
        Assert.False(PbxPlan.OpensManager(hotel.Place()));
        hotel.Write("manager.conf", "[general]\nenabled = no\n");
        Assert.True(PbxPlan.OpensManager(hotel.Place()));
        Apply(hotel);
        Assert.Contains("[general](+)\nenabled=yes\n", hotel.Read("manager_switchboard.conf"), StringComparison.Ordinal);
        Assert.True(PbxPlan.OpensManager(hotel.Place()));
    }

    [Fact]
    public void A_file_beside_it_of_whatever_name_is_left_alone_and_no_draft_of_ours_stays_also_where_it_could_not_be_put_in_place()
    {
        using var hotel = new HotelFolder();
        hotel.Write("queues.conf.new", "the hotel's next one");
        Apply(hotel);
        Assert.Equal("the hotel's next one", hotel.Read("queues.conf.new"));

        var occupied = Directory.CreateDirectory(Path.Combine(hotel.Etc, "occupied.conf")).FullName;
        File.WriteAllText(Path.Combine(occupied, "x"), "");
        Assert.ThrowsAny<Exception>(() => OwnedFiles.WriteLike(Path.Combine(hotel.Etc, "queues.conf"), occupied, [1]));
        Assert.DoesNotContain(Directory.GetFiles(hotel.Etc), path => path.Contains(".switchboard-", StringComparison.Ordinal) && !path.EndsWith("/.switchboard-setup.json", StringComparison.Ordinal));
    }

    [Fact]
    public void Where_modules_are_loaded_one_by_one_those_that_are_missing_are_named_and_those_that_are_forbidden_are_told()
    {
        using var hotel = new HotelFolder();
        hotel.Write("modules.conf", "[modules]\nautoload=no\nload=app_dial.so\nnoload=app_queue.so\n");
        Apply(hotel);
        var text = hotel.Read("modules_switchboard.conf");
        Assert.Contains("[modules](+)\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("load=app_dial.so", text, StringComparison.Ordinal);
        Assert.Contains("load=func_lock.so\n", text, StringComparison.Ordinal);
        Assert.Contains(PbxPlan.Make(hotel.Place(), Ours, User).Notes, note => note.Contains("noload => app_queue.so must go", StringComparison.Ordinal));
    }

    [Fact]
    public void A_hotel_s_own_spoken_name_is_not_replaced()
    {
        using var hotel = new HotelFolder();
        var name = Path.Combine(hotel.Data, "sounds", "en", "switchboard", "hotel.wav");
        Directory.CreateDirectory(Path.GetDirectoryName(name)!);
        File.WriteAllText(name, "Welcome to the Pujiang");
        Apply(hotel);
        Assert.Equal("Welcome to the Pujiang", File.ReadAllText(name));
        Remove(hotel);
        Assert.Equal("Welcome to the Pujiang", File.ReadAllText(name));
    }

    [Fact]
    public void Where_Asterisk_plays_its_own_sound_before_a_transfer_it_gets_one_in_each_language_that_has_none_and_the_hotel_s_own_stays()
    {
        using var hotel = new HotelFolder();
        var theirs = Path.Combine(hotel.Data, "sounds", "en", "pbx-transfer.gsm");
        File.WriteAllText(theirs, "theirs");
        var before = hotel.Snapshot();
        Apply(hotel);
        var ours = Path.Combine(hotel.Data, "sounds", "zh", "pbx-transfer.wav");
        Assert.Equal(File.ReadAllBytes(Path.Combine(Ours.Sounds("zh"), "transfer-to.wav")), File.ReadAllBytes(ours));
        Assert.Equal([theirs], Directory.GetFiles(Path.Combine(hotel.Data, "sounds", "en"), "pbx-transfer.*"));
        Assert.Empty(Apply(hotel));
        Remove(hotel);
        Assert.Equal(before, hotel.Snapshot());

        // One that has a key for it needs none.
        new PbxFolder(hotel.Place() with { TransferSound = true }, new OwnedFiles(_time)).Apply(PbxPlan.Make(hotel.Place() with { TransferSound = true }, Ours, User), Ours, ["zh", "en"]);
        Assert.False(File.Exists(ours));
    }

    [Theory]
    [InlineData("16.28.0~dfsg-0+deb11u4", true)]
    [InlineData("18.9-cert5", true)]
    [InlineData("18.10.1", true)]
    [InlineData("18.11.0", false)]
    [InlineData("19.2.1", true)]
    [InlineData("19.3.0", false)]
    [InlineData("20.0.0", false)]
    [InlineData("22.10.1+dfsg", false)]
    [InlineData("GIT-master-abc", false)]
    [InlineData(null, false)]
    public void That_sound_is_checked_where_the_version_plays_it(string? version, bool plays) => Assert.Equal(plays, CheckTables.PlaysPbxTransfer(version));

    private IReadOnlyList<string> Apply(HotelFolder hotel, bool freePbx = false)
    {
        var place = hotel.Place(freePbx);
        return new PbxFolder(place, new OwnedFiles(_time)).Apply(PbxPlan.Make(place, Ours, User), Ours, ["zh", "en"]);
    }

    private IReadOnlyList<string> Remove(HotelFolder hotel) => new PbxFolder(hotel.Place(), new OwnedFiles(_time)).Remove();
}
