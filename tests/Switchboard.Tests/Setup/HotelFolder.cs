using Switchboard.Features.Setup;

namespace Switchboard.Tests.Setup;

/// <summary>A hotel's PBX on the disk: a little of what Debian and FreePBX have, with the traps that real ones have.</summary>
internal sealed class HotelFolder : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("switchboard-test-");

    public HotelFolder(bool freePbx = false)
    {
        Directory.CreateDirectory(Etc);
        Directory.CreateDirectory(Path.Combine(Data, "sounds", "en"));
        Directory.CreateDirectory(Path.Combine(Spool));
        Write("asterisk.conf", $"[directories](!)\nastdatadir => {Data}\nastspooldir => {Spool}\nastlogdir => {Log}\n");
        // The last line has no end.
        Write("extensions.conf", "[general]\nstatic=yes\n[globals]\nTRUNK=DAHDI/G2 ; the line\n[default]\nexten => 1,1,Hangup()");
        Write("manager.conf", freePbx ? "[general]\nenabled=yes\nport=5038\n#include manager_additional.conf\n#include manager_custom.conf\n" : "[general]\nenabled = yes ;no\nport = 5038\n#include \"manager.d/*.conf\"\n");
        Write("queues.conf", "[general]\npersistentmembers = yes\r\n");
        Write("musiconhold.conf", "[default]\nmode=files\ndirectory=moh\n");
        // In another encoding, with a key that the hotel has chosen.
        File.WriteAllBytes(Path.Combine(Etc, "features.conf"), [.. "[general]\n; caf"u8, 0xE9, .. "\ntransferdigittimeout=5\n[featuremap]\nblindxfer => ##\n"u8]);
        Write("cel.conf", "[general]\nenable=no\n;-- a block\n[manager]\nenabled=yes\n--;\n");
        Write("cel_custom.conf", "; nothing\n");
        Write("modules.conf", "[modules]\nautoload=yes\n[global]\n");
        if (!freePbx) return;
        Write("extensions_custom.conf", "[from-internal-custom]\nexten => 1234,1,NoOp()\n");
        Write("features.conf", "[general]\n#include features_general_additional.conf\n#include features_general_custom.conf\n[featuremap]\n#include features_featuremap_additional.conf\n#include features_featuremap_custom.conf\n");
        Write("features_featuremap_additional.conf", "blindxfer=##\n");
        Write("cel.conf", "[general]\n#include cel_general_additional.conf\n#include cel_general_custom.conf\n#include cel_custom_post.conf\n");
        Write("cel_general_additional.conf", "enable=no\n");
    }

    public string Etc => Path.Combine(_root.FullName, "etc");
    public string Data => Path.Combine(_root.FullName, "data");
    public string Spool => Path.Combine(_root.FullName, "spool");
    public string Log => Path.Combine(_root.FullName, "log");
    public string Messages => Path.Combine(Spool, "switchboard-messages");
    public string Config => Path.Combine(_root.FullName, "config", "appsettings.json");

    public PbxPlace Place(bool freePbx = false) => new(Etc, Data, Messages, Messages, freePbx);

    public string Read(string name) => File.ReadAllText(Path.Combine(Etc, name));

    public void Write(string name, string text) => File.WriteAllText(Path.Combine(Etc, name), text);

    /// <summary>Every file and folder with its content and mode.</summary>
    public string Snapshot() => string.Join('\n', Directory.EnumerateFileSystemEntries(_root.FullName, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        .Where(path => !path.StartsWith(Path.GetDirectoryName(Config)!, StringComparison.Ordinal))
        .Select(path => $"{Path.GetRelativePath(_root.FullName, path)} {(OperatingSystem.IsWindows() ? "" : File.GetUnixFileMode(path))} {(File.Exists(path) ? Convert.ToHexString(File.ReadAllBytes(path)) : "folder")}"));

    public void Dispose() => _root.Delete(recursive: true);
}
