namespace Recorder.Completeness.MailLogs;

/// <summary>One log, read once from the front: gives the deliveries of Postfix's smtp and lmtp clients and counts the rest.</summary>
/// <param name="source">Its lines, whatever it was packed with.</param>
public sealed class MailLog(Stream source, TimeZoneInfo zone, DateTimeOffset fileTime, int? firstYear = null)
{
    private readonly LineReader lines = new(source);
    private readonly LogClock clock = new(zone, fileTime, firstYear);

    public long Lines { get; private set; }

    /// <summary>Lines whose time cannot be read. What they say is not looked at.</summary>
    public long Unreadable { get; private set; }

    /// <summary>The times of the earliest and the latest line of any kind; null before one was read.</summary>
    public DateTimeOffset? First { get; private set; }
    public DateTimeOffset? Last { get; private set; }

    /// <returns>null at the end.</returns>
    public HandOver? Next()
    {
        while (lines.Next(out var line))
        {
            if (line.IsEmpty) continue;
            Lines++;
            if (Read(line) is { } found) return found;
        }

        return null;
    }

    private HandOver? Read(ReadOnlySpan<byte> line)
    {
        if (!TryRead(line, out var at, out var words))
        {
            Unreadable++;
            return null;
        }

        if (First is null || at < First) First = at;
        if (Last is null || at > Last) Last = at;
        return words.IsEmpty ? null : DeliveryLine.Read(words, at);
    }

    private bool TryRead(ReadOnlySpan<byte> line, out DateTimeOffset at, out ReadOnlySpan<byte> words)
    {
        if (line[0] == (byte)'{') return JournaldLine.Read(line, out at, out words);
        words = default;
        var isRfc5424 = SyslogHead.SkipPriority(ref line);
        if (clock.Read(line, out at) is not (> 0 and var length)) return false;
        words = SyslogHead.WordsOfClient(line[length..], isRfc5424);
        return true;
    }
}
