namespace Switchboard.Features.Rooms;

/// <summary>A room as the API shows it.</summary>
public sealed record RoomView(
    string Number, string? Floor, string? Language, string Pbx, IReadOnlyList<string> DialStrings, bool SendsNoRinging);

/// <summary>What an import did; a room that the file leaves out is never deleted.</summary>
public sealed record RoomImportResult(int Created, int Updated, int Unchanged);
