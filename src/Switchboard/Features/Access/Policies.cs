namespace Switchboard.Features.Access;

/// <summary>What a token may do. Stored as text.</summary>
public static class Roles
{
    public const string Admin = "admin";
    public const string Operator = "operator";
    public const string Housekeeping = "housekeeping";

    /// <summary>Every role there is.</summary>
    public static IReadOnlyList<string> All { get; } = [Admin, Operator, Housekeeping];
}

/// <summary>What an endpoint asks of its caller.</summary>
public static class Policies
{
    public const string Admin = "Admin";
    public const string Operator = "Operator";
    public const string Housekeeping = "Housekeeping";
    public const string AnyRole = "AnyRole";

    /// <summary>The roles that each policy lets in, the least mighty first.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> RolesOf { get; } = new Dictionary<string, IReadOnlyList<string>>
    {
        [Admin] = [Roles.Admin],
        [Operator] = [Roles.Operator, Roles.Admin],
        [Housekeeping] = [Roles.Housekeeping, Roles.Operator, Roles.Admin],
        [AnyRole] = [Roles.Housekeeping, Roles.Operator, Roles.Admin],
    };
}
