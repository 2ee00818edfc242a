using System.Globalization;
using System.Text.RegularExpressions;
using Switchboard.LabTests.Lab;

namespace Switchboard.LabTests.Setup;

/// <summary>A hotel's Asterisk as Debian's package configures it, with a phone for each room and nothing of Switchboard's.</summary>
internal static class StockAsterisk
{
    public static string Etc(LabAsterisk pbx) => Path.Combine(pbx.Folder, "etc");

    public static string Data(LabAsterisk pbx) => Path.Combine(pbx.Folder, "data");

    /// <summary>Puts it into the lab's folder, before the first start. Phones are known at this port without registering.</summary>
    public static void Install(LabAsterisk pbx, int phones, params string[] rooms)
    {
        var (root, seen) = Root();
        var etc = Etc(pbx);
        Copy(Path.Combine(root, "etc", "asterisk"), etc);
        foreach (var folder in (string[])["db", "keys", "spool", "run", "log/cdr-csv", "log/cdr-custom", "log/cel-custom", "cache", "data/sounds/en"]) Directory.CreateDirectory(Path.Combine(pbx.Folder, folder));
        Directory.CreateSymbolicLink(Path.Combine(Data(pbx), "documentation"), "/usr/share/asterisk/documentation");
        var here = seen ?? pbx.Folder;
        // Where this test keeps its things, and ports that are free; all else is Debian's.
        Edit(etc, "asterisk.conf", text => Regex.Replace(text.Replace("[directories](!)", "[directories]", StringComparison.Ordinal), @"(?m)^(ast\w+dir) => (?!/usr/lib)(.*)$", match => match.Groups[1].Value switch
        {
            "astetcdir" => $"astetcdir => {here}/etc",
            "astvarlibdir" or "astdbdir" => $"{match.Groups[1].Value} => {here}/db",
            "astkeydir" => $"astkeydir => {here}/keys",
            "astdatadir" or "astagidir" => $"{match.Groups[1].Value} => {here}/data",
            "astspooldir" => $"astspooldir => {here}/spool",
            "astrundir" => $"astrundir => {here}/run",
            "astlogdir" => $"astlogdir => {here}/log",
            "astcachedir" => $"astcachedir => {here}/cache",
            _ => match.Value,
        }));
        Edit(etc, "manager.conf", text => Regex.Replace(text, "(?m)^port = 5038", $"port = {Text(pbx.AmiPort)}"));
        Edit(etc, "pjsip.conf", text => text + $"""

            [transport]
            type=transport
            protocol=udp
            bind=127.0.0.1:{Text(pbx.SipPort)}

            """ + string.Concat(rooms.Select(room => $"""
            [{room}]
            type=endpoint
            transport=transport
            context=switchboard-room
            mailboxes={room}@switchboard
            allow=!all,ulaw,alaw
            direct_media=no
            aors={room}
            [{room}]
            type=aor
            contact=sip:{room}@127.0.0.1:{Text(phones)}

            """)));
        // The lab waits for its user by this file.
        File.WriteAllText(pbx.SecretFile, "none-yet");
        File.WriteAllText(Path.Combine(pbx.Folder, "sip.secret"), "none");
    }

    public static async Task StartAsync(LabAsterisk pbx)
    {
        await pbx.StartAsync(waitUntilBooted: false);
        Assert.True(await Eventually.TrueAsync(() => File.Exists(Path.Combine(pbx.Folder, "run", "asterisk.ctl")), TimeSpan.FromSeconds(30)), string.Join('\n', pbx.ReadLog().TakeLast(30)));
        Assert.True(await Eventually.TrueAsync(async () =>
        {
            try
            {
                return (await pbx.CommandAsync("core waitfullybooted")).Contains("fully booted", StringComparison.OrdinalIgnoreCase);
            }
            catch (System.Net.Sockets.SocketException)
            {
                return false;
            }
        }, TimeSpan.FromSeconds(60)), string.Join('\n', pbx.ReadLog().TakeLast(30)));
    }

    /// <summary>Every file of a folder with its bytes and its mode.</summary>
    public static string Snapshot(string folder) => string.Join('\n', Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        .Where(path => new FileInfo(path).LinkTarget is null)
        .Select(path => $"{path} {File.GetUnixFileMode(path)} {(File.Exists(path) ? Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))) : "folder")}"));

    private static (string Root, string? Seen) Root()
    {
        var suite = Environment.GetEnvironmentVariable("SWITCHBOARD_ASTERISK_SUITE");
        var cache = Environment.GetEnvironmentVariable("SWITCHBOARD_CACHE") ?? "/var/cache/switchboard";
        var root = Path.Combine(cache, $"asterisk-{(string.IsNullOrEmpty(suite) ? "forky" : suite)}");
        return Directory.Exists(root) ? (root, "/lab") : ("/", null);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var folder in Directory.EnumerateDirectories(from)) Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
        foreach (var file in Directory.EnumerateFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }

    private static void Edit(string etc, string file, Func<string, string> change)
    {
        // Some of Debian's hold bytes that are no UTF-8.
        var path = Path.Combine(etc, file);
        var text = File.ReadAllText(path, System.Text.Encoding.Latin1);
        File.WriteAllText(path, change(text), System.Text.Encoding.Latin1);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
