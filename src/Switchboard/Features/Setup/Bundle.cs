using Switchboard.Cli;

namespace Switchboard.Features.Setup;

/// <summary>The files for the PBX that come with this worker: dialplan, prompts, music.</summary>
internal sealed class Bundle
{
    private const string Installed = "/usr/share/switchboard/asterisk-config";
    private const string Dialplan = "extensions_switchboard.conf";

    private Bundle(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>The folder that was named, else the installed one, else the one beside or above the executable; null where there is none.</summary>
    /// <exception cref="CliException">The folder that was named is not one.</exception>
    public static Bundle? Find(string? named)
    {
        if (named is not null)
        {
            return File.Exists(Path.Combine(named, Dialplan)) ? new(Path.GetFullPath(named))
                : throw new CliException(ExitCodes.Refused, $"--bundled '{named}': must be the folder asterisk-config that came with this worker (it has no {Dialplan}). Nothing was changed");
        }

        List<string> places = [Installed];
        for (var folder = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar); folder is not null; folder = Path.GetDirectoryName(folder)) places.Add(Path.Combine(folder, "asterisk-config"));
        return places.Where(place => File.Exists(Path.Combine(place, Dialplan))).Select(place => new Bundle(place)).FirstOrDefault();
    }

    public IEnumerable<string> DialplanFiles => Directory.EnumerateFiles(Folder, "extensions_switchboard*.conf").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    /// <summary>Languages that prompts exist in.</summary>
    public IReadOnlyList<string> Languages => [.. Directory.EnumerateDirectories(Path.Combine(Folder, "sounds")).Select(folder => Path.GetFileName(folder))
        .Where(language => Directory.Exists(Sounds(language))).Order(StringComparer.Ordinal)];

    public string Sounds(string language) => Path.Combine(Folder, "sounds", language, "switchboard");

    public IEnumerable<string> Prompts(string language) => Directory.Exists(Sounds(language))
        ? Directory.EnumerateFiles(Sounds(language), "*.wav").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)
        : [];

    public string Read(string name) => File.ReadAllText(Path.Combine(Folder, name));

    public AsteriskConf Conf(string name) => AsteriskConf.Of(Read(name));
}
