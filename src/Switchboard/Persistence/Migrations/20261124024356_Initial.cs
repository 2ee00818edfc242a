using System;
using System.Collections.Generic;
using Microsoft.EntityFrameworkCore.Migrations;
using NodaTime;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Switchboard.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "api_tokens",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    role = table.Column<string>(type: "text", nullable: false),
                    hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    created_at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    created_by = table.Column<string>(type: "text", nullable: false),
                    revoked_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    revoked_by = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_api_tokens", x => x.id);
                    table.CheckConstraint("ck_api_tokens_role", "role in ('admin', 'operator', 'housekeeping')");
                });

            migrationBuilder.CreateTable(
                name: "knock_entries",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    source = table.Column<string>(type: "text", nullable: false),
                    source_id = table.Column<Guid>(type: "uuid", nullable: false),
                    source_number = table.Column<long>(type: "bigint", nullable: false),
                    pbx = table.Column<string>(type: "text", nullable: false),
                    room = table.Column<string>(type: "text", nullable: false),
                    floor = table.Column<string>(type: "text", nullable: true),
                    date = table.Column<LocalDate>(type: "date", nullable: false),
                    time = table.Column<LocalTime>(type: "time", nullable: false),
                    zone = table.Column<string>(type: "text", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: false),
                    attempt_results = table.Column<List<string>>(type: "text[]", nullable: false),
                    added_at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    closed_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    closed_by = table.Column<string>(type: "text", nullable: true),
                    closed_via = table.Column<string>(type: "text", nullable: true),
                    finding = table.Column<string>(type: "text", nullable: true),
                    awake = table.Column<bool>(type: "boolean", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_knock_entries", x => x.id);
                    table.CheckConstraint("ck_knock_entries_closed", "(closed_at is null and closed_by is null and finding is null and awake is null) or (closed_at is not null and closed_by is not null and finding is not null and awake is not null)");
                });

            migrationBuilder.CreateTable(
                name: "rooms",
                columns: table => new
                {
                    number = table.Column<string>(type: "text", nullable: false),
                    floor = table.Column<string>(type: "text", nullable: true),
                    language = table.Column<string>(type: "text", nullable: true),
                    pbx = table.Column<string>(type: "text", nullable: false),
                    dial_strings = table.Column<List<string>>(type: "text[]", nullable: false),
                    sends_no_ringing = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<Instant>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_rooms", x => x.number);
                    table.CheckConstraint("ck_rooms_dial_strings", "cardinality(dial_strings) > 0");
                });

            migrationBuilder.CreateTable(
                name: "knock_notes",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    knock_entry_id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    text = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_knock_notes", x => x.id);
                    table.ForeignKey(
                        name: "fk_knock_notes_knock_entries_knock_entry_id",
                        column: x => x.knock_entry_id,
                        principalTable: "knock_entries",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "wake_up_calls",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    room = table.Column<string>(type: "text", nullable: false),
                    pbx = table.Column<string>(type: "text", nullable: false),
                    stay_id = table.Column<Guid>(type: "uuid", nullable: true),
                    series_id = table.Column<Guid>(type: "uuid", nullable: true),
                    group_id = table.Column<Guid>(type: "uuid", nullable: true),
                    kind = table.Column<string>(type: "text", nullable: false),
                    source = table.Column<string>(type: "text", nullable: false),
                    entered_by = table.Column<string>(type: "text", nullable: false),
                    staff_number = table.Column<string>(type: "text", nullable: true),
                    verified_by = table.Column<string>(type: "text", nullable: true),
                    language = table.Column<string>(type: "text", nullable: true),
                    require_key = table.Column<bool>(type: "boolean", nullable: false),
                    date = table.Column<LocalDate>(type: "date", nullable: false),
                    time = table.Column<LocalTime>(type: "time", nullable: false),
                    zone = table.Column<string>(type: "text", nullable: false),
                    due_at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    due_minute = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    recorded_at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    next_attempt_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    attempts_made = table.Column<int>(type: "integer", nullable: false),
                    attempts_in_round = table.Column<int>(type: "integer", nullable: false),
                    snoozes_used = table.Column<int>(type: "integer", nullable: false),
                    late = table.Column<bool>(type: "boolean", nullable: false),
                    listed = table.Column<bool>(type: "boolean", nullable: false),
                    results = table.Column<List<string>>(type: "text[]", nullable: false),
                    ever_dialled = table.Column<bool>(type: "boolean", nullable: false),
                    ended_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    xmin = table.Column<uint>(type: "xid", rowVersion: true, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_wake_up_calls", x => x.id);
                    table.CheckConstraint("ck_wake_up_calls_ended", "(state in ('Booked', 'Attempting', 'Retrying', 'Snoozed')) = (ended_at is null)");
                    table.CheckConstraint("ck_wake_up_calls_kind", "kind in ('single', 'daily', 'group', 'vip')");
                    table.CheckConstraint("ck_wake_up_calls_next_attempt", "(state in ('Booked', 'Retrying', 'Snoozed')) = (next_attempt_at is not null)");
                    table.CheckConstraint("ck_wake_up_calls_state", "state in ('Booked', 'Attempting', 'Retrying', 'Snoozed', 'Confirmed', 'Answered', 'Cancelled', 'Unanswered', 'Missed')");
                    table.ForeignKey(
                        name: "fk_wake_up_calls_rooms_room",
                        column: x => x.room,
                        principalTable: "rooms",
                        principalColumn: "number",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "wake_up_attempts",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    wake_up_call_id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    channel_id = table.Column<string>(type: "text", nullable: false),
                    due_at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    claimed_at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    sent_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    rang_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    answered_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    confirmed_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    ended_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    outcome = table.Column<string>(type: "text", nullable: true),
                    key = table.Column<string>(type: "text", nullable: true),
                    cause = table.Column<int>(type: "integer", nullable: true),
                    detail = table.Column<string>(type: "text", nullable: true),
                    late = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_wake_up_attempts", x => x.id);
                    table.CheckConstraint("ck_wake_up_attempts_outcome", "outcome in ('Confirmed', 'Answered', 'SnoozeAsked', 'HungUpEarly', 'NoAnswer', 'Busy', 'Unreachable', 'Failed', 'Unknown', 'Cancelled')");
                    table.ForeignKey(
                        name: "fk_wake_up_attempts_wake_up_call_wake_up_call_id",
                        column: x => x.wake_up_call_id,
                        principalTable: "wake_up_calls",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "wake_up_transitions",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    wake_up_call_id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    from_state = table.Column<string>(type: "text", nullable: true),
                    to_state = table.Column<string>(type: "text", nullable: false),
                    cause = table.Column<string>(type: "text", nullable: false),
                    by = table.Column<string>(type: "text", nullable: true),
                    attempt = table.Column<int>(type: "integer", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_wake_up_transitions", x => x.id);
                    table.ForeignKey(
                        name: "fk_wake_up_transitions_wake_up_calls_wake_up_call_id",
                        column: x => x.wake_up_call_id,
                        principalTable: "wake_up_calls",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_api_tokens_hash",
                table: "api_tokens",
                column: "hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ux_api_tokens_name",
                table: "api_tokens",
                column: "name",
                unique: true,
                filter: "revoked_at is null");

            migrationBuilder.CreateIndex(
                name: "ix_knock_entries_number",
                table: "knock_entries",
                column: "number",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_knock_entries_open",
                table: "knock_entries",
                column: "added_at",
                filter: "closed_at is null");

            migrationBuilder.CreateIndex(
                name: "ix_knock_entries_source_source_id",
                table: "knock_entries",
                columns: new[] { "source", "source_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_knock_notes_knock_entry_id",
                table: "knock_notes",
                column: "knock_entry_id");

            migrationBuilder.CreateIndex(
                name: "ix_wake_up_attempts_channel_id",
                table: "wake_up_attempts",
                column: "channel_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_wake_up_attempts_open",
                table: "wake_up_attempts",
                column: "claimed_at",
                filter: "outcome is null");

            migrationBuilder.CreateIndex(
                name: "ix_wake_up_attempts_wake_up_call_id_number",
                table: "wake_up_attempts",
                columns: new[] { "wake_up_call_id", "number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_wake_up_calls_date_time",
                table: "wake_up_calls",
                columns: new[] { "date", "time" });

            migrationBuilder.CreateIndex(
                name: "ix_wake_up_calls_number",
                table: "wake_up_calls",
                column: "number",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_wake_up_calls_waiting",
                table: "wake_up_calls",
                columns: new[] { "pbx", "next_attempt_at" },
                filter: "next_attempt_at is not null");

            migrationBuilder.CreateIndex(
                name: "ux_wake_up_calls_room_minute_open",
                table: "wake_up_calls",
                columns: new[] { "room", "due_minute" },
                unique: true,
                filter: "state in ('Booked', 'Attempting', 'Retrying', 'Snoozed')");

            migrationBuilder.CreateIndex(
                name: "ix_wake_up_transitions_wake_up_call_id",
                table: "wake_up_transitions",
                column: "wake_up_call_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "api_tokens");

            migrationBuilder.DropTable(
                name: "knock_notes");

            migrationBuilder.DropTable(
                name: "wake_up_attempts");

            migrationBuilder.DropTable(
                name: "wake_up_transitions");

            migrationBuilder.DropTable(
                name: "knock_entries");

            migrationBuilder.DropTable(
                name: "wake_up_calls");

            migrationBuilder.DropTable(
                name: "rooms");
        }
    }
}
