using Npgsql;

namespace Switchboard.Persistence;

internal static class CommandParameters
{
    /// <summary>Adds the next positional parameters: $1, $2 and so on.</summary>
    public static NpgsqlCommand With(this NpgsqlCommand command, params ReadOnlySpan<object> values)
    {
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return command;
    }
}
