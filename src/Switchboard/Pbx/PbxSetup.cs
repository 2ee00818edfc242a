using Microsoft.Extensions.Options;
using Switchboard.Asterisk.Ami;

namespace Switchboard.Pbx;

internal static class PbxSetup
{
    /// <summary>Under this name the AMI client logs.</summary>
    public static string LinkLogCategory => typeof(AmiConnection).Namespace!;

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
                // Read for each login: who corrects the file need not restart the worker.
                ReadSecret = pbx.ReadSecret,
            };
            return new AmiConnection(options, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<AmiConnection>>());
        });
        services.AddMetrics();
        services.AddSingleton<ProofEraser>().AddSingleton<HotelPbx>().AddSingleton<PbxResync>().AddSingleton<PbxMeter>();
        return services.AddHostedService<PbxEventPump>();
    }
}
