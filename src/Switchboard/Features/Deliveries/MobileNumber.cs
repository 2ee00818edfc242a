using Switchboard.Features.Extensions;

namespace Switchboard.Features.Deliveries;

/// <summary>A mobile of the directory, as the line to outside is given it. Pure.</summary>
internal static class MobileNumber
{
    /// <summary>Null where it is one that is never dialled from here: an emergency number, as it stands or as it would be dialled.</summary>
    public static string? ForTheLine(string mobile, DeliveryOptions rules, OutsideOptions outside)
    {
        var dialled = Dialled(mobile, rules);
        return ExtensionProjection.IsEmergency(mobile, outside) || ExtensionProjection.IsEmergency(dialled, outside) ? null : dialled;
    }

    private static string Dialled(string mobile, DeliveryOptions rules)
    {
        if (rules.OwnCountry.Length > 0 && mobile.StartsWith(rules.OwnCountry, StringComparison.Ordinal)) return mobile[rules.OwnCountry.Length..];
        return mobile.StartsWith('+') ? rules.InternationalPrefix + mobile[1..] : mobile;
    }
}
