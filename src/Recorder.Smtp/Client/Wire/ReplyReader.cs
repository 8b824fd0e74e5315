namespace Recorder.Smtp.Client;

/// <summary>Reads replies, however the network slices them. Bounded: 4 KiB a line, 100 lines a reply.</summary>
internal sealed class ReplyReader(Stream stream)
{
    public const int MaxLineBytes = 4096;
    public const int MaxLines = 100;

    private readonly byte[] _buffer = new byte[MaxLineBytes];
    private int _start;
    private int _end;

    /// <summary>Something was read ahead that nobody has asked for yet.</summary>
    public bool HasBuffered => _end > _start;

    /// <exception cref="MalformedReplyException">What came is no reply.</exception>
    /// <exception cref="EndOfStreamException">The peer closed.</exception>
    public async ValueTask<SmtpReply> ReadAsync(CancellationToken cancel)
    {
        var first = await ReadLineAsync(cancel).ConfigureAwait(false);
        if (first.IsLast) return ToReply(first.Code, [first.Text]);

        var texts = new List<string> { first.Text };
        while (true)
        {
            var line = await ReadLineAsync(cancel).ConfigureAwait(false);
            texts.Add(line.Text);
            // Servers are seen that change the code midway; the last line's counts.
            if (line.IsLast) return ToReply(line.Code, texts);
            if (texts.Count >= MaxLines) throw new MalformedReplyException($"a reply of over {MaxLines} lines");
        }
    }

    private async ValueTask<ReplyLine> ReadLineAsync(CancellationToken cancel)
    {
        int length = await BufferLineAsync(cancel).ConfigureAwait(false);
        var line = _buffer.AsSpan(_start, length);
        _start += length + 1;
        if (line.EndsWith("\r"u8)) line = line[..^1];
        return ReplyLine.TryParse(line, out var parsed)
            ? parsed
            : throw new MalformedReplyException("a line that is no SMTP reply");
    }

    /// <returns>The length of the line at <c>_start</c> up to, not including, its LF.</returns>
    private async ValueTask<int> BufferLineAsync(CancellationToken cancel)
    {
        int searched = 0;
        while (true)
        {
            int index = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (index >= 0) return searched + index;
            searched = _end - _start;
            if (searched == _buffer.Length) throw new MalformedReplyException($"a reply line of over {MaxLineBytes} bytes");
            await ReadMoreAsync(cancel).ConfigureAwait(false);
        }
    }

    private async ValueTask ReadMoreAsync(CancellationToken cancel)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        int read = await stream.ReadAsync(_buffer.AsMemory(_end), cancel).ConfigureAwait(false);
        if (read == 0) throw new EndOfStreamException();
        _end += read;
    }

    private static SmtpReply ToReply(int code, List<string> texts)
    {
        string enhanced = "";
        for (int i = 0; i < texts.Count; i++)
        {
            // Every line repeats the code (RFC 2034 §4); readers want it once.
            if (!EnhancedCode.TrySplit(code, texts[i], out string found, out string rest)) continue;
            if (enhanced.Length == 0) enhanced = found;
            texts[i] = rest;
        }
        return new SmtpReply(code, enhanced, texts.Count == 1 ? texts[0] : string.Join('\n', texts));
    }
}

/// <summary>The peer does not speak the protocol.</summary>
internal sealed class MalformedReplyException(string message) : IOException(message);
