using System.Text.Json;

namespace Switchboard.Cli;

/// <summary>Problem details as a line for people: <c>field 'value': allowed</c>, or the detail.</summary>
internal sealed record ApiProblem(string? Title, string? Detail, string? Field, string? Value, string? Allowed, int? Line)
{
    public static ApiProblem? Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<ApiProblem>(text, JsonSerializerOptions.Web) is { } problem && (problem.Detail ?? problem.Title) is not null ? problem : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public override string ToString()
    {
        if (Field is null || Allowed is null) return TextTable.Clean(Detail ?? Title);
        var line = Line is null ? "" : $"line {Line}: ";
        var value = Value is null ? "" : $" '{Value}'";
        return TextTable.Clean($"{line}{Field}{value}: {Allowed}");
    }
}
