using System.Diagnostics;

namespace Switchboard.LabTests.Lab;

/// <summary>A program that ends by itself.</summary>
internal static class LabCommand
{
    /// <summary>Its exit code and all that it said; one that takes longer than three minutes is ended with code -1.</summary>
    public static async Task<(int Code, string Said)> RunAsync(string program, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        // A compiler server that outlives the command would hold our end of its output open.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        using var process = Process.Start(start)!;
        var said = process.StandardOutput.ReadToEndAsync();
        var complained = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3), TimeProvider.System);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            return (-1, await said + await complained);
        }

        return (process.ExitCode, await said + await complained);
    }
}
