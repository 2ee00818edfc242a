using System;
using Microsoft.EntityFrameworkCore.Migrations;
using NodaTime;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Switchboard.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class TransfersAndMessages : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "operator_calls",
                table: "calls",
                type: "jsonb",
                nullable: false,
                defaultValueSql: "'[]'");

            migrationBuilder.CreateTable(
                name: "deliveries",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    subject = table.Column<Guid>(type: "uuid", nullable: false),
                    pbx = table.Column<string>(type: "text", nullable: false),
                    person = table.Column<string>(type: "text", nullable: false),
                    requested_by = table.Column<string>(type: "text", nullable: false),
                    requested_at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    round = table.Column<int>(type: "integer", nullable: false),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    next_attempt_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    ended_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    ended_by = table.Column<string>(type: "text", nullable: true),
                    ended_how = table.Column<string>(type: "text", nullable: true),
                    xmin = table.Column<uint>(type: "xid", rowVersion: true, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_deliveries", x => x.id);
                    table.CheckConstraint("ck_deliveries_ended", "(state in ('Waiting', 'Attempting')) = (ended_at is null)");
                    table.CheckConstraint("ck_deliveries_next_attempt", "(state = 'Waiting') = (next_attempt_at is not null)");
                    table.CheckConstraint("ck_deliveries_state", "state in ('Waiting', 'Attempting', 'Acknowledged', 'GivenUp', 'Stopped')");
                });

            migrationBuilder.CreateTable(
                name: "messages",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    pbx = table.Column<string>(type: "text", nullable: false),
                    room = table.Column<string>(type: "text", nullable: true),
                    person = table.Column<string>(type: "text", nullable: true),
                    extension = table.Column<string>(type: "text", nullable: true),
                    stay_id = table.Column<Guid>(type: "uuid", nullable: true),
                    guest_name = table.Column<string>(type: "text", nullable: true),
                    caller_name = table.Column<string>(type: "text", nullable: true),
                    caller_number = table.Column<string>(type: "text", nullable: true),
                    call = table.Column<string>(type: "text", nullable: true),
                    text = table.Column<string>(type: "text", nullable: true),
                    recording = table.Column<string>(type: "text", nullable: true),
                    recording_seconds = table.Column<int>(type: "integer", nullable: true),
                    recording_sha256 = table.Column<string>(type: "text", nullable: true),
                    recording_removed_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    language = table.Column<string>(type: "text", nullable: true),
                    taken_at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    taken_by = table.Column<string>(type: "text", nullable: false),
                    source = table.Column<string>(type: "text", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    heard_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    left_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    ended_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    ended_by = table.Column<string>(type: "text", nullable: true),
                    end_reason = table.Column<string>(type: "text", nullable: true),
                    handed_to = table.Column<string>(type: "text", nullable: true),
                    guest_data_erased_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    xmin = table.Column<uint>(type: "xid", rowVersion: true, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_messages", x => x.id);
                    table.CheckConstraint("ck_messages_ended", "(state in ('Waiting', 'Heard')) = (ended_at is null) and (ended_at is null) = (ended_by is null) and (ended_at is null) = (end_reason is null)");
                    table.CheckConstraint("ck_messages_recording", "recording is not null or (recording_seconds is null and recording_sha256 is null and recording_removed_at is null)");
                    table.CheckConstraint("ck_messages_source", "source in ('operator', 'caller') and (source = 'caller') = (recording is not null)");
                    table.CheckConstraint("ck_messages_state", "state in ('Waiting', 'Heard', 'Delivered', 'Closed', 'Deleted')");
                    table.CheckConstraint("ck_messages_to", "(room is null) <> (extension is null) and (person is null or extension is not null)");
                    table.ForeignKey(
                        name: "fk_messages_rooms_room",
                        column: x => x.room,
                        principalTable: "rooms",
                        principalColumn: "number",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "delivery_attempts",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    delivery_id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    round = table.Column<int>(type: "integer", nullable: false),
                    channel_id = table.Column<string>(type: "text", nullable: false),
                    person = table.Column<string>(type: "text", nullable: false),
                    way = table.Column<string>(type: "text", nullable: false),
                    address = table.Column<string>(type: "text", nullable: false),
                    claimed_at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    sent_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    answered_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    ended_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    outcome = table.Column<string>(type: "text", nullable: true),
                    cause = table.Column<int>(type: "integer", nullable: true),
                    detail = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_delivery_attempts", x => x.id);
                    table.CheckConstraint("ck_delivery_attempts_ended", "(outcome is null) = (ended_at is null)");
                    table.CheckConstraint("ck_delivery_attempts_outcome", "outcome in ('Acknowledged', 'NoKey', 'NoAnswer', 'Busy', 'Unreachable', 'Failed', 'Sent', 'Refused', 'NotSent', 'Unknown', 'Cancelled')");
                    table.CheckConstraint("ck_delivery_attempts_way", "way in ('Extension', 'Mobile', 'Mail')");
                    table.ForeignKey(
                        name: "fk_delivery_attempts_delivery_delivery_id",
                        column: x => x.delivery_id,
                        principalTable: "deliveries",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "message_events",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    message_id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    what = table.Column<string>(type: "text", nullable: false),
                    by = table.Column<string>(type: "text", nullable: false),
                    how = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_message_events", x => x.id);
                    table.ForeignKey(
                        name: "fk_message_events_message_message_id",
                        column: x => x.message_id,
                        principalTable: "messages",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_calls_operators",
                table: "calls",
                columns: new[] { "pbx", "started_at" },
                filter: "operator_calls <> '[]'");

            migrationBuilder.CreateIndex(
                name: "ix_calls_transferred",
                table: "calls",
                columns: new[] { "pbx", "started_at" },
                filter: "transfers <> '[]'");

            migrationBuilder.CreateIndex(
                name: "ix_deliveries_ended_at",
                table: "deliveries",
                column: "ended_at");

            migrationBuilder.CreateIndex(
                name: "ix_deliveries_number",
                table: "deliveries",
                column: "number",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_deliveries_subject",
                table: "deliveries",
                column: "subject");

            migrationBuilder.CreateIndex(
                name: "ix_deliveries_waiting",
                table: "deliveries",
                columns: new[] { "pbx", "next_attempt_at" },
                filter: "next_attempt_at is not null");

            migrationBuilder.CreateIndex(
                name: "ix_delivery_attempts_channel_id",
                table: "delivery_attempts",
                column: "channel_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_delivery_attempts_delivery_id_number",
                table: "delivery_attempts",
                columns: new[] { "delivery_id", "number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_delivery_attempts_open",
                table: "delivery_attempts",
                column: "claimed_at",
                filter: "outcome is null");

            migrationBuilder.CreateIndex(
                name: "ix_message_events_message_id",
                table: "message_events",
                column: "message_id");

            migrationBuilder.CreateIndex(
                name: "ix_messages_ended_at",
                table: "messages",
                column: "ended_at");

            migrationBuilder.CreateIndex(
                name: "ix_messages_number",
                table: "messages",
                column: "number",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_messages_open",
                table: "messages",
                column: "taken_at",
                filter: "ended_at is null");

            migrationBuilder.CreateIndex(
                name: "ix_messages_recording",
                table: "messages",
                column: "recording",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_messages_room_taken_at",
                table: "messages",
                columns: new[] { "room", "taken_at" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "delivery_attempts");

            migrationBuilder.DropTable(
                name: "message_events");

            migrationBuilder.DropTable(
                name: "deliveries");

            migrationBuilder.DropTable(
                name: "messages");

            migrationBuilder.DropIndex(
                name: "ix_calls_operators",
                table: "calls");

            migrationBuilder.DropIndex(
                name: "ix_calls_transferred",
                table: "calls");

            migrationBuilder.DropColumn(
                name: "operator_calls",
                table: "calls");
        }
    }
}
