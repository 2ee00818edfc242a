using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Switchboard.Worker;

namespace Switchboard.LabTests.Lab;

/// <summary>A worker in the test's own process, with a real database and no PBX: the test starts it, or only takes parts of it.</summary>
internal static class WorkerWithoutPbx
{
    /// <param name="connectionString">Its database.</param>
    /// <param name="folder">Where its journal and its first token are; null where it is not started.</param>
    /// <param name="settings">Further ones, or others.</param>
    public static async Task<WebApplication> BuildAsync(string connectionString, string? folder, params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string>
        {
            ["Hotel:Name"] = "Test Hotel",
            ["Hotel:TimeZone"] = "Asia/Shanghai",
            ["Pbx:Username"] = "switchboard",
            ["Pbx:Secret"] = "s3cret",
            // Nobody is there.
            ["Pbx:Port"] = "1",
            ["Database:ConnectionString"] = connectionString,
            ["Http:Url"] = "http://127.0.0.1:0",
        };
        if (folder is not null)
        {
            all["Http:BootstrapTokenFile"] = Path.Combine(folder, "admin.token");
            all["Journal:Directory"] = Path.Combine(folder, "journal");
        }

        foreach (var (key, value) in settings) all[key] = value;
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(all));
            return WorkerHost.Build(file);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
