using NodaTime;
using Npgsql;
using Switchboard.EventRecord;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.LabTests.EventRecord;

/// <summary>What the record promises of PostgreSQL, on the real one.</summary>
public class EventStoreTests(PostgresServer server)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_chunk_is_stored_once_also_when_it_is_given_twice()
    {
        await using var database = await server.CreateDatabaseAsync(LabHotel.Schema);
        await using var rig = new RecordRig(database.ConnectionString);
        var chunk = rig.Chunk(100);
        Assert.True(await rig.WriteAsync(chunk));
        Assert.False(await rig.WriteAsync(chunk));
        Assert.False(await rig.WriteAsync(EventChunk.FromBytes(chunk.ToBytes())));
        Assert.True(await rig.WriteAsync(rig.Chunk(10)));
        Assert.Equal("110 110 110", await SequencesAsync(rig));
        Assert.Equal(110, await rig.QueryAsync<long>("select last_sequence from pbx_event_sessions"));
    }

    [Fact]
    public async Task A_chunk_of_which_a_part_is_there_is_completed()
    {
        await using var database = await server.CreateDatabaseAsync(LabHotel.Schema);
        await using var rig = new RecordRig(database.ConnectionString);
        var chunk = rig.Chunk(100);
        Assert.True(await rig.WriteAsync(chunk.Split()!.Value.First));
        Assert.True(await rig.WriteAsync(chunk));
        Assert.False(await rig.WriteAsync(chunk));
        Assert.Equal("100 100 100", await SequencesAsync(rig));
    }

    [Fact]
    public async Task A_chunk_in_the_journal_whose_commit_was_not_answered_is_recognised()
    {
        await using var database = await server.CreateDatabaseAsync(LabHotel.Schema);
        await using var rig = new RecordRig(database.ConnectionString);
        var committed = rig.Chunk(100);
        Assert.True(await rig.WriteAsync(committed));
        rig.Journal.Append(committed);
        rig.Journal.Append(rig.Chunk(10));
        rig.Start();
        await rig.HearAsync("Event: Later\r\n");
        Assert.True(await Eventually.TrueAsync(async () => await rig.QueryAsync<long>("select count(*) from pbx_events where event = 'Later'") == 1, Patience), rig.Log);
        Assert.Equal("111 111 111", await SequencesAsync(rig));
        Assert.True(rig.Journal.IsEmpty);
    }

    [Fact]
    public async Task Whatever_bytes_and_texts_an_event_holds_it_is_stored_and_can_be_read()
    {
        await using var database = await server.CreateDatabaseAsync(LabHotel.Schema);
        await using var rig = new RecordRig(database.ConnectionString);
        var longest = new string('长', 20_000);
        Assert.True(await rig.WriteAsync(rig.Chunk(
            "Event: A\r\nUniqueid: 1\0\r\nAppData: 王小明 😀 \\u0000 \"}' \t\u0001\u001b\r\n",
            $"Event: B\r\nUniqueid: {longest}\r\nLinkedid: {longest}\r\nChannel: {longest}\r\n",
            "Event: C\r\n房间: 一\r\n房间: 二\r\nkey: 1\r\nKEY: 2\r\n\0: 3\r\nno colon\r\n",
            "Event: '; drop table pbx_events; --\r\n")));
        Assert.Equal("王小明 😀 \\u0000 \"}' \t\u0001\u001b", await rig.QueryAsync<string>("select headers->>'AppData' from pbx_events where event = 'A'"));
        Assert.Equal("1\uFFFD", await rig.QueryAsync<string>("select unique_id from pbx_events where event = 'A'"));
        Assert.Equal(longest, await rig.QueryAsync<string>("select headers->>'Uniqueid' from pbx_events where event = 'B'"));
        Assert.Equal("[\"一\", \"二\"] [\"1\", \"2\"] 3 no colon", await rig.QueryAsync<string>(
            "select concat_ws(' ', headers->>'房间', headers->>'key', headers->>U&'\\FFFD', headers->>'') from pbx_events where event = 'C'"));
        Assert.Equal("4 4 4", await SequencesAsync(rig));
    }

    [Fact]
    public async Task A_row_that_the_database_refuses_is_told_and_holds_up_no_other()
    {
        await using var database = await server.CreateDatabaseAsync(LabHotel.Schema);
        await using var rig = new RecordRig(database.ConnectionString);
        Assert.True(await rig.WriteAsync(rig.Chunk(1)));
        await rig.QueryAsync<object>($"alter table {EventPartitions.NameOf(Today)} add constraint not_this_one check (event <> 'Refused')");
        rig.Start();
        for (var i = 2; i <= 200; i++) await rig.HearAsync(i == 77 ? "Event: Refused\r\n" : "Event: Fine\r\n");
        Assert.True(await Eventually.TrueAsync(() => rig.Counted(RecordRig.Stored) == 198, Patience), rig.Log);
        Assert.Equal("199 199 200", await SequencesAsync(rig));
        Assert.Equal(0, await rig.QueryAsync<long>("select count(*) from pbx_events where sequence = 77"));
        Assert.Equal(1, rig.Counted(RecordRig.Lost));
        Assert.Contains($"Error PostgreSQL refuses an event for what it is (event, 77 of session {rig.Session.Id}), it is left out:", rig.Log, StringComparison.Ordinal);
        Assert.True(rig.Journal.IsEmpty);
    }

    [Fact]
    public async Task The_day_of_an_event_is_made_when_nobody_expected_it_and_made_again_when_somebody_dropped_it()
    {
        await using var database = await server.CreateDatabaseAsync(LabHotel.Schema);
        await using var rig = new RecordRig(database.ConnectionString);
        var yesterday = SystemClock.Instance.GetCurrentInstant() - Duration.FromHours(23);
        var (first, second) = (rig.Chunk($"Event: Old\r\nTimestamp: {yesterday.ToUnixTimeSeconds()}.5\r\n", "Event: New\r\n"), rig.Chunk(10));
        Assert.True(await rig.WriteAsync(first));
        Assert.Equal(yesterday.InUtc().Date == Today ? 1 : 2, await rig.QueryAsync<long>("select count(*) from pg_inherits where inhparent = 'pbx_events'::regclass"));
        await rig.QueryAsync<object>($"drop table {EventPartitions.NameOf(Today)}");
        Assert.True(await rig.WriteAsync(second));
        Assert.Equal(10, await rig.QueryAsync<long>($"select count(*) from {EventPartitions.NameOf(Today)}"));
    }

    [Fact]
    public async Task Coming_days_are_made_ahead_and_days_older_than_the_retention_are_dropped_and_nothing_else()
    {
        await using var database = await server.CreateDatabaseAsync(LabHotel.Schema);
        await using var rig = new RecordRig(database.ConnectionString, new EventRecordOptions { RetentionDays = 30 });
        await using var connection = await rig.OpenAsync();
        var now = SystemClock.Instance.GetCurrentInstant();
        await rig.Partitions.EnsureAsync(connection, now - Duration.FromDays(32), now - Duration.FromDays(29), CancellationToken.None);
        await rig.QueryAsync<object>("create table pbx_events_attic partition of pbx_events for values from ('2001-01-01') to ('2002-01-01')");
        var dropped = await rig.Partitions.KeepAsync(connection, now, CancellationToken.None);
        Assert.Equal([EventPartitions.NameOf(Today.PlusDays(-32)), EventPartitions.NameOf(Today.PlusDays(-31))], dropped);
        string[] expected = [.. new[] { -30, -29, 0, 1, 2, 3, 4, 5, 6, 7 }.Select(d => EventPartitions.NameOf(Today.PlusDays(d))), "pbx_events_attic"];
        Assert.Equal(string.Join(' ', expected), await rig.QueryAsync<string>(
            "select string_agg(c.relname, ' ' order by c.relname) from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'pbx_events'::regclass"));
        Assert.Empty(await rig.Partitions.KeepAsync(connection, now, CancellationToken.None));
    }

    [Fact]
    public async Task An_old_day_that_somebody_reads_is_dropped_another_time()
    {
        await using var database = await server.CreateDatabaseAsync(LabHotel.Schema);
        await using var rig = new RecordRig(database.ConnectionString, new EventRecordOptions { RetentionDays = 1 });
        await using var connection = await rig.OpenAsync();
        var now = SystemClock.Instance.GetCurrentInstant();
        await rig.Partitions.EnsureAsync(connection, now - Duration.FromDays(5), now - Duration.FromDays(5), CancellationToken.None);
        await using (var reader = await rig.OpenAsync())
        await using (var reading = await reader.BeginTransactionAsync())
        {
            await using var read = new NpgsqlCommand("select count(*) from pbx_events", reader, reading);
            await read.ExecuteScalarAsync();
            var refused = await Assert.ThrowsAsync<PostgresException>(() => rig.Partitions.KeepAsync(connection, now, CancellationToken.None));
            Assert.Equal(PostgresErrorCodes.LockNotAvailable, refused.SqlState);
            // Days ahead do not wait for readers, nor do events.
            Assert.Equal(9, await rig.QueryAsync<long>("select count(*) from pg_inherits where inhparent = 'pbx_events'::regclass"));
            Assert.True(await rig.WriteAsync(rig.Chunk(10)));
        }

        Assert.Single(await rig.Partitions.KeepAsync(connection, now, CancellationToken.None));
    }

    [Fact]
    public async Task What_comes_while_PostgreSQL_is_killed_and_away_waits_in_the_journal_and_is_stored_in_its_order_and_once()
    {
        await using var postgres = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        await using var rig = new RecordRig(postgres.ConnectionString);
        rig.Start();
        using var enough = new CancellationTokenSource();
        var hearing = Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                for (var i = 0; i < 100; i++) await rig.HearAsync($"Event: Newstate\r\nUniqueid: 1764000000.{i}\r\nChannel: PJSIP/1203-0000001a\r\n");
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
            }
        });
        for (var kill = 0; kill < 3; kill++)
        {
            var stored = rig.Counted(RecordRig.Stored);
            Assert.True(await Eventually.TrueAsync(() => rig.Counted(RecordRig.Stored) > stored + 1000, Patience), rig.Log);
            await postgres.KillAsync();
            Assert.True(await Eventually.TrueAsync(() => !rig.Journal.IsEmpty, Patience), rig.Log);
            await postgres.StartAsync();
            Assert.True(await Eventually.TrueAsync(() => rig.Journal.IsEmpty, Patience), rig.Log);
        }

        await enough.CancelAsync();
        await hearing;
        await rig.StopAsync();
        var heard = rig.LastSequence;
        Assert.Equal($"{heard} {heard} {heard}", await SequencesAsync(rig));
        Assert.Equal(0, await rig.QueryAsync<long>("select count(*) from (select sequence - lag(sequence) over (order by id) d from pbx_events) x where d <> 1"));
        Assert.Equal(0, rig.Counted(RecordRig.Lost));
        Assert.Contains("Warning The event record: PostgreSQL does not take events, they are kept in the journal", rig.Log, StringComparison.Ordinal);
        Assert.Contains("events were stored from the journal; it is empty again", rig.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_the_journal_is_full_as_well_events_are_lost_loudly_and_the_gap_is_on_record_with_its_count()
    {
        await using var postgres = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        await using var rig = new RecordRig(postgres.ConnectionString, journalLimit: 100_000);
        rig.Start();
        await rig.HearAsync("Event: Before\r\n");
        Assert.True(await Eventually.TrueAsync(() => rig.Counted(RecordRig.Stored) == 1, Patience), rig.Log);
        await postgres.KillAsync();
        for (var batch = 0; batch < 10_000 && rig.Counted(RecordRig.Lost) == 0; batch++)
        {
            for (var i = 0; i < 20; i++) await rig.HearAsync($"Event: Meanwhile\r\nFilling: {new string('x', 500)}\r\n");
            rig.Queue.Flush();
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }

        Assert.True(await Eventually.TrueAsync(() => rig.Log.Contains("events of the PBX are lost: the journal in", StringComparison.Ordinal), Patience), rig.Log);
        Assert.Contains("% full", rig.Log, StringComparison.Ordinal);
        await postgres.StartAsync();
        Assert.True(await Eventually.TrueAsync(() => rig.Journal.IsEmpty && rig.Queue.Bytes == 0, Patience), rig.Log);
        await rig.HearAsync("Event: After\r\n");
        Assert.True(await Eventually.TrueAsync(async () => await rig.QueryAsync<long>("select count(*) from pbx_outages") > 0, Patience), rig.Log);
        await rig.StopAsync();

        var lost = await rig.QueryAsync<long>("select sum(lost)::bigint from pbx_outages where cause = 'journal full' and pbx = 'main'");
        Assert.Equal(rig.Counted(RecordRig.Lost), lost);
        Assert.Equal(rig.LastSequence, await rig.QueryAsync<long>("select count(*) from pbx_events") + lost);
        Assert.Equal(1, await rig.QueryAsync<long>("select count(*) from pbx_events where event = 'After'"));
        Assert.Equal(0, await rig.QueryAsync<long>("select count(*) - count(distinct sequence) from pbx_events"));
    }

    private static LocalDate Today => SystemClock.Instance.GetCurrentInstant().InUtc().Date;

    /// <summary>Rows, different sequences, and the last sequence.</summary>
    private static async Task<string?> SequencesAsync(RecordRig rig) =>
        await rig.QueryAsync<string>("select concat_ws(' ', count(*), count(distinct sequence), max(sequence)) from pbx_events");
}
