using System.Text;
using Spectre.Console;

namespace Switchboard.Cli;

/// <summary>
/// Columns of text that look the same on a terminal and in a pipe: no frames, no colours, nothing cut. Chinese characters
/// count as the two columns that they take.
/// </summary>
internal sealed class TextTable(params string[] headings)
{
    private const string Gap = "  ";

    private readonly List<string[]> _rows = [];

    public bool IsEmpty => _rows.Count == 0;

    public void Add(params string?[] cells) => _rows.Add([.. cells.Select(Clean)]);

    public void WriteColumns(TextWriter output)
    {
        string[][] lines = [headings, .. _rows];
        var widths = headings.Select((_, column) => lines.Max(line => line[column].GetCellWidth())).ToArray();
        foreach (var line in lines)
        {
            var text = string.Join(Gap, line.Select((cell, column) => cell + new string(' ', widths[column] - cell.GetCellWidth())));
            output.WriteLine(text.TrimEnd());
        }
    }

    public void WritePlain(TextWriter output)
    {
        foreach (var row in _rows) output.WriteLine(string.Join('\t', row.Select(cell => cell.Length == 0 ? "-" : cell)));
    }

    /// <summary>What somebody typed elsewhere must not steer this terminal, nor end a line of this table.</summary>
    public static string Clean(string? text)
    {
        if (text is null) return "";
        if (!text.Any(char.IsControl)) return text;
        var clean = new StringBuilder(text.Length);
        foreach (var c in text) clean.Append(char.IsControl(c) ? ' ' : c);
        return clean.ToString();
    }
}
