using System.IO.Pipelines;

namespace Recorder.Tests.Smtp.Client.Peers;

/// <summary>Two ends of a connection in memory.</summary>
internal sealed class DuplexStream(Stream input, Stream output) : Stream
{
    public static (Stream Client, Stream Server) CreatePair()
    {
        var (up, down) = (new Pipe(), new Pipe());
        return (
            new DuplexStream(down.Reader.AsStream(), up.Writer.AsStream()),
            new DuplexStream(up.Reader.AsStream(), down.Writer.AsStream()));
    }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Flush() => output.Flush();
    public override Task FlushAsync(CancellationToken cancel) => output.FlushAsync(cancel);
    public override int Read(byte[] buffer, int offset, int count) => input.Read(buffer, offset, count);
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel = default) => input.ReadAsync(buffer, cancel);
    public override void Write(byte[] buffer, int offset, int count) => output.Write(buffer, offset, count);
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancel = default) => output.WriteAsync(buffer, cancel);
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        output.Dispose();
        input.Dispose();
        base.Dispose(disposing);
    }
}
