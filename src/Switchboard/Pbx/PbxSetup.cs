using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Switchboard.Asterisk.Ami;
using Switchboard.Duty;

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
        services.AddSingleton(provider => new AmiConnection(
            LinkOptions(provider.GetRequiredService<IOptions<PbxOptions>>().Value), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<AmiConnection>>()));
        // A part of the worker that runs without a database shares the PBX with nobody.
        services.TryAddSingleton(provider => WorkerDuty.Alone(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<LeaseTalk>().AddSingleton<PbxLease>();
        services.AddSingleton<FindRival>(provider => provider.GetRequiredService<PbxLease>().FindRivalAsync);
        services.AddMetrics();
        services.AddSingleton<PbxState>().AddSingleton<PbxClock>().AddSingleton<RecoveredReports>().AddSingleton<PbxStateWriter>();
        services.AddSingleton<ProofEraser>().AddSingleton<HotelPbx>().AddSingleton<PbxResync>().AddSingleton<PbxMeter>().AddSingleton<PhoneWatch>().AddSingleton<LiveCalls>();
        services.AddHostedService<PbxStateKeeper>();
        return services.AddHostedService<PbxEventPump>();
    }

    /// <summary>How a link to this PBX is made.</summary>
    internal static AmiOptions LinkOptions(PbxOptions pbx) => new()
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

    /// <summary>Serves what the dialplan asks for; features bring their scripts.</summary>
    public static IServiceCollection AddPhoneDialogues(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<PhoneDialogueOptions>().Bind(configuration.GetSection(PhoneDialogueOptions.Section), o => o.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.AddSingleton<IValidateOptions<PhoneDialogueOptions>, PhoneDialogueOptionsValidator>();
        services.AddSingleton<IValidateOptions<PhoneDialogueOptions>, PhoneDialogueAddressCheck>();
        return services.AddHostedService<PhoneDialogues>();
    }
}
