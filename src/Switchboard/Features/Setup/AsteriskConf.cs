using System.Text.RegularExpressions;

namespace Switchboard.Features.Setup;

/// <summary>One setting of an Asterisk configuration file, in its section.</summary>
internal sealed record ConfLine(string Section, string Key, string Value);

/// <summary>An Asterisk configuration file as far as somebody must know it who only adds to it: its sections, settings and what it includes.</summary>
internal sealed partial class AsteriskConf
{
    private const int DeepestInclude = 10;

    [GeneratedRegex(@"^\[([^\]]+)\]")]
    private static partial Regex SectionPattern();

    [GeneratedRegex("""^#(?:try)?include\s+["<]?([^">]+?)[">]?\s*$""")]
    private static partial Regex IncludePattern();

    private readonly List<ConfLine> _lines = [];
    private readonly HashSet<string> _sections = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Every file that is included, as it is named, here or in what is included.</summary>
    public HashSet<string> Includes { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<ConfLine> Lines => _lines;

    public bool Has(string section) => _sections.Contains(section);

    /// <summary>The settings of a section, the last one of a key.</summary>
    public string? Value(string section, string key) => _lines.LastOrDefault(l =>
        l.Section.Equals(section, StringComparison.OrdinalIgnoreCase) && l.Key.Equals(key, StringComparison.OrdinalIgnoreCase))?.Value;

    /// <summary>Whether a file of this folder is included, by whatever name.</summary>
    public bool Include(string folder, string file) => Includes.Any(named => Path.GetFullPath(named, folder) == Path.GetFullPath(file, folder));

    /// <summary>A text, with what it includes from this folder; null: what is included is not read.</summary>
    /// <param name="without">Takes out of what is included what is not to count.</param>
    public static AsteriskConf Of(string text, string? folder = null, Func<string, string>? without = null)
    {
        var conf = new AsteriskConf();
        conf.Read(text, "", folder, without ?? (included => included), 0);
        return conf;
    }

    private string Read(string text, string section, string? folder, Func<string, string> without, int depth)
    {
        var comment = false;
        foreach (var raw in text.Split('\n'))
        {
            var line = raw.Trim();
            // A block of comment, from ;-- to --; (a rule of dashes is none).
            if (line.StartsWith(";--", StringComparison.Ordinal) && !line.StartsWith(";---", StringComparison.Ordinal)) comment = true;
            if (comment)
            {
                comment = !line.Contains("--;", StringComparison.Ordinal);
                continue;
            }

            if (line.Length == 0 || line[0] == ';') continue;
            if (IncludePattern().Match(WithoutComment(line).TrimEnd()) is { Success: true } include)
            {
                Includes.Add(include.Groups[1].Value);
                foreach (var file in depth < DeepestInclude && folder is not null ? FilesOf(include.Groups[1].Value, folder) : []) section = Read(without(File.ReadAllText(file)), section, folder, without, depth + 1);
            }
            else if (SectionPattern().Match(line) is { Success: true } header)
            {
                section = header.Groups[1].Value;
                _sections.Add(section);
            }
            else if (line.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals)
            {
                _lines.Add(new(section, line[..equals].Trim(), WithoutComment(line[(equals + 1)..].TrimStart('>')).Trim()));
            }
        }

        return section;
    }

    private static IEnumerable<string> FilesOf(string named, string folder)
    {
        var path = Path.Combine(folder, named);
        if (!named.Contains('*', StringComparison.Ordinal)) return File.Exists(path) ? [path] : [];
        var parent = Path.GetDirectoryName(path)!;
        return Directory.Exists(parent) ? Directory.EnumerateFiles(parent, Path.GetFileName(path)).Order(StringComparer.Ordinal) : [];
    }

    private static string WithoutComment(string value)
    {
        for (var at = value.IndexOf(';', StringComparison.Ordinal); at >= 0; at = value.IndexOf(';', at + 1))
        {
            if (at == 0 || value[at - 1] != '\\') return value[..at];
        }

        return value;
    }
}
