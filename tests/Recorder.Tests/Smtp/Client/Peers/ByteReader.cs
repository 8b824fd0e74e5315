using System.Text;

namespace Recorder.Tests.Smtp.Client.Peers;

/// <summary>Reads lines and counted bytes from a stream, the slow and obvious way.</summary>
internal sealed class ByteReader(Stream stream)
{
    private readonly Queue<byte> _buffered = new();
    private readonly byte[] _block = new byte[16 * 1024];

    /// <returns>The line without its CRLF, as Latin-1; null at the end of the stream.</returns>
    public async Task<string?> ReadLineAsync() =>
        await ReadUntilAsync("\r\n"u8.ToArray()) is { } line ? Encoding.UTF8.GetString(line.AsSpan(0, line.Length - 2)) : null;

    public async Task<byte[]> ReadBytesAsync(int count)
    {
        var bytes = new byte[count];
        for (int i = 0; i < count; i++) bytes[i] = await ReadByteAsync() ?? throw new EndOfStreamException();
        return bytes;
    }

    /// <returns>What stands on the wire between DATA's 354 and the end of data, terminator included; null when cut short.</returns>
    public async Task<byte[]?> ReadDataAsync()
    {
        var data = new List<byte>();
        while (await ReadUntilAsync("\r\n"u8.ToArray()) is { } line)
        {
            data.AddRange(line);
            if (line is [(byte)'.', (byte)'\r', (byte)'\n']) return [.. data];
        }
        return null;
    }

    private async Task<byte[]?> ReadUntilAsync(byte[] end)
    {
        var bytes = new List<byte>();
        while (await ReadByteAsync() is { } b)
        {
            bytes.Add(b);
            if (b == end[^1] && bytes.Count >= end.Length && bytes[^end.Length..].SequenceEqual(end)) return [.. bytes];
        }
        return null;
    }

    private async ValueTask<byte?> ReadByteAsync()
    {
        if (_buffered.Count == 0)
        {
            int read = await stream.ReadAsync(_block);
            foreach (byte b in _block.AsSpan(0, read)) _buffered.Enqueue(b);
        }
        return _buffered.TryDequeue(out byte next) ? next : null;
    }
}
