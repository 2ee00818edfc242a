using Switchboard.LabTests.Lab;

namespace Switchboard.LabTests.Persistence;

/// <summary>deploy/backup and deploy/restore as an administrator runs them.</summary>
internal static class LabBackup
{
    /// <summary>Takes a backup and returns its folder.</summary>
    public static async Task<string> TakeAsync(LabWorker worker, string into, params string[] more)
    {
        var (code, said) = await RunAsync("backup", worker, [.. more, into]);
        Assert.True(code == 0, said);
        return Directory.EnumerateDirectories(into, "switchboard-????????T??????Z").Max(StringComparer.Ordinal)!;
    }

    public static async Task<(int Code, string Said)> RunAsync(string script, LabWorker worker, params string[] arguments)
    {
        await worker.WriteConfigurationAsync();
        return await LabCommand.RunAsync(Path.Combine(LabFiles.Root, "deploy", script), ["--config", worker.ConfigFile, .. arguments], ("SWITCHBOARD", string.Join(' ', LabWorker.Command)));
    }
}
