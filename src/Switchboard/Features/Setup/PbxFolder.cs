using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Switchboard.Cli;

namespace Switchboard.Features.Setup;

/// <summary>What was written into a PBX's folders, kept there itself: what is not in it is not ours to take away.</summary>
internal sealed class PbxManifest
{
    /// <summary>Path to what we wrote.</summary>
    public Dictionary<string, WrittenFile> Files { get; init; } = [];

    /// <summary>Path of a file with a block of ours.</summary>
    public Dictionary<string, HookedFile> Hooks { get; init; } = [];

    public List<string> Folders { get; init; } = [];
}

/// <param name="Sha256">Of what we wrote.</param>
/// <param name="Before">Where what stood there before is kept.</param>
internal sealed record WrittenFile(string Sha256, string? Before);

/// <param name="Made">There was no such file.</param>
/// <param name="Backups">Copies from before each change.</param>
internal sealed record HookedFile(bool Made, List<string> Backups);

/// <summary>Adds a plan to a PBX's folders, once or again, and takes it out again to the byte.</summary>
internal sealed class PbxFolder(PbxPlace place, OwnedFiles owned)
{
    private const string ManifestName = ".switchboard-setup.json";
    private const UnixFileMode OthersMay = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    private readonly PbxManifest _manifest = ReadManifest(place.Folder);
    private readonly List<string> _did = [];

    private string ManifestFile => Path.Combine(place.Folder, ManifestName);

    // Owner and mode of what we add: as the PBX's own.
    private string Like => File.Exists(Path.Combine(place.Folder, "extensions.conf")) ? Path.Combine(place.Folder, "extensions.conf") : place.Folder;

    /// <summary>Writes what is not so already; what was done, a line each.</summary>
    public IReadOnlyList<string> Apply(PbxPlan plan, Bundle bundle, IReadOnlyList<string> languages)
    {
        foreach (var file in plan.Files) WriteFile(file);
        foreach (var hook in plan.Hooks) WriteHook(hook);
        // Of an earlier version, or no longer wanted.
        foreach (var old in _manifest.Hooks.Keys.Where(path => plan.Hooks.All(hook => Path.Combine(place.Folder, hook.Name) != path)).ToList()) TakeHook(old);
        foreach (var language in languages)
        {
            var sounds = Path.Combine(place.Data, "sounds", language);
            CopyAll(bundle.Sounds(language), Path.Combine(sounds, "switchboard"), $"prompts ({language})");
            if (!place.TransferSound) CopyTransferSound(bundle.Sounds(language), sounds);
        }

        CopyAll(Path.Combine(bundle.Folder, "moh-welcome"), Path.Combine(place.Data, "moh-welcome"), "music");
        MakeMessagesFolder();
        if (_did.Count > 0) Save();
        return _did;
    }

