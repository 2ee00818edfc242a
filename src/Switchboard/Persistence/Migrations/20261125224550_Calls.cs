using Microsoft.EntityFrameworkCore.Migrations;
using NodaTime;

#nullable disable

namespace Switchboard.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class Calls : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "call_positions",
                columns: table => new
                {
                    pbx = table.Column<string>(type: "text", nullable: false),
                    last_event_id = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_call_positions", x => x.pbx);
                });

            migrationBuilder.CreateTable(
                name: "calls",
                columns: table => new
                {
                    pbx = table.Column<string>(type: "text", nullable: false),
                    linked_id = table.Column<string>(type: "text", nullable: false),
                    direction = table.Column<string>(type: "text", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    caller_number = table.Column<string>(type: "text", nullable: true),
                    caller_phone = table.Column<string>(type: "text", nullable: true),
                    caller_room = table.Column<string>(type: "text", nullable: true),
                    dialled = table.Column<string>(type: "text", nullable: true),
                    rooms_called = table.Column<string[]>(type: "text[]", nullable: false),
                    started_at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    ringing_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    answered_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    ended_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    cause = table.Column<int>(type: "integer", nullable: true),
                    cause_text = table.Column<string>(type: "text", nullable: true),
                    transfers = table.Column<string>(type: "jsonb", nullable: false),
                    continued_in = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_calls", x => new { x.pbx, x.linked_id });
                    table.CheckConstraint("ck_calls_answered", "state <> 'Answered' or answered_at is not null");
                    table.CheckConstraint("ck_calls_direction", "direction in ('Internal', 'Incoming', 'Outgoing', 'Service')");
                    table.CheckConstraint("ck_calls_ended", "(state = 'Open') = (ended_at is null)");
                    table.CheckConstraint("ck_calls_state", "state in ('Open', 'Answered', 'NoAnswer', 'Busy', 'Declined', 'Cancelled', 'Failed')");
                });

            migrationBuilder.CreateTable(
                name: "call_legs",
                columns: table => new
                {
                    pbx = table.Column<string>(type: "text", nullable: false),
                    linked_id = table.Column<string>(type: "text", nullable: false),
                    unique_id = table.Column<string>(type: "text", nullable: false),
                    channel = table.Column<string>(type: "text", nullable: false),
                    phone = table.Column<string>(type: "text", nullable: false),
                    room = table.Column<string>(type: "text", nullable: true),
                    number = table.Column<string>(type: "text", nullable: true),
                    began = table.Column<bool>(type: "boolean", nullable: false),
                    came_from = table.Column<string>(type: "text", nullable: true),
                    started_at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    ringing_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    answered_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    ended_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    cause = table.Column<int>(type: "integer", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_call_legs", x => new { x.pbx, x.linked_id, x.unique_id });
                    table.ForeignKey(
                        name: "fk_call_legs_calls_pbx_linked_id",
                        columns: x => new { x.pbx, x.linked_id },
                        principalTable: "calls",
                        principalColumns: new[] { "pbx", "linked_id" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_call_legs_pbx_unique_id",
                table: "call_legs",
                columns: new[] { "pbx", "unique_id" });

            migrationBuilder.CreateIndex(
                name: "ix_calls_caller_room_started_at",
                table: "calls",
                columns: new[] { "caller_room", "started_at" },
                filter: "caller_room is not null");

            migrationBuilder.CreateIndex(
                name: "ix_calls_open",
                table: "calls",
                column: "pbx",
                filter: "ended_at is null");

            migrationBuilder.CreateIndex(
                name: "ix_calls_pbx_started_at",
                table: "calls",
                columns: new[] { "pbx", "started_at" });

            migrationBuilder.CreateIndex(
                name: "ix_calls_rooms_called",
                table: "calls",
                column: "rooms_called")
                .Annotation("Npgsql:IndexMethod", "gin");

            // Which calls was a channel part of, and when did the PBX start?
            migrationBuilder.Sql("""
                create index ix_pbx_events_channel on pbx_events (unique_id) where unique_id is not null;
                create index ix_pbx_events_booted on pbx_events (at) where event = 'FullyBooted';
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("drop index ix_pbx_events_channel; drop index ix_pbx_events_booted");

            migrationBuilder.DropTable(
                name: "call_legs");

            migrationBuilder.DropTable(
                name: "call_positions");

            migrationBuilder.DropTable(
                name: "calls");
        }
    }
}
