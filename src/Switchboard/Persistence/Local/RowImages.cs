using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;
using NodaTime;
using NodaTime.Serialization.SystemTextJson;

namespace Switchboard.Persistence.Local;

/// <summary>A row as it stands in a file of ours.</summary>
/// <param name="Entity">The entity's name in the model.</param>
/// <param name="Added">The row was new; else only what changed of it (and its key) is here.</param>
/// <param name="Values">By the names of the entity's properties.</param>
internal sealed record RowImage(string Entity, bool Added, Dictionary<string, JsonElement> Values);

/// <summary>Turns entities into images and back, by EF's own model, so that no feature needs a second description of what it stores.</summary>
internal sealed class RowImages
{
    private static readonly JsonSerializerOptions Json = MakeOptions();
    private readonly Dictionary<string, IEntityType> _types;

    public RowImages(IModel model) => _types = model.GetEntityTypes().ToDictionary(t => t.ClrType.Name, StringComparer.Ordinal);

    public static byte[] Bytes<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Json);

    public static T Read<T>(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize<T>(json, Json) ?? throw new JsonException("empty");

    /// <summary>What a commit would write of it.</summary>
    public static RowImage Of(EntityEntry entry)
    {
        var added = entry.State == EntityState.Added;
        var values = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in entry.Properties)
        {
            var meta = property.Metadata;
            if (!Kept(meta) || (added && IsGivenByTheDatabase(meta)) || (!added && !property.IsModified && !meta.IsPrimaryKey())) continue;
            values[meta.Name] = JsonSerializer.SerializeToElement(property.CurrentValue, meta.ClrType, Json);
        }

        return new RowImage(entry.Metadata.ClrType.Name, added, values);
    }

    /// <summary>The whole of it.</summary>
    public RowImage Of(object entity)
    {
        var type = TypeOf(entity);
        return new RowImage(type.ClrType.Name, true, type.GetProperties().Where(Kept).ToDictionary(
            p => p.Name, p => JsonSerializer.SerializeToElement(p.PropertyInfo!.GetValue(entity), p.ClrType, Json), StringComparer.Ordinal));
    }

    /// <summary>A new instance of it, of what is known.</summary>
    /// <exception cref="JsonException">It does not fit the model.</exception>
    public object Materialize(RowImage image)
    {
        var entity = Activator.CreateInstance(TypeOf(image.Entity).ClrType, nonPublic: true)!;
        foreach (var (name, value) in Values(image)) TypeOf(image.Entity).FindProperty(name)!.PropertyInfo!.SetValue(entity, value);
        return entity;
    }

    /// <summary>A copy that may be changed.</summary>
    public T Clone<T>(T entity) where T : class
    {
        var copy = (T)Activator.CreateInstance(entity.GetType(), nonPublic: true)!;
        foreach (var property in TypeOf(entity).GetProperties())
        {
            if (property.PropertyInfo is not { } info) continue;
            var value = info.GetValue(entity);
            // A list is the only thing in an entity that can be changed in place.
            info.SetValue(copy, value is List<string> list ? new List<string>(list) : value);
        }

        return copy;
    }

    /// <summary>What the image says, in the types of the model; columns that the model does not know (any more) are left out.</summary>
    public IEnumerable<(string Name, object? Value)> Values(RowImage image)
    {
        var type = TypeOf(image.Entity);
        foreach (var (name, json) in image.Values)
        {
            if (type.FindProperty(name) is { } property) yield return (name, json.Deserialize(property.ClrType, Json));
        }
    }

    /// <summary>The row's key, or null where the database gives it.</summary>
    public object? KeyOf(RowImage image)
    {
        var key = Key(TypeOf(image.Entity));
        return image.Values.TryGetValue(key.Name, out var value) ? value.Deserialize(key.ClrType, Json) : null;
    }

    public object KeyOf(object entity) => Key(TypeOf(entity)).PropertyInfo!.GetValue(entity)!;

    public IEntityType TypeOf(string name) => _types.TryGetValue(name, out var type) ? type : throw new JsonException($"there is no entity '{name}' in this version");

    public IEntityType TypeOf(object entity) => TypeOf(entity.GetType().Name);

    /// <summary>Names that the image must not bring to a row that exists: the key, and what the database has given.</summary>
    public bool IsFixed(RowImage image, string name)
    {
        var property = TypeOf(image.Entity).FindProperty(name)!;
        return property.IsPrimaryKey() || (image.Added && property.ValueGenerated == ValueGenerated.OnAdd);
    }

    private static IProperty Key(IEntityType type) => type.FindPrimaryKey()!.Properties.Single();

    // The row version is the database's own.
    private static bool Kept(IProperty property) => !property.IsConcurrencyToken && property.PropertyInfo is not null;

    private static bool IsGivenByTheDatabase(IProperty property) => property.IsPrimaryKey() && property.ValueGenerated == ValueGenerated.OnAdd;

    private static JsonSerializerOptions MakeOptions()
    {
        var json = new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        json.Converters.Add(new JsonStringEnumConverter());
        return json.ConfigureForNodaTime(DateTimeZoneProviders.Bcl);
    }
}
