using System.Text.RegularExpressions;

namespace Switchboard.Tests.Architecture;

/// <summary>Who may use whom, by the source itself; a folder is a namespace.</summary>
public partial class ArrowTests
{
    [GeneratedRegex(@"(?<![\w.\""])Switchboard\.((?:Features\.)?[A-Z]\w*)|(?<![\w.\""])(Features\.[A-Z]\w*|Persistence|EventRecord|Journal|Duty|Worker|Cli|Web)\.[A-Z]")]
    private static partial Regex Used();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"LoggerMessage\((?:EventId = )?([0-9]+)")]
    private static partial Regex LogId();

    private static string Source { get; } = Path.Combine(Checkout.Root, "src");

    private static IEnumerable<(string Folder, string Name, string Text)> Files(string project)
    {
        var root = Path.Combine(Source, project);
        foreach (var file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories))
        {
            var path = Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar);
            if (path[0] is "obj" or "bin" || path.Contains("Migrations") || path.Contains("CompiledModel")) continue;
            yield return (string.Join('.', path[..^1]), path[^1], File.ReadAllText(file));
        }
    }

    /// <summary>Folder to folder, without the arrows of a folder to itself.</summary>
    private static Dictionary<string, HashSet<string>> Arrows() => Files("Switchboard").GroupBy(f => f.Folder).ToDictionary(g => g.Key, g => g
        .SelectMany(f => Used().Matches(f.Text)).Select(m => m.Groups[1].Success ? m.Groups[1].Value : m.Groups[2].Value).Where(to => to != g.Key).ToHashSet());

    [Fact]
    public void A_namespace_is_its_folder()
    {
        foreach (var project in (string[])["Switchboard", "Switchboard.Asterisk"])
        {
            foreach (var (folder, name, text) in Files(project).Where(f => f.Name != "Program.cs"))
                Assert.Equal($"{name}: {project}.{folder}".TrimEnd('.'), $"{name}: {Namespace().Match(text).Groups[1].Value}");
        }
    }

    [Fact]
    public void Arrows_point_one_way()
    {
        var arrows = Arrows();
        Assert.Contains("Pbx", arrows["Features.WakeUpCalls"]); // the map is not empty
        string[] bottom = ["Web", "Cli", "Persistence", "Journal", "Duty"];
        foreach (var (from, uses) in arrows)
        {
            var allowed = from switch
            {
                "" or "Worker" => uses.Where(to => to != "Asterisk"),
                "Pbx" => ["Asterisk", "Duty"],
                // Beside Pbx the only one that takes the PBX's messages as they are.
                "EventRecord" => ["Asterisk", "Persistence", "Journal", "Web"],
                "Persistence" => ["Journal", "Duty"],
                "Persistence.Local" => ["Persistence", "Journal", "Duty", "Web"],
                _ when from.StartsWith("Features.", StringComparison.Ordinal) => uses.Where(to => to is "Pbx" or "EventRecord" || bottom.Contains(to) || to.StartsWith("Features.", StringComparison.Ordinal)),
                _ => [],
            };
            Assert.True(uses.IsSubsetOf(allowed), $"{from} must not use {string.Join(", ", uses.Except(allowed))}");
        }
    }

    [Fact]
    public void There_is_no_circle_between_folders()
    {
        var arrows = Arrows();
        foreach (var start in arrows.Keys) Walk(start, []);

        void Walk(string folder, List<string> path)
        {
            Assert.False(path.Contains(folder), $"a circle: {string.Join(" -> ", path)} -> {folder}");
            foreach (var next in arrows.GetValueOrDefault(folder) ?? []) Walk(next, [.. path, folder]);
        }
    }

    [Fact]
    public void The_protocol_library_knows_no_hotel_no_database_and_no_logger_of_ours()
    {
        foreach (var (_, name, text) in Files("Switchboard.Asterisk"))
        {
            Assert.DoesNotMatch(@"using (Serilog|Npgsql|NodaTime|Microsoft\.EntityFrameworkCore|Microsoft\.AspNetCore)", text);
            Assert.All(Used().Matches(text), m => Assert.True(m.Groups[1].Value == "Asterisk", $"{name} uses {m.Value}"));
        }
    }

    [Fact]
    public void Only_the_worker_knows_Serilog_and_only_Persistence_and_features_know_the_database()
    {
        foreach (var (folder, name, text) in Files("Switchboard"))
        {
            if (folder is not ("Worker" or "")) Assert.False(text.Contains("using Serilog", StringComparison.Ordinal), $"{folder}/{name} knows Serilog");
            if (folder is "Pbx" or "Cli") Assert.DoesNotMatch(@"using (Npgsql|Microsoft\.EntityFrameworkCore)", text);
        }
    }

    [Fact]
    public void A_log_line_has_an_id_of_its_own()
    {
        // Ops filter by them.
        var ids = Files("Switchboard").SelectMany(f => LogId().Matches(f.Text)).Select(m => m.Groups[1].Value).ToList();
        Assert.NotEmpty(ids);
        Assert.Empty(ids.GroupBy(id => id).Where(g => g.Count() > 1).Select(g => g.Key));
    }
}
