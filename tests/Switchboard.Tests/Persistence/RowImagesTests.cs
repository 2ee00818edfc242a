using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using NodaTime;
using Switchboard.Features.Housekeeping;
using Switchboard.Features.WakeUpCalls;
using Switchboard.Persistence;
using Switchboard.Persistence.Local;
using Switchboard.Tests.WakeUpCalls;

namespace Switchboard.Tests.Persistence;

public sealed class RowImagesTests : IDisposable
{
    private static readonly Instant Now = Instant.FromUtc(2026, 11, 24, 22, 0, 0);
    private readonly SwitchboardDb _db;
    private readonly RowImages _images;

    public RowImagesTests()
    {
        var options = new DbContextOptionsBuilder<SwitchboardDb>();
        SwitchboardDb.Configure(options, "Host=nowhere");
        _db = new SwitchboardDb(options.Options);
        _images = new RowImages(_db.Model);
    }

    public void Dispose() => _db.Dispose();

    [Fact]
    public void A_row_comes_back_from_its_image_with_every_value_it_had()
    {
        var call = Booked();
        var attempt = call.Claim(Now);
        call.Record(attempt, new AttemptResult(AttemptOutcome.NoAnswer, Detail: "DIALSTATUS NOANSWER", SentAt: Now, EndedAt: Now + Duration.FromMilliseconds(1234)), Now + Duration.FromSeconds(2), new WakeUpOptions());
        foreach (var row in (object[])[call, attempt, new KnockEntry(new KnockRequest("wake-up", call.Id, 7, "main", "1101", "1", call.Date, call.Time, call.Zone, "no answer", call.Results), Now)])
        {
            var image = RowImages.Read<RowImage>(RowImages.Bytes(_images.Of(row)));
            var back = _images.Materialize(image);
            Assert.NotSame(row, back);
            Assert.Equal(Values(row), Values(back));
            Assert.Equal(_images.KeyOf(row), _images.KeyOf(image));
        }
    }

    [Fact]
    public void Every_entity_of_the_model_has_one_key_and_properties_that_can_be_set()
    {
        // Else it could not be kept on this machine, and that would be noticed in an outage.
        foreach (var type in _db.Model.GetEntityTypes().Where(t => t.FindPrimaryKey() is not null))
        {
            if (type.FindPrimaryKey()!.Properties.Count > 1) continue; // kept by nobody: see the next test
            Assert.NotNull(Activator.CreateInstance(type.ClrType, nonPublic: true));
            Assert.All(type.GetProperties().Where(p => p.PropertyInfo is not null), p => Assert.True(p.PropertyInfo!.SetMethod is not null, $"{type.ClrType.Name}.{p.Name}"));
        }
    }

    [Fact]
    public void Of_a_changed_row_only_its_key_and_what_changed_is_told()
    {
        var call = Booked();
        _db.Attach(call);
        call.Cancel("front-desk", "cancelled", Now);
        _db.ChangeTracker.DetectChanges();
        var image = RowImages.Of(_db.Entry(call));
        Assert.False(image.Added);
        Assert.Equal(["EndedAt", "Id", "NextAttemptAt", "State"], image.Values.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("Cancelled", image.Values["State"].GetString());
    }

    [Fact]
    public void A_list_that_was_added_to_in_place_counts_as_changed_and_its_clone_is_left_alone()
    {
        var call = Booked();
        var clone = _images.Clone(call);
        _db.Attach(clone);
        clone.Record(clone.Claim(Now), new AttemptResult(AttemptOutcome.Busy, EndedAt: Now), Now, new WakeUpOptions());
        _db.ChangeTracker.DetectChanges();
        Assert.Contains("Results", RowImages.Of(_db.Entry(clone)).Values.Keys);
        Assert.Empty(call.Results);
        Assert.Equal(WakeUpState.Booked, call.State);
    }

    [Fact]
    public void A_key_that_the_database_gives_is_not_in_the_image_of_a_new_row()
    {
        var note = new KnockNote(Guid.CreateVersion7(), Now, "confirmed 06:02");
        var image = RowImages.Of(_db.Add(note));
        Assert.DoesNotContain("Id", image.Values.Keys);
        Assert.Null(_images.KeyOf(image));
    }

    [Fact]
    public void What_another_version_wrote_is_taken_as_far_as_this_one_knows_it()
    {
        var call = Booked();
        var image = _images.Of(call);
        image.Values["AColumnOfTheNextVersion"] = JsonSerializer.SerializeToElement("new");
        Assert.Equal(call.Room, ((WakeUpCall)_images.Materialize(image)).Room);
        Assert.Throws<JsonException>(() => _images.Materialize(image with { Entity = "ATableOfTheNextVersion" }));
    }

    [Fact]
    public void The_same_attempt_and_the_same_entry_have_the_same_id_however_often_they_are_made()
    {
        var call = Booked();
        var again = _images.Clone(call);
        Assert.Equal(call.Claim(Now).Id, again.Claim(Now + Duration.FromSeconds(1)).Id);
        Assert.NotEqual(Booked().Claim(Now).Id, Booked().Claim(Now).Id);
        Assert.Equal(8, DerivedId.Of("wake-up", "1").Version);
        Assert.NotEqual(DerivedId.Of("ab", "c"), DerivedId.Of("a", "bc"));
    }

    private static WakeUpCall Booked() => A.Call();

    private Dictionary<string, string> Values(object row) => _images.Of(row).Values.ToDictionary(v => v.Key, v => v.Value.GetRawText(), StringComparer.Ordinal);
}
