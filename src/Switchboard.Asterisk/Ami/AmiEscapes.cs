using System.Text;

namespace Switchboard.Asterisk.Ami;

/// <summary>The C escapes that Asterisk puts into a few values (main/utils.c, ast_escape_c).</summary>
internal static class AmiEscapes
{
    private const string Letters = "abfnrtv\\'\"?";
    private const string Meanings = "\a\b\f\n\r\t\v\\'\"?";

    /// <summary>The value as it was before. A backslash before any other letter, or at the end, stands for itself.</summary>
    public static string Remove(string value)
    {
        if (!value.Contains('\\', StringComparison.Ordinal)) return value;
        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            var meaning = value[i] == '\\' && i + 1 < value.Length ? Letters.IndexOf(value[i + 1], StringComparison.Ordinal) : -1;
            if (meaning >= 0) i++;
            text.Append(meaning >= 0 ? Meanings[meaning] : value[i]);
        }

        return text.ToString();
    }
}
