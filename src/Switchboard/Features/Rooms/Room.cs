using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NodaTime;

namespace Switchboard.Features.Rooms;

/// <summary>A guest room and the phones in it.</summary>
public sealed class Room
{
    private Room() { }

    public Room(RoomLine line, Instant now)
    {
        Number = line.Number;
        CreatedAt = now;
        Update(line, now);
    }

    public string Number { get; private set; } = "";
    public string? Floor { get; private set; }

    /// <summary>The language of prompts in this room; null is the hotel's own order.</summary>
    public string? Language { get; private set; }

    /// <summary>The PBX that the room's phones are on; the worker of that name serves it.</summary>
    public string Pbx { get; private set; } = "";

    /// <summary>The room's phones, such as <c>PJSIP/1203</c>; a wake-up rings all of them together.</summary>
    public List<string> DialStrings { get; private set; } = [];

    /// <summary>Its phones send only 183, never 180: no ringing is then no proof that they are unreachable.</summary>
    public bool SendsNoRinging { get; private set; }

    public Instant CreatedAt { get; private set; }
    public Instant UpdatedAt { get; private set; }

    /// <summary>Takes over what an import says; false where nothing differs.</summary>
    public bool Update(RoomLine line, Instant now)
    {
        var same = Floor == line.Floor && Language == line.Language && Pbx == line.Pbx
            && SendsNoRinging == line.SendsNoRinging && DialStrings.SequenceEqual(line.DialStrings, StringComparer.Ordinal);
        if (same) return false;
        (Floor, Language, Pbx, DialStrings, SendsNoRinging, UpdatedAt) =
            (line.Floor, line.Language, line.Pbx, [.. line.DialStrings], line.SendsNoRinging, now);
        return true;
    }
}

/// <summary>A checked line of a room import.</summary>
public sealed record RoomLine(
    string Number, string? Floor, string? Language, string Pbx, IReadOnlyList<string> DialStrings, bool SendsNoRinging);

internal sealed class RoomMapping : IEntityTypeConfiguration<Room>
{
    public void Configure(EntityTypeBuilder<Room> builder)
    {
        builder.ToTable("rooms", table =>
            table.HasCheckConstraint("ck_rooms_dial_strings", "cardinality(dial_strings) > 0"));
        builder.HasKey(r => r.Number);
        builder.Property(r => r.DialStrings).HasColumnType("text[]");
    }
}
