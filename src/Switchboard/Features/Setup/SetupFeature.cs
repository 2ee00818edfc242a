using Switchboard.Pbx;

namespace Switchboard.Features.Setup;

internal static class SetupFeature
{
    /// <summary>A dialogue that says nothing: that it comes to its end is what "switchboard check" wants to know.</summary>
    public static IServiceCollection AddSetup(this IServiceCollection services) =>
        services.AddSingleton(new PhoneScript("check", (_, _) => Task.CompletedTask));
}