    /// <summary>Takes out what was written, and nothing else; what was done and what was left, a line each.</summary>
    public IReadOnlyList<string> Remove()
    {
        if (!File.Exists(ManifestFile)) return [];
        foreach (var path in _manifest.Hooks.Keys.ToList()) TakeHook(path);
        foreach (var (path, written) in _manifest.Files) TakeFile(path, written);
        foreach (var folder in _manifest.Folders.OrderByDescending(folder => folder.Length).Where(Directory.Exists))
        {
            if (!Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
            else _did.Add($"{folder} is left: it is not empty");
        }

        File.Delete(ManifestFile);
        return _did;
    }

    private void WriteFile(PlannedFile file)
    {
        var path = Path.Combine(place.Folder, file.Name);
        var content = Encoding.UTF8.GetBytes(file.Text);
        var known = _manifest.Files.GetValueOrDefault(path);
        string? before = known?.Before;
        if (File.Exists(path))
        {
            var now = File.ReadAllBytes(path);
            if (file.Kept) return;
            if (now.AsSpan().SequenceEqual(content))
            {
                // Put there by hand, as it should be: it stays when we go.
                return;
            }

            // Somebody's own, or ours with somebody's changes.
            if (known is null || known.Sha256 != Hash(now))
            {
                var copy = owned.Keep(path);
                before ??= known is null ? copy : null;
                _did.Add($"{path}: what stood there is kept as {Path.GetFileName(copy)}");
            }
        }

        Remember(path, content, before);
        OwnedFiles.WriteLike(Like, path, content, file.Secret ? OthersMay : UnixFileMode.None);
        _did.Add($"{path} written");
    }

    private void WriteHook(PlannedHook hook)
    {
        var path = Path.Combine(place.Folder, hook.Name);
        var exists = File.Exists(path);
        var now = exists ? Latin(File.ReadAllBytes(path)) : "";
        var wanted = OurBlock.Put(now, hook.Lines);
        if (exists && wanted == now) return;
        var known = _manifest.Hooks.GetValueOrDefault(path) ?? new(!exists, []);
        _manifest.Hooks[path] = known;
        if (exists) known.Backups.Add(owned.Keep(path));
        Save();
        OwnedFiles.WriteLike(exists ? path : Like, path, Latin(wanted));
        _did.Add($"{path}: {string.Join(", ", hook.Lines)}{(exists ? $" (before: {Path.GetFileName(known.Backups[^1])})" : "")}");
    }

    private void TakeHook(string path)
    {
        var known = _manifest.Hooks[path];
        _manifest.Hooks.Remove(path);
        if (!File.Exists(path)) return;
        var now = Latin(File.ReadAllBytes(path));
        var without = OurBlock.Take(now);
        if (known.Made && without.Length == 0) File.Delete(path);
        else if (without != now) OwnedFiles.WriteLike(path, path, Latin(without));
        _did.Add($"{path}: as it was");
        foreach (var backup in known.Backups.Where(File.Exists))
        {
            if (OurBlock.Take(Latin(File.ReadAllBytes(backup))) == without) File.Delete(backup);
            else _did.Add($"{backup} is left: {Path.GetFileName(path)} was changed by somebody else since");
        }
    }

    private void TakeFile(string path, WrittenFile written)
    {
        if (!File.Exists(path)) return;
        if (Hash(File.ReadAllBytes(path)) != written.Sha256)
        {
            _did.Add($"{path} is left: somebody has changed it since it was written");
            return;
        }

        if (written.Before is { } before && File.Exists(before)) File.Move(before, path, overwrite: true);
        else File.Delete(path);
    }

    private void CopyAll(string from, string to, string what)
    {
        if (Directory.Exists(from)) Copy([.. Directory.EnumerateFiles(from).Order(StringComparer.Ordinal).Select(file => (file, Path.GetFileName(file)))], to, what);
    }

    // An Asterisk that plays its own sound before a transfer puts nobody through where it has none in the phone's language.
    private void CopyTransferSound(string from, string to)
    {
        const string Name = "pbx-transfer";
        var ours = Path.Combine(to, Name + ".wav");
        if (_manifest.Files.ContainsKey(ours) || !Directory.Exists(to) || Directory.GetFiles(to, Name + ".*").Length == 0) Copy([(Path.Combine(from, "transfer-to.wav"), Name + ".wav")], to, "Asterisk's own");
    }

    private void Copy(IReadOnlyList<(string From, string Name)> files, string to, string what)
    {
        MakeFolder(to);
        List<(string From, string To)> copied = [];
        var kept = 0;
        foreach (var (file, name) in files)
        {
            var path = Path.Combine(to, name);
            var content = File.ReadAllBytes(file);
            if (File.Exists(path))
            {
                var now = File.ReadAllBytes(path);
                if (now.AsSpan().SequenceEqual(content)) continue;
                // Such as the hotel's name, spoken by make-prompts.
                if (_manifest.Files.GetValueOrDefault(path)?.Sha256 != Hash(now))
                {
                    kept++;
                    continue;
                }
            }

            _manifest.Files[path] = new(Hash(content), null);
            copied.Add((file, path));
        }

        if (copied.Count == 0) return;
        Save();
        foreach (var (file, path) in copied)
        {
            File.Copy(file, path, overwrite: true);
            OwnedFiles.SetMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }

        OwnedFiles.GiveLike(place.Data, [.. copied.Select(file => file.To)]);
        _did.Add($"{to}: {copied.Count} files of {what}{(kept > 0 ? $"; {kept} that are not ours were left as they are" : "")}");
    }

    // Callers' recordings: Asterisk's and the worker's, and nobody else's.
    private void MakeMessagesFolder()
    {
        var spool = Path.GetDirectoryName(place.Messages)!;
        if (Directory.Exists(place.Messages) || !Directory.Exists(spool)) return;
        MakeFolder(place.Messages, spool);
        OwnedFiles.GiveToGroup(place.Messages);
        OwnedFiles.SetMode(place.Messages, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.SetGroup);
        _did.Add($"{place.Messages} made for callers' messages");
    }

    private void MakeFolder(string folder, string? like = null)
    {
        if (Directory.Exists(folder)) return;
        var parent = Path.GetDirectoryName(folder)!;
        MakeFolder(parent);
        _manifest.Folders.Add(folder);
        Save();
        Directory.CreateDirectory(folder);
        OwnedFiles.SetMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        OwnedFiles.GiveLike(like ?? parent, folder);
    }

    private void Remember(string path, byte[] content, string? before)
    {
        _manifest.Files[path] = new(Hash(content), before);
        Save();
    }

    // Before each change: a setup that is broken off can be taken out as well.
    private void Save() => OwnedFiles.WriteLike(Like, ManifestFile, JsonSerializer.SerializeToUtf8Bytes(_manifest, Json), OthersMay);

    private static PbxManifest ReadManifest(string folder)
    {
        var file = Path.Combine(folder, ManifestName);
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize<PbxManifest>(File.ReadAllBytes(file)) ?? new() : new();
        }
        catch (JsonException broken)
        {
            throw new CliException(ExitCodes.Refused, $"{file} cannot be read: {broken.Message} Nothing was changed");
        }
    }

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    // Byte for byte, whatever encoding the hotel's files are in.
    private static string Latin(byte[] content) => Encoding.Latin1.GetString(content);

    private static byte[] Latin(string text) => Encoding.Latin1.GetBytes(text);
}
