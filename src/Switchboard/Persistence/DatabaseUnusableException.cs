using Npgsql;

namespace Switchboard.Persistence;

/// <summary>
/// PostgreSQL answers, but cannot be worked with as it is, and somebody can put that right while we wait: tried again like everything that
/// PostgreSQL refuses.
/// </summary>
public sealed class DatabaseUnusableException(string reason, string advice) : NpgsqlException(reason)
{
    /// <summary>What is to be done.</summary>
    public string Advice { get; } = advice;
}
