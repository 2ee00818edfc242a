using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Switchboard.Persistence;

/// <summary>Brings the database's schema to this version's, where that is to be done; under the guard's lock, so that of two workers one does it.</summary>
/// <param name="db">The database.</param>
/// <param name="guard">The session that holds the lock.</param>
internal sealed class SchemaMigration(SwitchboardDb db, NpgsqlConnection guard)
{
    // Behind a migration that waits for a lock everybody waits who wants that table, the worker that still rings phones among them.
    private const string LongestWait = "3s";

    /// <summary>Says what is to be done with the schema as it is.</summary>
    public async Task<SchemaVerdict> JudgeAsync(CancellationToken ct)
    {
        var applied = (await db.Database.GetAppliedMigrationsAsync(ct)).ToList();
        return SchemaVerdict.Of(applied, [.. db.Database.GetMigrations()], await NewestAsync(ct));
    }

    /// <summary>Applies what is missing and says how many migrations that were.</summary>
    /// <exception cref="DatabaseUnusableException">A right is missing, or somebody uses the tables.</exception>
    public async Task<int> ApplyAsync(CancellationToken ct)
    {
        await RequireRightsAsync(ct);
        var pending = (await db.Database.GetPendingMigrationsAsync(ct)).Count();
        // A migration may rewrite years of history.
        db.Database.SetCommandTimeout(TimeSpan.FromHours(1));
        // One session for all of it, so that the limit holds.
        await db.Database.OpenConnectionAsync(ct);
        try
        {
            await db.Database.ExecuteSqlRawAsync($"set lock_timeout = '{LongestWait}'", ct);
            await db.Database.MigrateAsync(ct);
            return pending;
        }
        // EF wraps what it takes for transient.
        catch (Exception busy) when (busy.GetBaseException() is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable })
        {
            throw new DatabaseUnusableException("its schema must be changed for this version, and another session uses the tables (a backup, or a long query)",
                "wait until the backup has ended, or end the session (pg_stat_activity, pg_terminate_backend); the change is tried again by itself.");
        }
        catch (Exception failed) when (failed.GetBaseException() is PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } refused)
        {
            var user = guard.UserName;
            throw new DatabaseUnusableException($"its schema must be changed for this version, and user '{user}' may not: {refused.MessageText}",
                $"as a superuser, make '{user}' the owner of the tables: REASSIGN OWNED BY their_owner TO {Quoted(user)}; it is tried again by itself.");
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    /// <summary>Is this PostgreSQL one that this version was tried on?</summary>
    /// <exception cref="DatabaseUnusableException">It is older.</exception>
    public static void RequireVersion(Version version)
    {
        // Not an end of the worker: a name that leads to the wrong server is put right without touching it, and guests are rung from the copy until then.
        if (version.Major < SchemaVersion.OldestPostgres)
        {
            throw new DatabaseUnusableException($"it is PostgreSQL {version}, and {SchemaVersion.OldestPostgres} is the oldest that Switchboard runs on",
                $"upgrade it to PostgreSQL {SchemaVersion.OldestPostgres} to 18, or check that Database:ConnectionString names the right server.");
        }
    }

    /// <summary>Since PostgreSQL 15 a user may not create tables in a database that is another's: the commonest fault of a first start.</summary>
    private async Task RequireRightsAsync(CancellationToken ct)
    {
        await using var ask = new NpgsqlCommand("select current_schema(), coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)", guard);
        await using var reader = await ask.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        if (reader.GetBoolean(1)) return;
        var (user, schema) = (guard.UserName, reader.IsDBNull(0) ? "public" : reader.GetString(0));
        throw new DatabaseUnusableException($"user '{user}' has no right to create tables in schema '{schema}' of database '{guard.Database}'",
            $"in that database, as its owner or a superuser: GRANT USAGE, CREATE ON SCHEMA {Quoted(schema)} TO {Quoted(user)}; it is tried again by itself.");
    }

    private async Task<SchemaEntry?> NewestAsync(CancellationToken ct)
    {
        // Not by EF: a newer version's table may have columns that this one does not know, and an older database has no such table.
        await using var ask = new NpgsqlCommand("select to_regclass('switchboard_schema') is not null", guard);
        if (!(bool)(await ask.ExecuteScalarAsync(ct))!) return null;
        await using var read = new NpgsqlCommand("select number, oldest_worker, version from switchboard_schema order by number desc limit 1", guard);
        await using var reader = await read.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? SchemaEntry.Of(reader.GetInt32(0), reader.GetInt32(1), reader.GetString(2)) : null;
    }

    private static string Quoted(string? name) => $"\"{name?.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
