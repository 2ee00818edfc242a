using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;

namespace Switchboard.Tests.Persistence;

/// <summary>What of a release's migrations the workers of the release before could not live with: they go on reading and writing while it is applied, and after.</summary>
internal static class ForwardSafety
{
    /// <summary>One line for each operation that breaks them; what concerns only tables that are new as well breaks nobody.</summary>
    public static IReadOnlyList<string> FaultsOf(IReadOnlyList<MigrationOperation> operations)
    {
        var made = operations.OfType<CreateTableOperation>().Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        return [.. operations.Select(o => FaultOf(o, made)).OfType<string>()];
    }

    private static string? FaultOf(MigrationOperation operation, HashSet<string> made) => operation switch
    {
        CreateTableOperation => null,
        ITableMigrationOperation of when made.Contains(of.Table) => null,
        InsertDataOperation of when made.Contains(of.Table) => null,
        AddColumnOperation { IsNullable: true } or AddColumnOperation { ComputedColumnSql: not null } => null,
        AddColumnOperation add when add.DefaultValue is not null || add.DefaultValueSql is not null => null,
        AddColumnOperation add => $"{add.Table}.{add.Name}: the old worker writes rows without it, and it has no default",
        AlterColumnOperation alter => FaultOf(alter),
        CreateIndexOperation { IsUnique: false } => null,
        CreateIndexOperation index => $"{index.Table}: unique index {index.Name} refuses rows that the old worker may have written, or writes",
        CreateSequenceOperation => null,
        // Everything that takes something away, gives it another name or demands something, and what cannot be read here at all.
        SqlOperation sql => $"SQL: {sql.Sql.Trim().ReplaceLineEndings(" ")}",
        ITableMigrationOperation of => $"{of.Table}: {operation.GetType().Name}",
        _ => operation.GetType().Name,
    };

    private static string? FaultOf(AlterColumnOperation alter)
    {
        if (alter.OldColumn.IsNullable && !alter.IsNullable) return $"{alter.Table}.{alter.Name}: the old worker may write nothing there";
        if (alter.ColumnType != alter.OldColumn.ColumnType) return $"{alter.Table}.{alter.Name}: {alter.OldColumn.ColumnType} becomes {alter.ColumnType}";
        if (alter.MaxLength < (alter.OldColumn.MaxLength ?? int.MaxValue)) return $"{alter.Table}.{alter.Name}: shorter than before";
        if (alter.OldColumn is { DefaultValue: not null } or { DefaultValueSql: not null } && alter is { DefaultValue: null, DefaultValueSql: null })
            return $"{alter.Table}.{alter.Name}: its default goes";
        return null;
    }
}
