using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore.Design.Internal;
using Switchboard.Persistence;

namespace Switchboard.Tests.Persistence;

/// <summary>The model that is compiled in is the one that the entities give now.</summary>
public partial class CompiledModelTests
{
    [Fact]
    public void What_deploy_compiled_model_makes_is_what_is_compiled_in()
    {
        var checkedIn = Path.Combine(Checkout.Root, "src", "Switchboard", "Persistence", "CompiledModel");
        var made = Directory.CreateTempSubdirectory("switchboard-model");
        try
        {
            var ours = typeof(SwitchboardDb).Assembly;
            new DbContextOperations(
                new OperationReporter(handler: null), ours, ours, made.FullName, made.FullName, "Switchboard", "C#", nullable: true, args: [])
                .Optimize(
                    made.FullName, "Switchboard.Persistence.CompiledModel", nameof(SwitchboardDb), suffix: null, scaffoldModel: true,
                    precompileQueries: false, nativeAot: false);
            Assert.Equal(Files(checkedIn), Files(made.FullName));
            Assert.All(Files(checkedIn), file => Assert.True(
                Text(checkedIn, file) == Text(made.FullName, file),
                $"{file} is not what the entities give now: run deploy/compiled-model"));
        }
        finally
        {
            made.Delete(recursive: true);
        }
    }

    // Each making has an id of its own.
    private static string Text(string folder, string file) => Guid().Replace(File.ReadAllText(Path.Combine(folder, file)), "");

    [GeneratedRegex("Guid\\(\"[^\"]*\"\\)")]
    private static partial Regex Guid();

    private static string[] Files(string folder) => [.. Directory.EnumerateFiles(folder, "*.cs").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
}
