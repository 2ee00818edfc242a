using Microsoft.Extensions.DependencyInjection;
using Switchboard.Asterisk.Ami;
using Switchboard.Pbx;
using Switchboard.Tests.FakeAsterisk;
using Switchboard.Tests.Pbx;

namespace Switchboard.Tests.Transfers;

/// <summary>A worker's link to a PBX that the test plays.</summary>
public sealed class ConnectedPbx : IAsyncDisposable
{
    private readonly FakeAsteriskServer _server = new();
    private readonly ServiceProvider _services;
    private readonly AmiSubscription _changes;
    private readonly CancellationTokenSource _stop = new();

    public ConnectedPbx()
    {
        _services = PbxResyncTests.Services(_server.Port);
        var ami = _services.GetRequiredService<HotelPbx>().Ami;
        _changes = ami.Subscribe("test", new HashSet<string>());
        _ = ami.RunAsync(_stop.Token);
    }

    internal LiveCalls Live => _services.GetRequiredService<LiveCalls>();

    /// <summary>Answers as a PBX that has booted, until the link is up.</summary>
    internal async Task<FakeSession> ConnectAsync()
    {
        var session = await _server.AcceptAndBootAsync();
        await foreach (var change in _changes.ReadAllAsync())
        {
            if (change is AmiConnected) break;
        }

        return session;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _changes.DisposeAsync();
        await _services.DisposeAsync();
        _server.Dispose();
        _stop.Dispose();
    }
}
