using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.LabTests.Lab;

namespace Switchboard.Benchmarks.Processes;

/// <summary>The floor: an ASP.NET Core worker that does nothing, with an EF Core context of one entity and one query. No worker of ours can cost less.</summary>
internal sealed class FloorWorker : IAsyncDisposable
{
    private readonly Process _process;

    private FloorWorker(Process process) => _process = process;

    public int Pid => _process.Id;

    /// <summary>In a process of its own; returns when its query has been answered.</summary>
    public static async Task<FloorWorker> StartAsync(string connectionString)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(FloorWorker).Assembly.Location, "floor", $"http://127.0.0.1:{FreePorts.Tcp()}", connectionString])
        {
            RedirectStandardOutput = true,
        };
        var floor = new FloorWorker(Process.Start(start)!);
        while (await floor._process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line == "ready") return floor;
        }

        throw new InvalidOperationException("the floor did not start");
    }

    /// <summary>What runs in that process.</summary>
    public static async Task RunAsync(string url, string connectionString)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Services.AddDbContext<FloorDb>(options => options.UseNpgsql(connectionString));
        await using var app = builder.Build();
        app.Urls.Add(url);
        app.MapGet("/", () => "floor");
        await app.StartAsync();
        await using (var scope = app.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<FloorDb>().Set<Floor>().Where(f => f.Id > 0).OrderBy(f => f.Name).ToListAsync();
        Console.WriteLine("ready");
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private sealed class FloorDb(DbContextOptions<FloorDb> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) =>
            modelBuilder.Entity<Floor>().ToSqlQuery("select 1 as \"Id\", 'one' as \"Name\"");
    }

    private sealed class Floor
    {
        public int Id { get; set; }
        public string Name { get; set; } = "";
    }
}
