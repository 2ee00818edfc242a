using Microsoft.Extensions.Options;
using Switchboard.Web;

namespace Switchboard.Features.Mail;

internal static class MailSetup
{
    public static IServiceCollection AddMail(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddChecked<MailOptions, MailOptionsValidator>(configuration, MailOptions.Section);
        services.AddSingleton<IValidateOptions<MailOptions>, MailOptionsCheck>();
        return services.AddSingleton<MailSender>();
    }
}
