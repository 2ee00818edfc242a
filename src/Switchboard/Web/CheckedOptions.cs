using Microsoft.Extensions.Options;

namespace Switchboard.Web;

/// <summary>How every section of the configuration is bound: a key that nobody knows is an error, and all is checked before anything is started.</summary>
internal static class CheckedOptions
{
    public static IServiceCollection AddChecked<TOptions, TValidator>(this IServiceCollection services, IConfiguration configuration, string section)
        where TOptions : class
        where TValidator : class, IValidateOptions<TOptions>
    {
        services.AddOptions<TOptions>().Bind(configuration.GetSection(section), o => o.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        return services.AddSingleton<IValidateOptions<TOptions>, TValidator>();
    }
}
