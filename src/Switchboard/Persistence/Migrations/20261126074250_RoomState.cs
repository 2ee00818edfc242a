using System;
using System.Collections.Generic;
using Microsoft.EntityFrameworkCore.Migrations;
using NodaTime;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Switchboard.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class RoomState : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "directory_entries",
                columns: table => new
                {
                    key = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    title = table.Column<string>(type: "text", nullable: true),
                    extension = table.Column<string>(type: "text", nullable: false),
                    hours = table.Column<string>(type: "text", nullable: true),
                    mobile = table.Column<string>(type: "text", nullable: true),
                    mail = table.Column<string>(type: "text", nullable: true),
                    deputy = table.Column<string>(type: "text", nullable: true),
                    languages = table.Column<List<string>>(type: "text[]", nullable: false),
                    created_at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    removed_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_directory_entries", x => x.key);
                });

            migrationBuilder.CreateTable(
                name: "extension_changes",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    room = table.Column<string>(type: "text", nullable: false),
                    at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    what = table.Column<string>(type: "text", nullable: false),
                    from_value = table.Column<string>(type: "text", nullable: true),
                    to_value = table.Column<string>(type: "text", nullable: true),
                    by = table.Column<string>(type: "text", nullable: false),
                    how = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_extension_changes", x => x.id);
                    table.CheckConstraint("ck_extension_changes_what", "what in ('level', 'forward')");
                });

            migrationBuilder.CreateTable(
                name: "extension_states",
                columns: table => new
                {
                    room = table.Column<string>(type: "text", nullable: false),
                    pbx = table.Column<string>(type: "text", nullable: false),
                    level = table.Column<int>(type: "integer", nullable: true),
                    forward_to = table.Column<string>(type: "text", nullable: true),
                    forward_changed_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    xmin = table.Column<uint>(type: "xid", rowVersion: true, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_extension_states", x => x.room);
                    table.CheckConstraint("ck_extension_states_level", "level between 0 and 3");
                    table.ForeignKey(
                        name: "fk_extension_states_rooms_room",
                        column: x => x.room,
                        principalTable: "rooms",
                        principalColumn: "number",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "guest_lookups",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    by = table.Column<string>(type: "text", nullable: false),
                    text = table.Column<string>(type: "text", nullable: true),
                    found = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_guest_lookups", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "locked_calls",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    pbx = table.Column<string>(type: "text", nullable: false),
                    room = table.Column<string>(type: "text", nullable: false),
                    room_lock_id = table.Column<Guid>(type: "uuid", nullable: true),
                    at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    outcome = table.Column<string>(type: "text", nullable: false),
                    by = table.Column<string>(type: "text", nullable: true),
                    linked_id = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_locked_calls", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "notices",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    pbx = table.Column<string>(type: "text", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    room = table.Column<string>(type: "text", nullable: true),
                    text = table.Column<string>(type: "text", nullable: false),
                    by = table.Column<string>(type: "text", nullable: true),
                    acknowledged_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    acknowledged_by = table.Column<string>(type: "text", nullable: true),
                    acknowledged_via = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_notices", x => x.id);
                    table.CheckConstraint("ck_notices_acknowledged", "(acknowledged_at is null) = (acknowledged_by is null) and (acknowledged_at is null) = (acknowledged_via is null)");
                });

            migrationBuilder.CreateTable(
                name: "outside_calls",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    pbx = table.Column<string>(type: "text", nullable: false),
                    room = table.Column<string>(type: "text", nullable: true),
                    phone = table.Column<string>(type: "text", nullable: true),
                    number = table.Column<string>(type: "text", nullable: false),
                    at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    outcome = table.Column<string>(type: "text", nullable: false),
                    needs = table.Column<int>(type: "integer", nullable: true),
                    level = table.Column<int>(type: "integer", nullable: true),
                    linked_id = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_outside_calls", x => x.id);
                    table.CheckConstraint("ck_outside_calls_outcome", "outcome in ('emergency', 'level', 'night', 'calls', 'vacant')");
                });

            migrationBuilder.CreateTable(
                name: "phone_absences",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    pbx = table.Column<string>(type: "text", nullable: false),
                    room = table.Column<string>(type: "text", nullable: false),
                    phone = table.Column<string>(type: "text", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    gone_at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    warned_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    back_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_phone_absences", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "room_locks",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    room = table.Column<string>(type: "text", nullable: false),
                    pbx = table.Column<string>(type: "text", nullable: false),
                    stay_id = table.Column<Guid>(type: "uuid", nullable: true),
                    guest_name = table.Column<string>(type: "text", nullable: true),
                    set_at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    set_by = table.Column<string>(type: "text", nullable: false),
                    set_how = table.Column<string>(type: "text", nullable: false),
                    changed_at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    since = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    until = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    effective_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    released_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    released_by = table.Column<string>(type: "text", nullable: true),
                    released_how = table.Column<string>(type: "text", nullable: true),
                    release_effective_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    xmin = table.Column<uint>(type: "xid", rowVersion: true, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_room_locks", x => x.id);
                    table.CheckConstraint("ck_room_locks_released", "(released_at is null and released_by is null and released_how is null) or (released_at >= set_at and released_by is not null and released_how in ('desk', 'guest', 'operator', 'expired', 'check-in', 'check-out', 'move'))");
                    table.CheckConstraint("ck_room_locks_set_how", "set_how in ('desk', 'guest', 'operator', 'expired', 'check-in', 'check-out', 'move')");
                    table.ForeignKey(
                        name: "fk_room_locks_rooms_room",
                        column: x => x.room,
                        principalTable: "rooms",
                        principalColumn: "number",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "staff_members",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    staff_number = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    role = table.Column<string>(type: "text", nullable: false),
                    pin_hash = table.Column<string>(type: "text", nullable: false),
                    failed_tries = table.Column<int>(type: "integer", nullable: false),
                    locked_until = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    created_at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    created_by = table.Column<string>(type: "text", nullable: false),
                    disabled_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    disabled_by = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_staff_members", x => x.id);
                    table.CheckConstraint("ck_staff_members_disabled", "(disabled_at is null) = (disabled_by is null)");
                    table.CheckConstraint("ck_staff_members_role", "role in ('operator', 'supervisor')");
                });

            migrationBuilder.CreateTable(
                name: "staff_pin_tries",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    staff_number = table.Column<string>(type: "text", nullable: true),
                    phone = table.Column<string>(type: "text", nullable: false),
                    result = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_staff_pin_tries", x => x.id);
                    table.CheckConstraint("ck_staff_pin_tries_result", "result in ('Right', 'Wrong', 'Locked', 'Unknown', 'Disabled', 'PhoneLocked')");
                });

            migrationBuilder.CreateTable(
                name: "stays",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    room = table.Column<string>(type: "text", nullable: false),
                    pbx = table.Column<string>(type: "text", nullable: false),
                    guest_name = table.Column<string>(type: "text", nullable: true),
                    title = table.Column<string>(type: "text", nullable: true),
                    language = table.Column<string>(type: "text", nullable: true),
                    vip = table.Column<bool>(type: "boolean", nullable: false),
                    until = table.Column<LocalDate>(type: "date", nullable: true),
                    checked_in_at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    checked_in_by = table.Column<string>(type: "text", nullable: false),
                    checked_out_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    checked_out_by = table.Column<string>(type: "text", nullable: true),
                    guest_data_erased_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    xmin = table.Column<uint>(type: "xid", rowVersion: true, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_stays", x => x.id);
                    table.CheckConstraint("ck_stays_checked_out", "(checked_out_at is null) = (checked_out_by is null)");
                    table.CheckConstraint("ck_stays_guest_data", "(guest_name is null) = (guest_data_erased_at is not null) and (guest_data_erased_at is null or (title is null and checked_out_at is not null))");
                    table.ForeignKey(
                        name: "fk_stays_rooms_room",
                        column: x => x.room,
                        principalTable: "rooms",
                        principalColumn: "number",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "room_lock_events",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    room_lock_id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    what = table.Column<string>(type: "text", nullable: false),
                    by = table.Column<string>(type: "text", nullable: false),
                    how = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_room_lock_events", x => x.id);
                    table.ForeignKey(
                        name: "fk_room_lock_events_room_lock_room_lock_id",
                        column: x => x.room_lock_id,
                        principalTable: "room_locks",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "welfare_checks",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    pbx = table.Column<string>(type: "text", nullable: false),
                    room = table.Column<string>(type: "text", nullable: false),
                    room_lock_id = table.Column<Guid>(type: "uuid", nullable: false),
                    asked_at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    done_at = table.Column<Instant>(type: "timestamp with time zone", nullable: true),
                    done_by = table.Column<string>(type: "text", nullable: true),
                    done_via = table.Column<string>(type: "text", nullable: true),
                    outcome = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_welfare_checks", x => x.id);
                    table.CheckConstraint("ck_welfare_checks_done", "(done_at is null and done_by is null and outcome is null) or (done_at is not null and done_by is not null and outcome is not null)");
                    table.ForeignKey(
                        name: "fk_welfare_checks_room_locks_room_lock_id",
                        column: x => x.room_lock_id,
                        principalTable: "room_locks",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "stay_events",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    stay_id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    step = table.Column<string>(type: "text", nullable: false),
                    room = table.Column<string>(type: "text", nullable: false),
                    to_room = table.Column<string>(type: "text", nullable: true),
                    by = table.Column<string>(type: "text", nullable: false),
                    note = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_stay_events", x => x.id);
                    table.CheckConstraint("ck_stay_events_step", "step in ('CheckedIn', 'CheckedOut', 'Moved') and (step = 'Moved') = (to_room is not null)");
                    table.ForeignKey(
                        name: "fk_stay_events_stay_stay_id",
                        column: x => x.stay_id,
                        principalTable: "stays",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ux_directory_entries_extension",
                table: "directory_entries",
                column: "extension",
                unique: true,
                filter: "removed_at is null");

            migrationBuilder.CreateIndex(
                name: "ix_extension_changes_at",
                table: "extension_changes",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "ix_extension_changes_room_at",
                table: "extension_changes",
                columns: new[] { "room", "at" });

            migrationBuilder.CreateIndex(
                name: "ix_guest_lookups_at",
                table: "guest_lookups",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "ix_locked_calls_at",
                table: "locked_calls",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "ix_locked_calls_room_at",
                table: "locked_calls",
                columns: new[] { "room", "at" });

            migrationBuilder.CreateIndex(
                name: "ix_notices_at",
                table: "notices",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "ix_notices_open",
                table: "notices",
                column: "at",
                filter: "acknowledged_at is null");

            migrationBuilder.CreateIndex(
                name: "ix_outside_calls_at",
                table: "outside_calls",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "ix_outside_calls_room_at",
                table: "outside_calls",
                columns: new[] { "room", "at" });

            migrationBuilder.CreateIndex(
                name: "ix_phone_absences_open",
                table: "phone_absences",
                column: "pbx",
                filter: "back_at is null");

            migrationBuilder.CreateIndex(
                name: "ix_phone_absences_room_gone_at",
                table: "phone_absences",
                columns: new[] { "room", "gone_at" });

            migrationBuilder.CreateIndex(
                name: "ix_room_lock_events_room_lock_id",
                table: "room_lock_events",
                column: "room_lock_id");

            migrationBuilder.CreateIndex(
                name: "ix_room_locks_number",
                table: "room_locks",
                column: "number",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_room_locks_released_at",
                table: "room_locks",
                column: "released_at");

            migrationBuilder.CreateIndex(
                name: "ix_room_locks_room_set_at",
                table: "room_locks",
                columns: new[] { "room", "set_at" });

            migrationBuilder.CreateIndex(
                name: "ux_room_locks_room_open",
                table: "room_locks",
                column: "room",
                unique: true,
                filter: "released_at is null");

            migrationBuilder.CreateIndex(
                name: "ux_staff_members_staff_number",
                table: "staff_members",
                column: "staff_number",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_staff_pin_tries_at",
                table: "staff_pin_tries",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "ix_stay_events_room",
                table: "stay_events",
                column: "room");

            migrationBuilder.CreateIndex(
                name: "ix_stay_events_stay_id",
                table: "stay_events",
                column: "stay_id");

            migrationBuilder.CreateIndex(
                name: "ix_stays_checked_out_at",
                table: "stays",
                column: "checked_out_at");

            migrationBuilder.CreateIndex(
                name: "ix_stays_number",
                table: "stays",
                column: "number",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_stays_open",
                table: "stays",
                column: "room",
                filter: "checked_out_at is null");

            migrationBuilder.CreateIndex(
                name: "ix_welfare_checks_open",
                table: "welfare_checks",
                column: "asked_at",
                filter: "done_at is null");

            migrationBuilder.CreateIndex(
                name: "ix_welfare_checks_room_lock_id",
                table: "welfare_checks",
                column: "room_lock_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "directory_entries");

            migrationBuilder.DropTable(
                name: "extension_changes");

            migrationBuilder.DropTable(
                name: "extension_states");

            migrationBuilder.DropTable(
                name: "guest_lookups");

            migrationBuilder.DropTable(
                name: "locked_calls");

            migrationBuilder.DropTable(
                name: "notices");

            migrationBuilder.DropTable(
                name: "outside_calls");

            migrationBuilder.DropTable(
                name: "phone_absences");

            migrationBuilder.DropTable(
                name: "room_lock_events");

            migrationBuilder.DropTable(
                name: "staff_members");

            migrationBuilder.DropTable(
                name: "staff_pin_tries");

            migrationBuilder.DropTable(
                name: "stay_events");

            migrationBuilder.DropTable(
                name: "welfare_checks");

            migrationBuilder.DropTable(
                name: "stays");

            migrationBuilder.DropTable(
                name: "room_locks");
        }
    }
}
