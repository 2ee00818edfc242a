using System.Collections.Concurrent;
using Switchboard.Pbx;

namespace Switchboard.Features.Transfers;

/// <summary>The dialplan's own word that it has a call that was put through.</summary>
internal sealed class TransferProofs(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _expected = new(StringComparer.Ordinal);

    private TimeProvider Time => time;

    public Proof Expect(Guid request) => new(this, request.ToString("N"));

    internal Task ReportedAsync(DialplanReport report, CancellationToken ct)
    {
        if (report["Request"] is { } request && _expected.TryGetValue(request, out var expected)) expected.TrySetResult();
        return Task.CompletedTask;
    }

    internal sealed class Proof : IDisposable
    {
        private readonly TransferProofs _proofs;
        private readonly string _request;
        private readonly TaskCompletionSource _there = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Proof(TransferProofs proofs, string request)
        {
            (_proofs, _request) = (proofs, request);
            proofs._expected[request] = _there;
        }

        public async Task<bool> IsThereWithinAsync(TimeSpan atMost, CancellationToken ct)
        {
            await Task.WhenAny(_there.Task, Task.Delay(atMost, _proofs.Time, ct));
            return _there.Task.IsCompleted;
        }

        public void Dispose() => _proofs._expected.TryRemove(_request, out _);
    }
}
