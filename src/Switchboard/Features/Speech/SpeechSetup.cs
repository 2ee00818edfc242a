using Microsoft.Extensions.Options;
using Switchboard.Web;

namespace Switchboard.Features.Speech;

internal static class SpeechSetup
{
    public static IServiceCollection AddSpeech(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddChecked<SpeechOptions, SpeechOptionsValidator>(configuration, SpeechOptions.Section);
        services.AddSingleton<IValidateOptions<SpeechOptions>, SpeechCommandCheck>();
        return services.AddSingleton<SpeechMaker>();
    }
}
