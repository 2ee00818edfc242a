namespace Switchboard.Web;

/// <summary>Texts that people type, on one line.</summary>
internal static class OneLine
{
    /// <summary>The text without the blanks around it.</summary>
    /// <exception cref="InvalidInputException">It is missing, empty, too long, or holds the end of a line.</exception>
    public static string Required(string field, string? value, int longest)
    {
        var text = value?.Trim();
        if (string.IsNullOrEmpty(text) || text.Length > longest || text.Any(char.IsControl))
            throw new InvalidInputException(field, value, $"must be 1 to {longest} characters on one line");
        return text;
    }
}
