using System;
using Microsoft.EntityFrameworkCore.Migrations;
using NodaTime;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Switchboard.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class EventRecord : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AlterColumn<long>(
                name: "number",
                table: "wake_up_calls",
                type: "bigint",
                nullable: false,
                oldClrType: typeof(long),
                oldType: "bigint")
                .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn)
                .OldAnnotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn);

            migrationBuilder.AlterColumn<long>(
                name: "number",
                table: "knock_entries",
                type: "bigint",
                nullable: false,
                oldClrType: typeof(long),
                oldType: "bigint")
                .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn)
                .OldAnnotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn);

            migrationBuilder.CreateTable(
                name: "journal_positions",
                columns: table => new
                {
                    journal_id = table.Column<Guid>(type: "uuid", nullable: false),
                    pbx = table.Column<string>(type: "text", nullable: false),
                    last_sequence = table.Column<long>(type: "bigint", nullable: false),
                    drained_at = table.Column<Instant>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_journal_positions", x => x.journal_id);
                });

            migrationBuilder.CreateTable(
                name: "pbx_cel_positions",
                columns: table => new
                {
                    pbx = table.Column<string>(type: "text", nullable: false),
                    first_line = table.Column<string>(type: "text", nullable: false),
                    file_offset = table.Column<long>(type: "bigint", nullable: false),
                    taken_at = table.Column<Instant>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_pbx_cel_positions", x => x.pbx);
                });

            migrationBuilder.CreateTable(
                name: "pbx_outages",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    pbx = table.Column<string>(type: "text", nullable: false),
                    cause = table.Column<string>(type: "text", nullable: false),
                    from_at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    until_at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    lost = table.Column<long>(type: "bigint", nullable: true),
                    recovered = table.Column<long>(type: "bigint", nullable: true),
                    missing = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_pbx_outages", x => x.id);
                    table.CheckConstraint("ck_pbx_outages_cause", "cause in ('worker away', 'link cut', 'events lost', 'journal full')");
                    table.CheckConstraint("ck_pbx_outages_order", "from_at <= until_at");
                });

            migrationBuilder.CreateIndex(
                name: "ix_pbx_outages_pbx_from_at",
                table: "pbx_outages",
                columns: new[] { "pbx", "from_at" });

            // Written by COPY and read by SQL; partitions are beyond EF's model.
            migrationBuilder.Sql("""
                create table pbx_event_sessions (
                  id uuid primary key, pbx text not null, source text not null check (source in ('ami', 'cel')),
                  started_at timestamptz not null, last_sequence bigint not null, last_received_at timestamptz not null);
                create index ix_pbx_event_sessions_pbx on pbx_event_sessions (pbx, started_at);
                create table pbx_events (
                  id bigint not null generated always as identity,
                  session_id uuid not null, sequence bigint not null,
                  at timestamptz not null, received_at timestamptz not null,
                  pbx text not null, source text not null, event text,
                  unique_id text, linked_id text, channel text, room text,
                  headers jsonb not null
                ) partition by range (at);
                comment on column pbx_events.at is 'by the clock of the PBX, where it tells it';
                comment on column pbx_events.received_at is 'by the clock of the worker';
                create index ix_pbx_events_call on pbx_events (linked_id, at) where linked_id is not null;
                create index ix_pbx_events_room on pbx_events (room, at) where room is not null;
                create index ix_pbx_events_order on pbx_events using brin (at, id) with (autosummarize = on, pages_per_range = 32);
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("drop table pbx_events; drop table pbx_event_sessions;");

            migrationBuilder.DropTable(
                name: "journal_positions");

            migrationBuilder.DropTable(
                name: "pbx_cel_positions");

            migrationBuilder.DropTable(
                name: "pbx_outages");

            migrationBuilder.AlterColumn<long>(
                name: "number",
                table: "wake_up_calls",
                type: "bigint",
                nullable: false,
                oldClrType: typeof(long),
                oldType: "bigint")
                .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn)
                .OldAnnotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn);

            migrationBuilder.AlterColumn<long>(
                name: "number",
                table: "knock_entries",
                type: "bigint",
                nullable: false,
                oldClrType: typeof(long),
                oldType: "bigint")
                .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn)
                .OldAnnotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn);
        }
    }
}
