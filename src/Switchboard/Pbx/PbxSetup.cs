using Microsoft.Extensions.Options;
using Switchboard.Asterisk.Ami;

namespace Switchboard.Pbx;

internal static class PbxSetup
{
    public static IServiceCollection AddPbx(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<PbxOptions>().Bind(configuration.GetSection(PbxOptions.Section), o => o.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.AddSingleton<IValidateOptions<PbxOptions>, PbxOptionsValidator>();
        services.AddSingleton<IValidateOptions<PbxOptions>, PbxSecretCheck>();
        services.AddSingleton<IValidateOptions<PbxOptions>, PbxTlsCheck>();
        services.AddSingleton(provider =>
        {
            var pbx = provider.GetRequiredService<IOptions<PbxOptions>>().Value;
            var options = new AmiOptions
            {
                Host = pbx.Host,
                Port = pbx.Port,
                UseTls = pbx.Tls,
                TlsHostName = pbx.TlsHostName,
                TlsCertificateAuthority = pbx.ReadTlsAuthority(),
                Username = pbx.Username,
                Secret = pbx.ReadSecret(),
            };
            return new AmiConnection(options, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<AmiConnection>>());
        });
        services.AddSingleton<ProofEraser>().AddSingleton<HotelPbx>().AddSingleton<PbxResync>();
        return services.AddHostedService<PbxEventPump>();
    }
}
