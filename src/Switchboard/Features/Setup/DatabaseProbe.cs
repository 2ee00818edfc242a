using System.Globalization;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using NodaTime;
using Npgsql;
using Switchboard.Persistence;

namespace Switchboard.Features.Setup;

/// <summary>The database cannot be used; the message says why, and what to do.</summary>
internal sealed class DatabaseVisitException(string message) : Exception(message);

/// <summary>What a database is, asked by really connecting. Nothing is changed there.</summary>
/// <param name="Version">Such as 17.6.</param>
/// <param name="Ahead">So much its clock is ahead of ours.</param>
/// <param name="Obstacle">Why no table can be made there, and what to do; null: it can.</param>
/// <param name="Schema">What the worker would do with its schema; null where that could not be looked at.</param>
/// <param name="Pending">Migrations that the worker would apply at its next start.</param>
internal sealed record DatabaseProbe(string Version, Duration Ahead, string? Obstacle, SchemaVerdict? Schema, int Pending)
{
    public const int OldestMajor = 15;

    /// <exception cref="DatabaseVisitException">It cannot be used.</exception>
    public static async Task<DatabaseProbe> VisitAsync(string connectionString, TimeProvider time, CancellationToken ct)
    {
        var at = new NpgsqlConnectionStringBuilder(connectionString) { Timeout = 5, CommandTimeout = 10, Pooling = false };
        try
        {
            await using var connection = new NpgsqlConnection(at.ConnectionString);
            await connection.OpenAsync(ct);
            var version = connection.PostgreSqlVersion;
            if (version.Major < OldestMajor) throw new DatabaseVisitException($"the database at {Place(at)} is PostgreSQL {version}: {OldestMajor} or newer is needed");
            var ahead = await AheadAsync(connection, time, ct);
            var obstacle = await ObstacleAsync(connection, at, ct);
            // Whoever may make nothing may often not even read what there is.
            var (schema, pending) = obstacle is null ? await SchemaAsync(at.ConnectionString, connection, ct) : (null, 0);
            return new(version.ToString(), ahead, obstacle, schema, pending);
        }
        catch (PostgresException refused)
        {
            throw new DatabaseVisitException(Refusal(refused, at));
        }
        // It is Npgsql's own word, and not PostgreSQL's.
        catch (NpgsqlException lacking) when (at.Password is null && lacking.GetBaseException() is NpgsqlException { Message: var told } && told.StartsWith("No password", StringComparison.Ordinal))
        {
            throw new DatabaseVisitException($"PostgreSQL at {Place(at)} wants a password of user '{at.Username}', and none is set: --database-password-file (Database:PasswordFile)");
        }
        catch (Exception broken) when (broken is NpgsqlException or TimeoutException or IOException or SocketException)
        {
            var why = broken.GetBaseException();
            throw new DatabaseVisitException(why is SocketException
                ? $"nobody answers at {Place(at)} ({why.Message}): PostgreSQL must run there and listen (listen_addresses), and no firewall be between"
                : $"what listens at {Place(at)} does not answer as PostgreSQL does ({why.Message}): another service's port?");
        }
    }

    private static async Task<Duration> AheadAsync(NpgsqlConnection connection, TimeProvider time, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select extract(epoch from clock_timestamp())::float8", connection);
        // The first time much else is done for the first time.
        await command.ExecuteScalarAsync(ct);
        var began = time.GetTimestamp();
        var asked = time.GetUtcNow();
        var there = (double)(await command.ExecuteScalarAsync(ct))!;
        return Duration.FromTimeSpan(DateTimeOffset.UnixEpoch.AddSeconds(there) - (asked + time.GetElapsedTime(began) / 2));
    }

    // Tried, since rights come in many ways; the transaction is never committed.
    private static async Task<string?> ObstacleAsync(NpgsqlConnection connection, NpgsqlConnectionStringBuilder at, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        try
        {
            await using var command = new NpgsqlCommand("create table switchboard_setup_trial (id int)", connection, transaction);
            await command.ExecuteNonQueryAsync(ct);
            return null;
        }
        catch (PostgresException refused) when (refused.SqlState is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.InvalidSchemaName)
        {
            return $"user '{at.Username}' may not create tables in database '{at.Database}' ({refused.MessageText}): as its owner or superuser, ALTER DATABASE \"{at.Database}\" OWNER TO \"{at.Username}\", or GRANT USAGE, CREATE ON SCHEMA public TO \"{at.Username}\"";
        }
        finally
        {
            await transaction.RollbackAsync(ct);
        }
    }

    private static async Task<(SchemaVerdict Schema, int Pending)> SchemaAsync(string connectionString, NpgsqlConnection connection, CancellationToken ct)
    {
        var builder = new DbContextOptionsBuilder<SwitchboardDb>();
        SwitchboardDb.Configure(builder, connectionString);
        await using var db = new SwitchboardDb(builder.Options);
        var verdict = await new SchemaMigration(db, connection).JudgeAsync(ct);
        return (verdict, verdict is SchemaVerdict.Migrate ? (await db.Database.GetPendingMigrationsAsync(ct)).Count() : 0);
    }

    internal static string Refusal(PostgresException refused, NpgsqlConnectionStringBuilder at) => refused.SqlState switch
    {
        PostgresErrorCodes.InvalidAuthorizationSpecification when at.Host?.StartsWith('/') == true =>
            $"PostgreSQL at {Place(at)} does not let user '{at.Username}' in ({refused.MessageText}): by its socket pg_hba.conf lets only the system user of that name in (peer): use --database-host 127.0.0.1 and a password, or run as user {at.Username}",
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            $"PostgreSQL at {Place(at)} does not let user '{at.Username}' in ({refused.MessageText}): check the password, and pg_hba.conf",
        PostgresErrorCodes.InvalidCatalogName => $"there is no database '{at.Database}' at {Place(at)}: createdb -O {at.Username} {at.Database}",
        _ => $"PostgreSQL at {Place(at)} refuses: {refused.MessageText}",
    };

    private static string Place(NpgsqlConnectionStringBuilder at) => at.Host?.StartsWith('/') == true ? at.Host : $"{at.Host}:{at.Port.ToString(CultureInfo.InvariantCulture)}";
}
