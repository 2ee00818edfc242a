using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Switchboard.Persistence;

/// <summary>The hotel's PostgreSQL (section <c>Database</c>).</summary>
public sealed class DatabaseOptions
{
    public const string Section = "Database";

    /// <summary>Npgsql's form, such as <c>Host=/run/postgresql;Database=switchboard;Username=switchboard</c>.</summary>
    [Required(ErrorMessage = "Database:ConnectionString is missing.")]
    public string ConnectionString { get; set; } = "";

    /// <summary>A file whose first line is the password, so that it stands in no configuration.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>How long a worker waits for the lock of its PBX before it says whose it is and that it stands by.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan LeaseWait { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The connection string that the worker really uses.</summary>
    public string Effective()
    {
        var builder = new NpgsqlConnectionStringBuilder(ConnectionString);
        if (PasswordFile is not null) builder.Password = File.ReadLines(PasswordFile).First().Trim();
        // A session that a broken network left in a transaction must not hold locks for hours; an answer to a cancellation is not waited for long.
        builder.Options ??= "-c idle_in_transaction_session_timeout=30000";
        builder.CancellationTimeout = 500;
        builder.Timeout = Math.Min(builder.Timeout, 5);
        builder.ApplicationName ??= $"switchboard {Environment.MachineName}/{Environment.ProcessId}";
        return builder.ConnectionString;
    }
}

[OptionsValidator]
public sealed partial class DatabaseOptionsValidator : IValidateOptions<DatabaseOptions>;

/// <summary>A connection string that Npgsql can read, and one source for the password.</summary>
public sealed class DatabaseConnectionCheck : IValidateOptions<DatabaseOptions>
{
    public ValidateOptionsResult Validate(string? name, DatabaseOptions options)
    {
        NpgsqlConnectionStringBuilder builder;
        try
        {
            builder = new NpgsqlConnectionStringBuilder(options.ConnectionString);
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException)
        {
            // Its text is not repeated: it may hold a password.
            return ValidateOptionsResult.Fail("Database:ConnectionString cannot be read: it must be Key=Value pairs with ';' between, as Npgsql documents them.");
        }

        if (options.ConnectionString.Length > 0 && string.IsNullOrEmpty(builder.Host))
            return ValidateOptionsResult.Fail("Database:ConnectionString lacks Host.");
        if (options.PasswordFile is { } file && !File.Exists(file))
            return ValidateOptionsResult.Fail($"Database:PasswordFile '{file}' does not exist or cannot be read.");
        if (options.PasswordFile is not null && builder.Password is not null)
            return ValidateOptionsResult.Fail("Database:PasswordFile and a Password in Database:ConnectionString contradict each other: give one of them.");
        return ValidateOptionsResult.Success;
    }
}
