using System.IO.Compression;
using System.Text.RegularExpressions;
using Switchboard.LabTests.Lab;

namespace Switchboard.LabTests.Ami;

/// <summary>What somebody else gets: the package, and the README's quick start in a project of its own.</summary>
[Collection(Alone.Name)]
public class PackageTests
{
    [Fact]
    public async Task The_package_has_symbols_and_doc_comments_and_the_quick_start_builds_on_it()
    {
        var folder = LabFiles.NewFolder("pack");
        try
        {
            var project = Path.Combine(LabFiles.Root, "src", "Switchboard.Asterisk");
            var (code, said) = await LabCommand.RunAsync("dotnet", ["pack", project, "-c", "Release", "-o", folder, "--artifacts-path", Path.Combine(folder, "made"), "-v", "quiet", "--nologo"]);
            Assert.True(code == 0, said);
            Assert.Superset(new HashSet<string> { "lib/net10.0/Switchboard.Asterisk.dll", "lib/net10.0/Switchboard.Asterisk.xml", "README.md" }, Entries("nupkg"));
            Assert.Contains("lib/net10.0/Switchboard.Asterisk.pdb", Entries("snupkg"));

            var quickStart = Regex.Match(await File.ReadAllTextAsync(Path.Combine(project, "README.md")), "```csharp\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
            Assert.Equal(10, quickStart.Split('\n').Count(line => line.Length > 0 && !Regex.IsMatch(line, @"^using [\w.]+;")));
            var client = Directory.CreateDirectory(Path.Combine(folder, "client")).FullName;
            await File.WriteAllTextAsync(Path.Combine(client, "Program.cs"), quickStart);
            await File.WriteAllTextAsync(Path.Combine(client, "client.csproj"), $"""
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup>
                    <OutputType>Exe</OutputType>
                    <TargetFramework>net10.0</TargetFramework>
                    <ImplicitUsings>enable</ImplicitUsings>
                    <Nullable>enable</Nullable>
                    <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                    <RestoreAdditionalProjectSources>{folder}</RestoreAdditionalProjectSources>
                    <RestorePackagesPath>{folder}/packages</RestorePackagesPath>
                  </PropertyGroup>
                  <ItemGroup>
                    <PackageReference Include="Switchboard.Asterisk" Version="*" />
                  </ItemGroup>
                </Project>
                """);
            (code, said) = await LabCommand.RunAsync("dotnet", ["build", client, "-v", "quiet", "--nologo"]);
            Assert.True(code == 0, said);
        }
        finally
        {
            LabFiles.Remove(folder);
        }

        HashSet<string> Entries(string extension)
        {
            using var package = ZipFile.OpenRead(Directory.EnumerateFiles(folder, $"*.{extension}").Single());
            return [.. package.Entries.Select(e => e.FullName)];
        }
    }
}
