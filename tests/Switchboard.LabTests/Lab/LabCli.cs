namespace Switchboard.LabTests.Lab;

/// <summary>The command line as a person runs it, a process of its own against the hotel's worker, with the admin's token.</summary>
internal static class LabCli
{
    /// <summary>Runs a command to its end: the exit code and all that it said.</summary>
    public static Task<(int Code, string Said)> CliAsync(this LabHotel hotel, params string[] arguments) =>
        LabCommand.RunAsync("dotnet", [LabWorker.Executable, .. arguments], [.. Environment(hotel).Select(e => (e.Key, e.Value))]);

    /// <summary>Runs it and expects success; what it printed.</summary>
    public static async Task<string> CliDoneAsync(this LabHotel hotel, params string[] arguments)
    {
        var (code, said) = await hotel.CliAsync(arguments);
        Assert.True(code == 0, $"switchboard {string.Join(' ', arguments)}: {code}\n{said}\n{hotel.Worker.Log}");
        return said;
    }

    /// <summary>Starts one that does not end by itself. It hears Ctrl-C, which our keeper's children else do not.</summary>
    public static Task<LabProcess> CliStartAsync(this LabHotel hotel, params string[] arguments) =>
        LabProcess.StartAsync("env", ["--default-signal=INT", "dotnet", LabWorker.Executable, .. arguments], Environment(hotel));

    private static Dictionary<string, string> Environment(LabHotel hotel) =>
        new() { ["SWITCHBOARD_URL"] = hotel.Worker.Url, ["SWITCHBOARD_TOKEN_FILE"] = hotel.Worker.AdminTokenFile };
}
