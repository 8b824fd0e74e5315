using System.Buffers;
using System.IO.Pipelines;

namespace Recorder.Tests.Simulation;

/// <summary>A connection in memory whose two directions can be closed, and cut, each on its own.</summary>
internal sealed class Link : IDuplexPipe
{
    private readonly Pipe up = new(), down = new();

    public Link()
    {
        Client = new Side(down.Reader, up.Writer);
        Server = new Side(up.Reader, down.Writer);
    }

    public Side Client { get; }
    public Side Server { get; }

    PipeReader IDuplexPipe.Input => up.Reader;
    PipeWriter IDuplexPipe.Output => down.Writer;

    /// <summary>Both directions, for both ends, as when a machine goes.</summary>
    public void Cut()
    {
        Client.Reset();
        Server.Reset();
    }

    internal sealed class Side(PipeReader input, PipeWriter output)
    {
        private readonly Stream reading = input.AsStream(leaveOpen: true);

        public Stream Stream { get; } = new DuplexSide(input, output);

        public LineReader Lines => field ??= new LineReader(reading);

        /// <returns>false when nobody is there any more.</returns>
        public async Task<bool> SayAsync(ReadOnlyMemory<byte> bytes)
        {
            try
            {
                return !(await output.WriteAsync(bytes)).IsCompleted;
            }
            catch (Exception gone) when (gone is InvalidOperationException or IOException)
            {
                return false;
            }
        }

        public Task<bool> SayAsync(string text) => SayAsync(System.Text.Encoding.UTF8.GetBytes(text));

        /// <summary>The bytes and the end of them arrive as one: nothing can be answered before the end is there.</summary>
        public void SayLast(ReadOnlySpan<byte> bytes)
        {
            try
            {
                output.Write(bytes);
                output.Complete();
            }
            catch (InvalidOperationException)
            {
                // Cut already: nobody is there any more.
            }
        }

        /// <summary>No more will be said; listening goes on.</summary>
        public void CloseWriting() => output.Complete();

        public void Close()
        {
            output.Complete();
            input.CancelPendingRead();
        }

        public void Reset() => output.Complete(new IOException("connection reset (injected)"));
    }

    private sealed class DuplexSide(PipeReader input, PipeWriter output) : Stream
    {
        private readonly Stream reading = input.AsStream(), writing = output.AsStream();

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Flush() => writing.Flush();
        public override Task FlushAsync(CancellationToken cancel) => writing.FlushAsync(cancel);
        public override int Read(byte[] buffer, int offset, int count) => reading.Read(buffer, offset, count);
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel = default) => reading.ReadAsync(buffer, cancel);
        public override void Write(byte[] buffer, int offset, int count) => writing.Write(buffer, offset, count);
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancel = default) => writing.WriteAsync(buffer, cancel);
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            writing.Dispose();
            reading.Dispose();
            base.Dispose(disposing);
        }
    }
}

/// <summary>Lines and counted bytes; the end of the stream, clean or not, reads as null.</summary>
internal sealed class LineReader(Stream stream)
{
    private readonly MemoryStream taken = new();
    private readonly byte[] block = new byte[8192];
    private int start, end;

    /// <returns>With its CRLF.</returns>
    public async Task<byte[]?> ReadRawLineAsync()
    {
        taken.SetLength(0);
        while (true)
        {
            if (start == end && !await FillAsync()) return null;
            var feed = block.AsSpan(start, end - start).IndexOf((byte)'\n');
            var count = feed < 0 ? end - start : feed + 1;
            taken.Write(block, start, count);
            start += count;
            if (feed >= 0 && taken.Length >= 2 && taken.GetBuffer()[taken.Length - 2] == '\r') return taken.ToArray();
        }
    }

    public async Task<string?> ReadLineAsync() =>
        await ReadRawLineAsync() is { } line ? System.Text.Encoding.UTF8.GetString(line.AsSpan(0, line.Length - 2)) : null;

    public async Task<byte[]?> ReadBytesAsync(int count)
    {
        var bytes = new byte[count];
        for (var filled = 0; filled < count;)
        {
            if (start == end && !await FillAsync()) return null;
            var part = Math.Min(count - filled, end - start);
            block.AsSpan(start, part).CopyTo(bytes.AsSpan(filled));
            (start, filled) = (start + part, filled + part);
        }
        return bytes;
    }

    private async Task<bool> FillAsync()
    {
        try
        {
            (start, end) = (0, await stream.ReadAsync(block));
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or InvalidOperationException)
        {
            (start, end) = (0, 0);
        }
        return end > 0;
    }
}
