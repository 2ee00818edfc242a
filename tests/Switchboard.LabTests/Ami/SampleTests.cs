using Switchboard.LabTests.Lab;

namespace Switchboard.LabTests.Ami;

/// <summary>The sample program of src/Switchboard.Asterisk.Sample, as it stands and compiled ahead of time, places real calls.</summary>
public class SampleTests(ITestOutputHelper output)
{
    [Fact]
    public async Task The_sample_places_a_call_and_follows_it_to_its_end()
    {
        await using var hotel = new Pbx();
        await hotel.StartAsync();
        // Built beside these tests, in the same configuration.
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var dll = Path.Combine(LabFiles.Root, "src", "Switchboard.Asterisk.Sample", "bin", configuration, "net10.0", "ami-call.dll");
        await PlacesCallsAsync(hotel.Asterisk, "dotnet", [dll]);
    }

    [Fact]
    [Trait(Form.Name, Form.Long)]
    public async Task The_sample_does_the_same_when_it_is_compiled_ahead_of_time()
    {
        await using var hotel = new Pbx();
        await hotel.StartAsync();
        if (MissingTool() is { } missing)
        {
            // The analyzers, whose warnings are errors, remain as the proof.
            output.WriteLine($"not compiled ahead of time: {missing} is not here");
            foreach (var project in (string[])["Switchboard.Asterisk", "Switchboard.Asterisk.Sample"])
                Assert.Contains("<IsAotCompatible>true</IsAotCompatible>", await File.ReadAllTextAsync(Path.Combine(LabFiles.Root, "src", project, $"{project}.csproj")), StringComparison.Ordinal);
            return;
        }

        var folder = LabFiles.NewFolder("aot");
        try
        {
            var (code, said) = await LabCommand.RunAsync("dotnet", [
                "publish", Path.Combine(LabFiles.Root, "src", "Switchboard.Asterisk.Sample"), "-c", "Release", "-p:PublishAot=true", "--use-current-runtime",
                "--artifacts-path", folder, "-v", "quiet", "--nologo"]);
            Assert.True(code == 0, said);
            var native = Directory.EnumerateFiles(Path.Combine(folder, "publish"), "ami-call", SearchOption.AllDirectories).Single();
            await PlacesCallsAsync(hotel.Asterisk, native, []);
        }
        finally
        {
            LabFiles.Remove(folder);
        }
    }

    private static async Task PlacesCallsAsync(LabAsterisk pbx, string program, string[] before)
    {
        var (code, said) = await CallAsync("PJSIP/1101");
        Assert.True(code == 0, said);
        // In this order, with whatever lies between.
        var rest = said;
        foreach (var fact in (string[])["connected to ", " was made", " is Ringing", " is Up", " hung up: ", "the call: Answered"])
        {
            Assert.True(rest.Contains(fact, StringComparison.Ordinal), $"'{fact}' is missing or out of place in:\n{said}");
            rest = rest[(rest.IndexOf(fact, StringComparison.Ordinal) + fact.Length)..];
        }

        (code, said) = await CallAsync("PJSIP/6101");
        Assert.True(code == 1, said);
        Assert.Contains("the call: Failed", said, StringComparison.Ordinal);
        (code, said) = await CallAsync("PJSIP/nobody");
        Assert.True(code == 1, said);

        Task<(int, string)> CallAsync(string channel) => LabCommand.RunAsync(
            program, [.. before, $"127.0.0.1:{pbx.AmiPort}", "switchboard", channel, "Wait", "1"], ("AMI_SECRET", pbx.Secret));
    }

    private static string? MissingTool()
    {
        var path = Environment.GetEnvironmentVariable("PATH")!.Split(':');
        if (!path.Any(p => File.Exists(Path.Combine(p, "clang")) || File.Exists(Path.Combine(p, "gcc")))) return "a C compiler (clang or gcc)";
        return File.Exists("/usr/include/zlib.h") ? null : "zlib1g-dev";
    }

    /// <summary>An Asterisk and its phones, without a worker.</summary>
    private sealed class Pbx : IAsyncDisposable
    {
        private readonly LabPhones _phones;

        public Pbx() => _phones = new LabPhones(Asterisk);

        public LabAsterisk Asterisk { get; } = new(LabHotel.RoomsOf("1101", "6101"));

        public async Task StartAsync()
        {
            await Asterisk.StartAsync();
            await _phones.StartAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await _phones.DisposeAsync();
            await Asterisk.DisposeAsync();
        }
    }
}
