namespace Recorder.Completeness.MailLogs;

/// <summary>Lines of a stream, one after the other, in one buffer. The rest of a line over <see cref="MaxLineBytes"/> is left out.</summary>
internal sealed class LineReader(Stream stream)
{
    /// <summary>Postfix and the loggers cut far earlier.</summary>
    public const int MaxLineBytes = 64 * 1024;

    private readonly byte[] buffer = new byte[16 * MaxLineBytes];
    private int start, end;
    private bool isOver;

    /// <param name="line">Without its end; valid until the next call.</param>
    public bool Next(out ReadOnlySpan<byte> line)
    {
        while (true)
        {
            var held = buffer.AsSpan(start, end - start);
            var length = held.IndexOf((byte)'\n');
            if (length >= 0 || (isOver && held.Length > 0))
            {
                line = Cut(held, length < 0 ? held.Length : length);
                return true;
            }

            line = default;
            if (isOver) return false;
            Fill();
        }
    }

    private ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> held, int length)
    {
        start += Math.Min(held.Length, length + 1);
        return held[..Math.Min(length, MaxLineBytes)].TrimEnd((byte)'\r');
    }

    private void Fill()
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
        }
        else if (end == buffer.Length)
        {
            end = MaxLineBytes;
        }

        var read = stream.Read(buffer, end, buffer.Length - end);
        if (read == 0) isOver = true;
        end += read;
    }
}
