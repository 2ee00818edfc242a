using System.IO.Pipelines;

namespace Switchboard.Tests.Rig;

/// <summary>
/// One end of a line in memory. What one end writes the other one reads; when one is closed, the other one reads its end.
/// </summary>
internal sealed class Line : Stream
{
    private readonly Stream _in;
    private readonly Stream _out;
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationToken _closed;

    private Line(Pipe incoming, Pipe outgoing) =>
        (_in, _out, _closed) = (incoming.Reader.AsStream(), outgoing.Writer.AsStream(), _closing.Token);

    public static (Line Here, Line There) Make()
    {
        var options = new PipeOptions(useSynchronizationContext: false, pauseWriterThreshold: 0);
        var (one, other) = (new Pipe(options), new Pipe(options));
        return (new Line(one, other), new Line(other, one));
    }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closed);
            return await _in.ReadAsync(buffer, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return 0;
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _out.WriteAsync(buffer, cancellationToken);

    public override Task FlushAsync(CancellationToken cancellationToken) => _out.FlushAsync(cancellationToken);
    public override void Flush() => _out.Flush();
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_closed.IsCancellationRequested)
        {
            // Whoever reads at either end reads that it is over.
            _out.Dispose();
            _closing.Cancel();
            _closing.Dispose();
        }

        base.Dispose(disposing);
    }
}
