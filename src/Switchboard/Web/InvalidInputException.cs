namespace Switchboard.Web;

/// <summary>
/// Input that is refused before anything was changed. The HTTP API answers it with problem details that carry the three
/// parts; the CLI prints them.
/// </summary>
public sealed class InvalidInputException(string field, string? value, string allowed, int? line = null)
    : Exception(line is null ? $"{field} '{value}': {allowed}" : $"line {line}: {field} '{value}': {allowed}")
{
    /// <summary>The field's name as the sender wrote it.</summary>
    public string Field { get; } = field;

    /// <summary>The refused value; cut by whoever shows it.</summary>
    public string? Value { get; } = value;

    /// <summary>What would be accepted, as a sentence.</summary>
    public string Allowed { get; } = allowed;

    /// <summary>The line of a file, counted from 1, where the input is a file.</summary>
    public int? Line { get; } = line;
}

/// <summary>The thing that was asked for does not exist (404).</summary>
public sealed class NotFoundException(string message) : Exception(message);

/// <summary>The request is well formed, but the present state does not allow it (409).</summary>
public sealed class ConflictException(string message) : Exception(message);

/// <summary>The PBX is away, and what was asked for cannot be done without it (503).</summary>
public sealed class PbxAwayException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>PostgreSQL is away, and what was asked for cannot be done without it.</summary>
public sealed class StoreAwayException(string? why = null) : Exception(why ?? "the database is away and this machine has no copy to work with");

/// <summary>Another worker serves the PBX, and is the one to be asked (503).</summary>
public sealed class StandsByException(string message) : Exception(message);
