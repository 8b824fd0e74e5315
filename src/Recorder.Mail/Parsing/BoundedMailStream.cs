namespace Recorder.Mail;

/// <summary>
/// What MimeKit is given to read: the message, with headers beyond the limit cut out, since MimeReader keeps a whole field
/// in one array that grows by 64 bytes. Knows where each delivered byte stood in the message.
/// </summary>
internal sealed class BoundedMailStream(Stream source, long maxHeaderBytes) : Stream
{
    private readonly byte[] buffer = new byte[16 << 10];
    private readonly List<(long Delivered, long Shift)> shifts = [];
    private int position, length;
    private long delivered, headersBegin, headerBytesUsed;
    private byte last, lastButOne;
    private bool inHeaders;
    private int owedLineFeeds;

    /// <summary>A header was cut.</summary>
    public bool IsCut { get; private set; }

    /// <summary>The source itself failed: its error must not pass for unreadable content.</summary>
    public bool HasFailed { get; private set; }

    public void HeadersBegin(long offset) => (inHeaders, headersBegin) = (true, offset);

    public void HeadersEnd(long offset)
    {
        inHeaders = false;
        headerBytesUsed += offset - headersBegin;
    }

    /// <summary>A message without any header field is a body: an empty line in front makes MimeReader see it so.</summary>
    public void StartAsBody()
    {
        owedLineFeeds = 1;
        shifts.Add((0, -1));
    }

    /// <summary>Leaves out what stands before the header.</summary>
    public void StartAt(int offset)
    {
        position = offset;
        shifts.Add((0, offset));
    }

    /// <summary>The first bytes, not consumed; fewer only at the end of the message.</summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        while (length < count && Fill(length)) { }
        return buffer.AsSpan(0, Math.Min(length, count));
    }

    /// <summary>The place in the message of the byte at an offset that MimeReader names.</summary>
    public long ToSource(long offset)
    {
        var shift = 0L;
        foreach (var (from, bytes) in shifts)
        {
            if (from > offset)
                break;
            shift = bytes;
        }
        return Math.Max(0, offset + shift);
    }

    public override int Read(byte[] target, int offset, int count)
    {
        if (inHeaders && headerBytesUsed + delivered - headersBegin > maxHeaderBytes)
            SkipToBody();
        var made = 0;
        for (; owedLineFeeds > 0 && made < count; owedLineFeeds--)
            target[offset + made++] = (byte)'\n';
        if (made == 0)
        {
            if (position == length && !Fill(position = length = 0))
                return 0;
            made = Math.Min(count, length - position);
            buffer.AsSpan(position, made).CopyTo(target.AsSpan(offset));
            position += made;
        }
        Delivered(target.AsSpan(offset, made));
        return made;
    }

    private void Delivered(ReadOnlySpan<byte> bytes)
    {
        delivered += bytes.Length;
        lastButOne = bytes.Length > 1 ? bytes[^2] : last;
        last = bytes[^1];
    }

    /// <summary>Reads on to the empty line and delivers only that.</summary>
    private void SkipToBody()
    {
        var skipped = 0L;
        var found = false;
        while (!found && (position < length || Fill(position = length = 0)))
        {
            var next = buffer[position++];
            skipped++;
            found = next == '\n' && (last == '\n' || (last == '\r' && lastButOne == '\n'));
            (lastButOne, last) = (last, next);
        }
        inHeaders = false;
        IsCut = true;
        owedLineFeeds = 2; // ends the line that was cut, then the empty line
        shifts.Add((delivered + owedLineFeeds, (shifts.Count == 0 ? 0 : shifts[^1].Shift) + skipped - owedLineFeeds));
    }

    private bool Fill(int from)
    {
        try
        {
            var read = from < buffer.Length ? source.Read(buffer, from, buffer.Length - from) : 0;
            length = from + read;
            return read > 0;
        }
        catch
        {
            HasFailed = true;
            throw;
        }
    }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] source, int offset, int count) => throw new NotSupportedException();
}
