using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Switchboard.Journal;

namespace Switchboard.Persistence.Local;

/// <summary>Numbers that were reserved at the database, so that a booking taken without it has its final number at once.</summary>
internal sealed class NumberStock(string path)
{
    private readonly Lock _lock = new();
    private Dictionary<string, List<long>> _numbers = [];

    public void Load()
    {
        try
        {
            if (File.Exists(path)) _numbers = JsonSerializer.Deserialize<Dictionary<string, List<long>>>(File.ReadAllBytes(path)) ?? [];
        }
        catch (JsonException)
        {
            // Numbers of a file that cannot be read are given to nobody.
            _numbers = [];
        }
    }

    /// <summary>Fills the stock up to so many where it has become low.</summary>
    public async Task ReserveAsync(SwitchboardDb db, string table, int wanted, CancellationToken ct)
    {
        if (Left(table) >= wanted / 2) return;
        // A range of its own: the numbers that are given every day stay short and without holes.
        var more = await db.Database.SqlQuery<long>(
            $"select nextval('reserved_numbers') as \"Value\" from generate_series(1, {wanted - Left(table)})").ToListAsync(ct);
        lock (_lock)
        {
            _numbers[table] = [.. _numbers.GetValueOrDefault(table, []), .. more];
            Save();
        }
    }

    /// <summary>The next number; null when none is left.</summary>
    public long? Take(string table)
    {
        lock (_lock)
        {
            if (!_numbers.TryGetValue(table, out var numbers) || numbers.Count == 0) return null;
            var number = numbers[0];
            numbers.RemoveAt(0);
            try
            {
                Save();
            }
            catch (Exception full) when (full is IOException or UnauthorizedAccessException)
            {
                // Told to nobody: it is the next one again.
                numbers.Insert(0, number);
                throw;
            }

            return number;
        }
    }

    /// <summary>Some are left.</summary>
    public bool Any
    {
        get { lock (_lock) return _numbers.Values.Any(n => n.Count > 0); }
    }

    /// <summary>Numbers of another database are given to nobody: there somebody else may have them.</summary>
    public void PutAside(string to)
    {
        lock (_lock)
        {
            _numbers = [];
            if (File.Exists(path)) File.Move(path, to, overwrite: true);
        }
    }

    private int Left(string table)
    {
        lock (_lock) return _numbers.GetValueOrDefault(table, []).Count;
    }

    // Before the number is told to anybody: it must not be given twice.
    private void Save() => DurableFiles.Replace(path, JsonSerializer.SerializeToUtf8Bytes(_numbers));
}
