using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Switchboard.Features.Notices;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;
using Switchboard.Persistence;
using Switchboard.Persistence.Local;

namespace Switchboard.LabTests.Notices;

/// <summary>What operators are told, on a real database that comes and goes. No PBX is needed for it.</summary>
public sealed class NoticeTests : IAsyncLifetime
{
    private readonly string _folder = LabFiles.NewFolder("notices");
    private PrivatePostgres _postgres = null!;
    private WebApplication _app = null!;
    private HttpClient _http = null!;

    public async ValueTask InitializeAsync()
    {
        _postgres = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        _app = await WorkerWithoutPbx.BuildAsync(_postgres.ConnectionString, _folder);
        await _app.StartAsync();
        await OnlineAsync(true);
        _http = new HttpClient { BaseAddress = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(Path.Combine(_folder, "admin.token"))).Trim());
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _postgres.DisposeAsync();
        LabFiles.Remove(_folder);
    }

    [Fact]
    public async Task Notices_are_posted_followed_and_acknowledged_with_PostgreSQL_and_without_and_each_is_stored_once()
    {
        await using var live = await _http.GetStreamAsync(new Uri("/api/notices/live", UriKind.Relative));
        using var lines = new StreamReader(live);
        Assert.Equal("alive", (await NextAsync(lines, any: true)).GetProperty("kind").GetString());
        await PostAsync("dnd-set", "1203");
        var first = (await NextAsync(lines)).GetProperty("notice");
        Assert.Equal(("dnd-set", "1203"), (first.GetProperty("kind").GetString(), first.GetProperty("room").GetString()));

        await _postgres.KillAsync(PostgresSignal.Fast);
        await OnlineAsync(false);
        await PostAsync("phone-gone", "1204");
        var second = (await NextAsync(lines)).GetProperty("notice");
        Assert.Equal(["dnd-set", "phone-gone"], await KindsAsync(""));
        Assert.Equal(["phone-gone"], await KindsAsync("?kind=phone-gone"));
        foreach (var notice in (JsonElement[])[first, second]) Assert.Equal(HttpStatusCode.OK, await AcknowledgeAsync(notice, "1007"));
        Assert.Equal("1007", (await NextAsync(lines)).GetProperty("notice").GetProperty("acknowledgedBy").GetString());
        Assert.Empty(await KindsAsync("?open=true"));
        Assert.Equal(HttpStatusCode.Conflict, await AcknowledgeAsync(first, "1008"));

        await _postgres.StartAsync();
        await OnlineAsync(true);
        Assert.Equal("dnd-set 1007, phone-gone 1007", await QueryAsync("select string_agg(kind || ' ' || acknowledged_by, ', ' order by at) from notices"));
        await PostAsync("welfare-check", "1205");
        Assert.Equal(["dnd-set", "phone-gone", "welfare-check"], await KindsAsync("?since=1h"));
        Assert.Equal(["welfare-check"], await KindsAsync("?open=true"));

        foreach (var (id, by, status) in ((string, string?, HttpStatusCode)[])[(Guid.Empty.ToString(), "1007", HttpStatusCode.NotFound), (second.GetProperty("id").GetString()!, " ", HttpStatusCode.BadRequest)])
            Assert.Equal(status, (await _http.PostAsJsonAsync(new Uri($"/api/notices/{id}/acknowledge", UriKind.Relative), new { by })).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await _http.GetAsync(new Uri("/api/notices?kind=DND", UriKind.Relative))).StatusCode);

        await QueryAsync("update notices set at = '2020-01-01' where kind <> 'dnd-set'");
        Assert.Equal(2, await _app.Services.GetServices<IHostedService>().OfType<HistoryKeeper>().Single().KeepAsync(CancellationToken.None));
        Assert.Equal("dnd-set", await QueryAsync("select string_agg(kind, ',') from notices"));
    }

    private async Task PostAsync(string kind, string room)
    {
        await using var scope = _app.Services.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(CancellationToken.None);
        var told = scope.ServiceProvider.GetRequiredService<NoticeBoard>().Post(kind, room, "for the operators", null);
        await work.CommitAsync(CancellationToken.None);
        told();
    }

    private Task OnlineAsync(bool online) => Eventually.TrueAsync(() =>
        _app.Services.GetRequiredService<LocalStore>() is var local && local.IsOnline == online && local.CanServe && local.HasCopy && (!online || File.Exists(Path.Combine(_folder, "admin.token"))), TimeSpan.FromSeconds(20))
        .ContinueWith(t => Assert.True(t.Result, $"PostgreSQL should be {(online ? "there" : "away")}"), TaskScheduler.Default);

    private static async Task<JsonElement> NextAsync(StreamReader lines, bool any = false)
    {
        while (true)
        {
            var line = JsonSerializer.Deserialize<JsonElement>((await lines.ReadLineAsync())!);
            if (any || line.GetProperty("kind").GetString() != "alive") return line;
        }
    }

    private async Task<string[]> KindsAsync(string query) =>
        [.. (await _http.GetFromJsonAsync<JsonElement>(new Uri("/api/notices" + query, UriKind.Relative))).EnumerateArray().Select(n => n.GetProperty("kind").GetString()!)];

    private async Task<HttpStatusCode> AcknowledgeAsync(JsonElement notice, string by) =>
        (await _http.PostAsJsonAsync(new Uri($"/api/notices/{notice.GetProperty("id").GetString()}/acknowledge", UriKind.Relative), new { by })).StatusCode;

    private async Task<string?> QueryAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_postgres.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() as string;
    }
}
