using System.Text;

namespace Recorder.Tests.Smtp.Client.Peers;

/// <summary>Reads lines and counted bytes from a stream.</summary>
internal sealed class ByteReader(Stream stream)
{
    private readonly byte[] _block = new byte[16 * 1024];
    private int _start;
    private int _end;

    /// <returns>The line without its CRLF; null at the end of the stream.</returns>
    public async Task<string?> ReadLineAsync() =>
        await ReadThroughCrLfAsync() is { } line ? Encoding.UTF8.GetString(line.AsSpan(0, line.Length - 2)) : null;

    public async Task<byte[]> ReadBytesAsync(int count)
    {
        var bytes = new byte[count];
        for (int filled = 0; filled < count;)
        {
            if (!await FillAsync()) throw new EndOfStreamException();
            int taken = Math.Min(count - filled, _end - _start);
            _block.AsSpan(_start, taken).CopyTo(bytes.AsSpan(filled));
            (_start, filled) = (_start + taken, filled + taken);
        }
        return bytes;
    }

    /// <returns>What stands on the wire between DATA's 354 and the end of data, terminator included; null when cut short.</returns>
    public async Task<byte[]?> ReadDataAsync()
    {
        var data = new List<byte>();
        while (await ReadThroughCrLfAsync() is { } line)
        {
            data.AddRange(line);
            if (line is [(byte)'.', (byte)'\r', (byte)'\n']) return [.. data];
        }
        return null;
    }

    private async Task<byte[]?> ReadThroughCrLfAsync()
    {
        var bytes = new List<byte>();
        while (await FillAsync())
        {
            byte b = _block[_start++];
            bytes.Add(b);
            if (b == '\n' && bytes.Count >= 2 && bytes[^2] == '\r') return [.. bytes];
        }
        return null;
    }

    /// <returns>False at the end of the stream.</returns>
    private async ValueTask<bool> FillAsync()
    {
        if (_start < _end) return true;
        (_start, _end) = (0, await stream.ReadAsync(_block));
        return _end > 0;
    }
}
