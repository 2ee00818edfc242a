namespace Switchboard.EventRecord;

/// <summary>What one <see cref="CelFiles.Read"/> found.</summary>
/// <param name="Lines">The events, oldest first.</param>
/// <param name="Next">Where the next reading goes on; null while there was never anything.</param>
/// <param name="AtEnd">Nothing more is there at present.</param>
/// <param name="Malformed">Lines that are no events; they were skipped.</param>
/// <param name="Lost">What could not be found or read, for the operator's log; no personal data in it.</param>
internal sealed record CelReading(IReadOnlyList<CelLine> Lines, CelPosition? Next, bool AtEnd, int Malformed, string? Lost);
