using NodaTime;
using Switchboard.Features.Calls;
using Switchboard.Features.Notices;
using Switchboard.Pbx;
using Switchboard.Persistence.Local;

namespace Switchboard.Features.Transfers;

/// <summary>Tells the operators from where a call comes back that had been put through, before they take it.</summary>
internal sealed class ReturnedCalls(IServiceScopeFactory scopes, IClock clock, ILogger<ReturnedCalls> log)
{
    // What the PBX's call file tells later is of use only while the caller may still wait.
    private static readonly Duration StillNews = Duration.FromMinutes(10);

    public async Task ReturnedAsync(DialplanReport report, CancellationToken ct)
    {
        var (dest, kind) = (report["Dest"], report["Kind"]);
        // Who is asked by feature code was not reached: whoever asks hears that himself, and the call has not come back.
        if (dest is null || CallIds.IsConsultation(report.Channel)) return;
        var why = report["Why"] switch
        {
            "noanswer" => "nobody answered",
            "busy" => "it was busy",
            "unreachable" => "it cannot be reached",
            "closed" => "nobody is there at this hour",
            "locked" => "it is locked",
            "unknown" => "there is no such destination",
            _ => "it was not answered",
        };
        var from = kind == "room" ? $"room {dest}" : kind == "unknown" ? $"'{dest}'" : $"extension {dest}";
        var text = $"a call came back from {from}: {why}{(report["By"] is { } by ? $" (put through by {by})" : "")}";
        if (report.At is { } at && clock.GetCurrentInstant() - at > StillNews)
        {
            log.ReturnedLongAgo(text, at);
            return;
        }

        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(ct);
        var told = scope.ServiceProvider.GetRequiredService<NoticeBoard>().Post("call-returned", kind == "room" ? dest : null, text, report["By"]);
        await work.CommitAsync(ct);
        told();
    }
}
