using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NodaTime;
using Switchboard.Features.Housekeeping;
using Switchboard.Features.WakeUpCalls;
using Switchboard.Persistence;
using Switchboard.Persistence.Local;
using Switchboard.Tests.WakeUpCalls;

namespace Switchboard.Tests.Persistence;

public sealed class LocalCopyTests : IDisposable
{
    private static readonly Instant Now = Instant.FromUtc(2026, 11, 24, 22, 0, 0);
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"swb-copy-{Guid.NewGuid():N}");
    private readonly FakeTimeProvider _time = new(Now.ToDateTimeOffset());
    private readonly RowImages _images;

    public LocalCopyTests()
    {
        var options = new DbContextOptionsBuilder<SwitchboardDb>();
        SwitchboardDb.Configure(options, "Host=nowhere");
        using var db = new SwitchboardDb(options.Options);
        _images = new RowImages(db.Model);
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void What_was_changed_while_the_database_was_read_is_newer_than_what_was_read()
    {
        var copy = new LocalCopy();
        var (kept, gone, old) = (A.Call(), A.Call(), A.Call());
        copy.Put(old, old.Id);
        copy.BeginFilling();
        var changed = _images.Clone(kept);
        changed.Cancel("front-desk", "cancelled", Now);
        copy.Put(changed, changed.Id);
        copy.Remove(typeof(WakeUpCall), gone.Id);
        copy.Fill([(kept, kept.Id), (gone, gone.Id)]);
        Assert.Same(changed, copy.Find<WakeUpCall>(kept.Id));
        Assert.Null(copy.Find<WakeUpCall>(gone.Id));
        Assert.Null(copy.Find<WakeUpCall>(old.Id)); // nobody wants it any more
    }

    [Fact]
    public void Rows_without_a_key_yet_are_all_kept()
    {
        var copy = new LocalCopy();
        var entry = Guid.CreateVersion7();
        copy.Put(new KnockNote(entry, Now, "one"), null);
        copy.Put(new KnockNote(entry, Now, "two"), null);
        Assert.Equal(["one", "two"], copy.Where<KnockNote>(n => n.KnockEntryId == entry).Select(n => n.Text).Order());
    }

    [Fact]
    public async Task The_next_life_finds_the_snapshot_and_every_change_behind_it()
    {
        var (stays, changes, goes, comes) = (A.Call(), A.Call(), A.Call(), A.Call());
        using (var file = File(out var copy))
        {
            foreach (var call in (WakeUpCall[])[stays, changes, goes]) copy.Put(call, call.Id);
            file.WriteSnapshot();
            var changed = _images.Clone(changes);
            changed.ChangeTime(new WakeUpTime(new LocalDate(2026, 11, 26), new LocalTime(7, 0), "Asia/Shanghai", Now + Duration.FromHours(25)), "front-desk", Now);
            file.Put(changed);
            file.Remove(goes);
            file.Put(comes);
            await WrittenAsync(file);
        }

        using var next = File(out var found);
        Assert.True(next.Load(Now + Duration.FromHours(23)));
        Assert.Equal(new[] { stays.Id, changes.Id, comes.Id }.Order(), found.Where<WakeUpCall>(_ => true).Select(c => c.Id).Order());
        Assert.Equal(new LocalTime(7, 0), found.Find<WakeUpCall>(changes.Id)!.Time);
    }

    [Fact]
    public void A_newer_snapshot_ends_what_it_no_longer_holds()
    {
        var (first, second) = (A.Call(), A.Call());
        using (var file = File(out var copy))
        {
            copy.Put(first, first.Id);
            file.WriteSnapshot();
            copy.Remove(typeof(WakeUpCall), first.Id);
            copy.Put(second, second.Id);
            file.WriteSnapshot();
        }

        using var next = File(out var found);
        Assert.True(next.Load(Now));
        Assert.Equal([second.Id], found.Where<WakeUpCall>(_ => true).Select(c => c.Id));
    }

    [Fact]
    public void A_copy_of_more_than_a_day_ago_is_not_rung_from()
    {
        var call = A.Call();
        using (var file = File(out var copy))
        {
            copy.Put(call, call.Id);
            file.WriteSnapshot();
        }

        using var next = File(out var found);
        Assert.False(next.Load(Now + Duration.FromHours(25)));
        Assert.Empty(found.All());
    }

    [Fact]
    public void Without_a_whole_snapshot_there_is_no_copy()
    {
        using var file = File(out _);
        Assert.False(file.Load(Now));
    }

    [Fact]
    public void A_number_is_given_once_also_over_lives_and_null_where_none_is_left()
    {
        Directory.CreateDirectory(_folder);
        var path = Path.Combine(_folder, "numbers.json");
        System.IO.File.WriteAllText(path, """{"wake_up_calls":[10000001,10000002]}""");
        Assert.Equal(10000001, Stock(path).Take("wake_up_calls"));
        Assert.Equal(10000002, Stock(path).Take("wake_up_calls"));
        Assert.Null(Stock(path).Take("wake_up_calls"));
        Assert.Null(Stock(path).Take("knock_entries"));
        System.IO.File.WriteAllText(path, "half of a fi");
        Assert.Null(Stock(path).Take("wake_up_calls"));
    }

    [Fact]
    public void A_number_that_could_not_be_noted_as_given_is_given_to_nobody_and_is_the_next_one_again()
    {
        Directory.CreateDirectory(_folder);
        var path = Path.Combine(_folder, "numbers.json");
        System.IO.File.WriteAllText(path, """{"deliveries":[10000001,10000002]}""");
        var stock = Stock(path);
        Directory.Delete(_folder, recursive: true);
        Assert.ThrowsAny<IOException>(() => stock.Take("deliveries"));
        Directory.CreateDirectory(_folder);
        Assert.Equal(10000001, stock.Take("deliveries"));
    }

    private static NumberStock Stock(string path)
    {
        var stock = new NumberStock(path);
        stock.Load();
        return stock;
    }

    private LocalCopyFile File(out LocalCopy copy)
    {
        copy = new LocalCopy();
        var file = new LocalCopyFile(copy, _images, _time, NullLogger.Instance);
        file.Open(_folder);
        return file;
    }

    // Ends when everything that waits is written.
    private static async Task WrittenAsync(LocalCopyFile file)
    {
        file.Complete();
        await file.RunAsync(CancellationToken.None);
    }
}
