using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;
using Switchboard.Pbx;
using Switchboard.Persistence;

namespace Switchboard.Features.Backup;

/// <summary>What deploy/backup and deploy/restore must know of a worker's configuration, in the words of PostgreSQL's own programs.</summary>
internal static class BackupSettings
{
    /// <summary>The configuration as the worker would read it.</summary>
    public static IConfigurationRoot Read(string? file)
    {
        var builder = new ConfigurationBuilder().AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true);
        if (file is not null) builder.AddJsonFile(Path.GetFullPath(file), optional: false);
        return builder.AddEnvironmentVariables("SWITCHBOARD_").Build();
    }

    /// <summary>Names and values for the environment of pg_dump and psql, and where callers' recordings are.</summary>
    /// <param name="configuration">The worker's.</param>
    /// <param name="faults">What of it cannot be used; then nothing is returned.</param>
    public static IReadOnlyList<(string Name, string Value)> Of(IConfiguration configuration, out IReadOnlyList<string> faults)
    {
        var database = new DatabaseOptions();
        configuration.GetSection(DatabaseOptions.Section).Bind(database);
        faults = string.IsNullOrWhiteSpace(database.ConnectionString)
            ? ["Database:ConnectionString is missing."]
            : [.. new DatabaseConnectionCheck().Validate(null, database).Failures ?? []];
        if (faults.Count > 0) return [];
        var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        List<(string Name, string? Value)> settings =
        [
            ("PGHOST", connection.Host),
            ("PGPORT", $"{connection.Port}"),
            ("PGUSER", connection.Username),
            ("PGDATABASE", connection.Database ?? connection.Username),
            ("PGPASSWORD", database.PasswordFile is { } file ? File.ReadLines(file).First().Trim() : connection.Password),
            ("PGPASSFILE", connection.Passfile),
            ("PGSSLMODE", connection.ContainsKey("SSL Mode") ? SslMode(connection.SslMode) : null),
            ("PGSSLROOTCERT", connection.RootCertificate),
            ("PGSSLCERT", connection.SslCertificate),
            ("PGSSLKEY", connection.SslKey),
            ("PGOPTIONS", connection.SearchPath is { Length: > 0 } path ? $"-c search_path={path}" : null),
            ("SB_RECORDINGS", configuration[$"{PbxOptions.Section}:{nameof(PbxOptions.MessagesDirectory)}"] ?? new PbxOptions().MessagesDirectory),
            ("SB_VERSION", SchemaVersion.Release),
            ("SB_SCHEMA", $"{SchemaVersion.Number}"),
        ];
        return [.. settings.Where(s => !string.IsNullOrEmpty(s.Value)).Select(s => (s.Name, s.Value!))];
    }

    /// <summary>A value that a shell takes as it is.</summary>
    public static string Quoted(string value) => $"'{value.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    /// <summary>A configuration file's text without its secrets: a backup lies on other disks than its machine's.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static string WithoutSecrets(string json)
    {
        var root = JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        if (root is JsonObject all) Hide(all);
        return root?.ToJsonString(new JsonSerializerOptions { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) ?? "";
    }

    private const string Hidden = "(not in the backup)";

    private static void Hide(JsonObject all)
    {
        foreach (var (key, value) in all.ToList())
        {
            if (value is JsonObject below) Hide(below);
            else if (value?.GetValueKind() != JsonValueKind.String) continue;
            else if (IsSecret(key)) all[key] = Hidden;
            else if (key.EndsWith("ConnectionString", StringComparison.OrdinalIgnoreCase)) all[key] = WithoutPassword(value.GetValue<string>());
        }
    }

    // Files that hold secrets are named, not read.
    private static bool IsSecret(string key) => key.EndsWith("Secret", StringComparison.OrdinalIgnoreCase) || key.EndsWith("Password", StringComparison.OrdinalIgnoreCase);

    private static string WithoutPassword(string connectionString)
    {
        try
        {
            var connection = new NpgsqlConnectionStringBuilder(connectionString);
            if (!string.IsNullOrEmpty(connection.Password)) connection.Password = Hidden;
            return connection.ConnectionString;
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException)
        {
            return Hidden;
        }
    }

    private static string SslMode(SslMode mode) => mode switch
    {
        Npgsql.SslMode.VerifyCA => "verify-ca",
        Npgsql.SslMode.VerifyFull => "verify-full",
#pragma warning disable CA1308 // PostgreSQL's words
        _ => mode.ToString().ToLowerInvariant(),
#pragma warning restore CA1308
    };
}
