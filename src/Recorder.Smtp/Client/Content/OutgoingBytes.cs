namespace Recorder.Smtp.Client;

/// <summary>Trace fields and stored bytes as one stream of known length.</summary>
internal sealed class OutgoingBytes(OutgoingMessage message) : IDisposable
{
    private readonly Stream _content = message.Content.OpenRead();
    private ReadOnlyMemory<byte> _trace = message.TraceFields;

    public long RemainingBytes { get; private set; } = message.TraceFields.Length + message.Content.LengthBytes;

    /// <summary>Fills the buffer, except where the message ends.</summary>
    /// <exception cref="InvalidDataException">The stored content is not as long as it says. Nothing may be
    /// delivered then: a cut message must never be ended as if it were whole.</exception>
    public async ValueTask<int> FillAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        int filled = TakeTrace(buffer.Span);
        if (filled < buffer.Length && RemainingBytes > 0)
        {
            int wanted = (int)Math.Min(buffer.Length - filled, RemainingBytes);
            int read = await _content.ReadAtLeastAsync(buffer.Slice(filled, wanted), wanted, throwOnEndOfStream: false, cancel).ConfigureAwait(false);
            if (read < wanted) throw new InvalidDataException($"The stored content ended {RemainingBytes - read} bytes early.");
            filled += read;
            RemainingBytes -= read;
        }
        if (RemainingBytes == 0) await CheckEndAsync(cancel).ConfigureAwait(false);
        return filled;
    }

    public void Dispose() => _content.Dispose();

    private int TakeTrace(Span<byte> buffer)
    {
        int length = Math.Min(_trace.Length, buffer.Length);
        _trace.Span[..length].CopyTo(buffer);
        _trace = _trace[length..];
        RemainingBytes -= length;
        return length;
    }

    private async ValueTask CheckEndAsync(CancellationToken cancel)
    {
        if (await _content.ReadAsync(new byte[1], cancel).ConfigureAwait(false) != 0)
            throw new InvalidDataException("The stored content is longer than its recorded length.");
    }
}
