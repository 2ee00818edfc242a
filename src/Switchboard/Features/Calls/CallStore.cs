using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using NodaTime;
using Npgsql;
using NpgsqlTypes;
using Switchboard.Persistence;

namespace Switchboard.Features.Calls;

/// <summary>Stores calls as they were made; a row that is the same already is not written.</summary>
internal sealed class CallStore
{
    private readonly string _upsertCalls;
    private readonly string _upsertLegs;

    public CallStore(SwitchboardDb db)
    {
        _upsertCalls = Upsert(db, typeof(Call));
        _upsertLegs = Upsert(db, typeof(CallLeg));
    }

    /// <summary>
    /// Replaces the rows of these calls; one of which nothing was made is deleted. Those that began before <paramref name="wholeSince"/> stay as they are.
    /// </summary>
    public async Task ReplaceAsync(NpgsqlConnection connection, string pbx, IReadOnlyCollection<string> calls, IReadOnlyList<Call> made, Instant wholeSince, CancellationToken ct)
    {
        await ExecuteAsync(connection, "delete from calls where pbx = $1 and linked_id = any ($2) and not linked_id = any ($3) and started_at >= $4", ct,
            new() { Value = pbx }, new() { Value = calls.ToArray() }, new() { Value = made.Select(c => c.LinkedId).ToArray() }, new() { Value = wholeSince });
        // (their legs among them are passed over: rows take what they have columns for)
        await ExecuteAsync(connection, _upsertCalls, ct, Json(made), new() { Value = wholeSince });
        // The legs of a call that was left as it is stay, too.
        var legs = Json(made.SelectMany(c => c.Legs));
        await ExecuteAsync(connection, """
            delete from call_legs l using calls c where l.pbx = $1 and l.linked_id = any ($2) and c.pbx = l.pbx and c.linked_id = l.linked_id and c.started_at >= $4
            and not exists (select from jsonb_populate_recordset(null::call_legs, $3) n where n.linked_id = l.linked_id and n.unique_id = l.unique_id)
            """, ct, new() { Value = pbx }, new() { Value = calls.ToArray() }, Copy(legs), new() { Value = wholeSince });
        await ExecuteAsync(connection, _upsertLegs, ct, legs, new() { Value = wholeSince });
    }

    private static string Upsert(SwitchboardDb db, Type type)
    {
        var entity = db.Model.FindEntityType(type)!;
        var table = entity.GetTableName()!;
        var keys = entity.FindPrimaryKey()!.Properties.Select(Column).ToList();
        var all = entity.GetProperties().Select(Column).ToList();
        var others = all.Except(keys).ToList();
        // A call that began before the record's first day ($2) is not made again from half of its events.
        return $"""
            insert into {table} as {table} ({string.Join(", ", all)}) select {string.Join(", ", all.Select(c => "n." + c))} from jsonb_populate_recordset(null::{table}, $1) n
            where not exists (select from calls c where c.pbx = n.pbx and c.linked_id = n.linked_id and c.started_at < $2)
            on conflict ({string.Join(", ", keys)}) do update set ({string.Join(", ", others)}) = row ({string.Join(", ", others.Select(c => "excluded." + c))})
            where ({string.Join(", ", others.Select(c => $"{table}.{c}"))}) is distinct from ({string.Join(", ", others.Select(c => "excluded." + c))})
            """;

        static string Column(IProperty property) => property.GetColumnName();
    }

    private static NpgsqlParameter Json<T>(IEnumerable<T> rows) => new() { Value = JsonSerializer.Serialize(rows, CallJson.Options), NpgsqlDbType = NpgsqlDbType.Jsonb };

    private static NpgsqlParameter Copy(NpgsqlParameter parameter) => new() { Value = parameter.Value, NpgsqlDbType = parameter.NpgsqlDbType };

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(ct);
    }
}
