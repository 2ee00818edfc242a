using Microsoft.EntityFrameworkCore;

namespace Switchboard.Persistence;

/// <summary>
/// The hotel's database. It has no DbSet: each feature maps its own entities
/// (<see cref="IEntityTypeConfiguration{T}"/>, found in this assembly) and asks for <c>db.Set&lt;T&gt;()</c>.
/// </summary>
public sealed class SwitchboardDb(DbContextOptions<SwitchboardDb> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(SwitchboardDb).Assembly);

    /// <summary>The one place that says how this context speaks to PostgreSQL; worker, tests and design time share it.</summary>
    public static void Configure(DbContextOptionsBuilder builder, string connectionString) => builder
        .UseNpgsql(connectionString, npgsql => npgsql
            .UseNodaTime()
            // Whoever waits longer goes on without it.
            .CommandTimeout(5)
            .MigrationsHistoryTable("schema_migrations"))
        .UseSnakeCaseNamingConvention();
}
