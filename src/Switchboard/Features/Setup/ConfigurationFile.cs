using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Switchboard.Cli;

namespace Switchboard.Features.Setup;

/// <summary>An appsettings.json that is changed key by key; what nobody asked about stays as it is.</summary>
internal sealed class ConfigurationFile
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly JsonObject _root;

    private ConfigurationFile(JsonObject root) => _root = root;

    /// <summary>Reads it; an empty one where there is none.</summary>
    /// <exception cref="CliException">It is there and cannot be read.</exception>
    public static ConfigurationFile Read(string path)
    {
        try
        {
            if (!File.Exists(path)) return new([]);
            return new(JsonNode.Parse(File.ReadAllText(path), documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }) as JsonObject
                ?? throw new JsonException("it is not an object"));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CliException(ExitCodes.Refused, $"{path} cannot be read: {unreadable.Message} Nothing was changed");
        }
    }

    /// <summary>The value of a key such as <c>Pbx:Host</c>, as text; null where there is none.</summary>
    public string? this[string key]
    {
        get
        {
            if (Find(_root, key) is { } flat) return TextOf(_root[flat]);
            JsonNode? node = _root;
            foreach (var part in key.Split(':')) node = node is JsonObject section && Find(section, part) is { } name ? section[name] : null;
            return TextOf(node);
        }
    }

    /// <summary>Sets a key, or removes it (null), however it was written: as <c>Section:Key</c> or in its section.</summary>
    public void Set(string key, JsonNode? value)
    {
        if (Find(_root, key) is { } flat) _root.Remove(flat);
        var parts = key.Split(':');
        var section = _root;
        foreach (var part in parts[..^1])
        {
            var name = Find(section, part);
            if (name is not null && section[name] is JsonObject inner)
            {
                section = inner;
                continue;
            }

            if (value is null) return;
            if (name is not null) section.Remove(name);
            var made = new JsonObject();
            section[part] = made;
            section = made;
        }

        var own = Find(section, parts[^1]);
        if (value is null)
        {
            if (own is not null) section.Remove(own);
            return;
        }

        // In its place, under its name.
        section[own ?? parts[^1]] = value;
    }

    public byte[] ToBytes() => Encoding.UTF8.GetBytes(_root.ToJsonString(Indented) + "\n");

    private static string? Find(JsonObject section, string name) => section.Select(entry => entry.Key).FirstOrDefault(key => key.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static string? TextOf(JsonNode? node) => node is JsonValue value ? value.ToString() : null;
}
