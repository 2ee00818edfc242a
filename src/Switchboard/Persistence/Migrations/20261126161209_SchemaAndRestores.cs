using System;
using Microsoft.EntityFrameworkCore.Migrations;
using NodaTime;

#nullable disable

namespace Switchboard.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class SchemaAndRestores : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "database_restores",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false, defaultValueSql: "gen_random_uuid()"),
                    backup_taken_at = table.Column<Instant>(type: "timestamp with time zone", nullable: false),
                    restored_at = table.Column<Instant>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    backup = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_database_restores", x => x.id);
                    table.CheckConstraint("ck_database_restores_order", "backup_taken_at <= restored_at");
                });

            migrationBuilder.CreateTable(
                name: "switchboard_schema",
                columns: table => new
                {
                    number = table.Column<int>(type: "integer", nullable: false),
                    oldest_worker = table.Column<int>(type: "integer", nullable: false),
                    migrated_at = table.Column<Instant>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    version = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_switchboard_schema", x => x.number);
                });

            migrationBuilder.CreateTable(
                name: "database_restore_settlements",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    restore_id = table.Column<Guid>(type: "uuid", nullable: false),
                    pbx = table.Column<string>(type: "text", nullable: false),
                    missed = table.Column<int>(type: "integer", nullable: false),
                    settled_at = table.Column<Instant>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_database_restore_settlements", x => x.id);
                    table.ForeignKey(
                        name: "fk_database_restore_settlements_database_restores_restore_id",
                        column: x => x.restore_id,
                        principalTable: "database_restores",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_database_restore_settlements_restore_id",
                table: "database_restore_settlements",
                column: "restore_id");

            // What deploy/restore has left in a database from before these tables.
            migrationBuilder.Sql("""
                do $$
                begin
                  if to_regclass('switchboard_restore_mark') is not null then
                    insert into database_restores (backup_taken_at, restored_at, backup) select backup_taken_at, restored_at, backup from switchboard_restore_mark;
                    drop table switchboard_restore_mark;
                  end if;
                end $$
                """);
            SchemaVersion.Record(migrationBuilder, number: 7, oldestWorker: 6);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "database_restore_settlements");

            migrationBuilder.DropTable(
                name: "switchboard_schema");

            migrationBuilder.DropTable(
                name: "database_restores");
        }
    }
}
