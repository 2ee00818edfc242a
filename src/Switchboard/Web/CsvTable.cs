using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;

namespace Switchboard.Web;

/// <summary>A CSV file that somebody hands in: UTF-8, a header of known columns, the first bad line named. What its fields mean is the feature's.</summary>
internal static class CsvTable
{
    /// <summary>The body of a request, as text.</summary>
    /// <exception cref="InvalidInputException">It is not UTF-8.</exception>
    public static async Task<string> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        try
        {
            using var reader = new StreamReader(request.Body, new UTF8Encoding(false, throwOnInvalidBytes: true));
            return await reader.ReadToEndAsync(ct);
        }
        catch (DecoderFallbackException)
        {
            throw new InvalidInputException("file", null, "must be UTF-8 text");
        }
    }

    /// <summary>Opens it behind its header.</summary>
    /// <param name="file">The text.</param>
    /// <param name="columns">The columns that there may be.</param>
    /// <param name="required">Those that must be there.</param>
    /// <param name="what">What a line is, such as <c>room</c>.</param>
    /// <exception cref="InvalidInputException">It is empty, or the header is another one.</exception>
    public static CsvReader Open(TextReader file, IReadOnlyList<string> columns, IEnumerable<string> required, string what)
    {
        var csv = new CsvReader(file, new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            TrimOptions = TrimOptions.Trim,
            DetectColumnCountChanges = false,
            BadDataFound = bad => throw new InvalidInputException("line", bad.RawRecord.Trim(), "is not valid CSV", bad.Context.Parser?.RawRow),
        });
        if (!csv.Read()) throw new InvalidInputException("file", null, $"is empty: it needs a header line and one line for each {what}");
        csv.ReadHeader();
        var header = csv.HeaderRecord ?? [];
        if (required.FirstOrDefault(r => !header.Contains(r, StringComparer.Ordinal)) is { } lacking)
            throw new InvalidInputException("header", string.Join(",", header), $"lacks the column {lacking}; columns are {string.Join(",", columns)}", 1);
        if (header.FirstOrDefault(h => !columns.Contains(h, StringComparer.Ordinal)) is { } unknown)
            throw new InvalidInputException("header", unknown, $"is not a column; columns are {string.Join(",", columns)}", 1);
        if (header.Distinct(StringComparer.Ordinal).Count() != header.Length)
            throw new InvalidInputException("header", string.Join(",", header), "names a column twice", 1);
        return csv;
    }

    /// <summary>The present line has as many fields as the header.</summary>
    /// <exception cref="InvalidInputException">It has not.</exception>
    public static void CheckLine(this CsvReader csv)
    {
        if (csv.Parser.Count != csv.HeaderRecord!.Length)
            throw new InvalidInputException("line", csv.Parser.RawRecord.Trim(), $"has {csv.Parser.Count} fields, the header {csv.HeaderRecord.Length}", csv.Parser.RawRow);
    }

    /// <summary>A field of the present line; null where it is empty or its column is not there.</summary>
    public static string? Field(this CsvReader csv, string column) =>
        csv.TryGetField<string>(column, out var value) && !string.IsNullOrWhiteSpace(value) ? value : null;
}
