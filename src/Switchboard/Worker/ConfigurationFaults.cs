using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Switchboard.Worker;

/// <summary>Words what validation found as "Section:Key 'value': what is allowed", whichever validator found it.</summary>
internal static partial class ConfigurationFaults
{
    // What the annotations' validators say: the member, then their message, which names the member again.
    [GeneratedRegex(@"^(?<member>[A-Za-z]+(\[[0-9]+\])?(\.[A-Za-z]+)?): (?<text>.*)$", RegexOptions.Singleline)]
    private static partial Regex AnnotationPattern();

    [GeneratedRegex(@"^The (field )?[A-Za-z.\[\]0-9]+ (field )?")]
    private static partial Regex FieldPattern();

    public static IReadOnlyList<string> Of(Exception exception, IConfiguration configuration) => exception switch
    {
        OptionsValidationException one => [.. one.Failures.Select(f => Word(f, one.OptionsType, configuration))],
        AggregateException many => [.. many.InnerExceptions.SelectMany(inner => Of(inner, configuration))],
        _ => [],
    };

    /// <summary>The file is not there, is no JSON, or has something that does not fit its key.</summary>
    public static bool IsUnreadable(Exception exception) => exception is InvalidDataException or FileNotFoundException or FormatException
        || exception is InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" };

    public static string Reason(Exception unreadable) => $"{unreadable.Message}{(unreadable.InnerException is { } inner ? $" {inner.Message}" : "")}";

    private static string Word(string failure, Type options, IConfiguration configuration)
    {
        var section = options.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() as string;
        if (section is null || AnnotationPattern().Match(failure) is not { Success: true } found) return failure;
        var key = $"{section}:{found.Groups["member"].Value.Replace("[", ":", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Replace('.', ':')}";
        var text = found.Groups["text"].Value;
        // A message of our own names its key already.
        if (text.StartsWith(key, StringComparison.Ordinal)) return text;
        var value = IsSecret(key) || configuration[key] is not { } given ? "" : $" '{given}'";
        return $"{key}{value}: {FieldPattern().Replace(text, "")}";
    }

    private static bool IsSecret(string key) => key.Contains("Secret", StringComparison.Ordinal) || key.Contains("ConnectionString", StringComparison.Ordinal);
}
