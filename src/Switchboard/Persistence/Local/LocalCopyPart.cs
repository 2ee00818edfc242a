using NodaTime;

namespace Switchboard.Persistence.Local;

/// <summary>What a feature wants kept on this machine, so that it can go on while PostgreSQL is away.</summary>
/// <param name="Entity">The mapped entity.</param>
/// <param name="LoadAsync">Reads what is wanted now.</param>
/// <param name="IsWanted">Is a row that was just committed (still) wanted?</param>
internal sealed record LocalCopyPart(Type Entity, Func<SwitchboardDb, Instant, CancellationToken, Task<IReadOnlyList<object>>> LoadAsync, Func<object, bool> IsWanted)
{
    /// <summary>The table whose column <c>number</c> people say on the phone: so many numbers are reserved for rows made while the database is away.</summary>
    public (string Table, int Reserve)? Numbers { get; init; }

    /// <summary>Told when the copy was filled anew.</summary>
    public Action<LocalCopy>? Filled { get; init; }
}
