using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodaTime;
using NodaTime.Serialization.SystemTextJson;

namespace Switchboard.Cli;

/// <summary>An answer, read and as it came.</summary>
internal sealed record ApiAnswer<T>(T Value, string Json)
{
    // Chinese text stays readable; this JSON is never put into a web page.
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string IndentedJson() => JsonNode.Parse(Json)?.ToJsonString(Indented) ?? "null";
}

/// <summary>Speaks to the worker; what goes wrong ends the command with one line that says what to do.</summary>
internal sealed class ApiClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly JsonSerializerOptions Json = new JsonSerializerOptions(JsonSerializerDefaults.Web).ConfigureForNodaTime(DateTimeZoneProviders.Bcl);

    private readonly ApiAccess _access;
    private readonly HttpClient _http;

    public ApiClient(ApiAccess access)
    {
        _access = access;
        // Neither a proxy nor a redirection is ever meant, and either would see the token.
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = access.Url, Timeout = Patience };
        _http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (access.Token is not null) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", access.Token);
    }

    public Task<ApiAnswer<T>> GetAsync<T>(string path, CancellationToken ct) => SendAsync<T>(HttpMethod.Get, path, null, ct);

    public Task<ApiAnswer<T>> PostAsync<T>(string path, object body, CancellationToken ct) => SendAsync<T>(HttpMethod.Post, path, Body(body), ct);

    public Task<ApiAnswer<T>> PutAsync<T>(string path, object body, CancellationToken ct) => SendAsync<T>(HttpMethod.Put, path, Body(body), ct);

    public async Task DeleteAsync(string path, CancellationToken ct) => await SendAsync(HttpMethod.Delete, path, null, ct);

    /// <summary>Sends a file as it is.</summary>
    public Task<ApiAnswer<T>> PostFileAsync<T>(string path, byte[] file, string mediaType, CancellationToken ct)
    {
        var content = new ByteArrayContent(file);
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        return SendAsync<T>(HttpMethod.Post, path, content, ct);
    }

    /// <summary>A file, as it is.</summary>
    public async Task<byte[]> GetFileAsync(string path, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var answer = await WatchedAsync(patience => _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, patience), Patience, ct);
        return answer.IsSuccessStatusCode ? await answer.Content.ReadAsByteArrayAsync(ct) : throw Refusal(answer, await answer.Content.ReadAsStringAsync(ct));
    }

    /// <summary>An answer that comes line by line. Each line is given on as it comes; the stream ends when the worker ends it as a whole.</summary>
    /// <param name="silence">The worker says something at least so often, or it is gone.</param>
    public async IAsyncEnumerable<string> LinesAsync(
        HttpMethod method, string path, object? body, TimeSpan silence, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : Body(body) };
        using var answer = await WatchedAsync(patience => _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience), Patience, ct);
        if (!answer.IsSuccessStatusCode) throw Refusal(answer, await answer.Content.ReadAsStringAsync(ct));
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(ct));
        while (await WatchedAsync(patience => reader.ReadLineAsync(patience).AsTask(), silence, ct) is { } line) yield return line;
    }

    /// <summary>A line of such an answer.</summary>
    public T Read<T>(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(line, Json) ?? throw Stranger();
        }
        catch (JsonException)
        {
            throw Stranger();
        }
    }

    public void Dispose() => _http.Dispose();

    private static StringContent Body(object body) => new(JsonSerializer.Serialize(body, Json), Encoding.UTF8, "application/json");

    private async Task<ApiAnswer<T>> SendAsync<T>(HttpMethod method, string path, HttpContent? content, CancellationToken ct)
    {
        var text = await SendAsync(method, path, content, ct);
        return new ApiAnswer<T>(Read<T>(text), text);
    }

    private async Task<T> WatchedAsync<T>(Func<CancellationToken, Task<T>> work, TimeSpan patience, CancellationToken ct)
    {
        using var late = new CancellationTokenSource(patience, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, late.Token);
        try
        {
            return await work(either.Token);
        }
        catch (HttpRequestException away)
        {
            throw Away(away);
        }
        catch (Exception broken) when (broken is IOException || (broken is OperationCanceledException && !ct.IsCancellationRequested))
        {
            throw new CliException(ExitCodes.Unreachable, broken is IOException
                ? $"the worker at {_access.Url} went away in the middle of its answer"
                : $"the worker at {_access.Url} has said nothing for {patience.TotalSeconds:F0} s");
        }
    }

    private async Task<string> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken ct)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = content };
            using var answer = await _http.SendAsync(request, ct);
            var text = await answer.Content.ReadAsStringAsync(ct);
            return answer.IsSuccessStatusCode ? text : throw Refusal(answer, text);
        }
        catch (HttpRequestException away)
        {
            throw Away(away);
        }
        catch (TaskCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new CliException(ExitCodes.Unreachable,
                $"the worker at {_access.Url} did not answer within {Patience.TotalSeconds:F0} s{(method == HttpMethod.Get ? "" : ": look whether it was done before you repeat it")}");
        }
    }

    private CliException Away(HttpRequestException away) => new(ExitCodes.Unreachable, away.HttpRequestError switch
    {
        HttpRequestError.ConnectionError => $"the worker does not answer at {_access.Url}: is it running? (systemctl status switchboard)",
        HttpRequestError.NameResolutionError => $"the host in {_access.Url} is not known",
        HttpRequestError.SecureConnectionError => $"no secure connection to {_access.Url}: {away.InnerException?.Message ?? away.Message}",
        _ => $"the connection to {_access.Url} broke: {away.Message}",
    });

    private CliException Refusal(HttpResponseMessage answer, string text)
    {
        var status = (int)answer.StatusCode;
        var exitCode = status is >= 400 and < 500 ? ExitCodes.Refused : ExitCodes.Unreachable;
        var message = ApiProblem.Read(text)?.ToString() ?? $"{_access.Url} answered {status} {answer.ReasonPhrase}: is that a worker?";
        return new CliException(exitCode, answer.StatusCode == HttpStatusCode.Unauthorized ? $"{message} (the token: {_access.TokenOrigin})" : message);
    }

    private CliException Stranger() => new(ExitCodes.Unreachable, $"{_access.Url} answered something else than a worker of this version does");
}
