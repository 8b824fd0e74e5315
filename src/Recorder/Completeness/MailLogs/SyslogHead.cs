namespace Recorder.Completeness.MailLogs;

/// <summary>What stands between the time and the words: host, then the program's name and number.</summary>
internal static class SyslogHead
{
    /// <summary>Takes off a priority, and the version of RFC 5424 behind it.</summary>
    public static bool SkipPriority(ref ReadOnlySpan<byte> line)
    {
        if (line.Length < 5 || line[0] != (byte)'<') return false;
        var end = line[..5].IndexOf((byte)'>');
        if (end < 0) return false;
        line = line[(end + 1)..];
        if (!line.StartsWith("1 "u8)) return false;
        line = line[2..];
        return true;
    }

    /// <param name="rest">Behind the time.</param>
    /// <param name="isRfc5424">Name, number and the two fields behind them are words of their own there.</param>
    /// <returns>The words of a delivering client of Postfix; empty of anything else.</returns>
    public static ReadOnlySpan<byte> WordsOfClient(ReadOnlySpan<byte> rest, bool isRfc5424)
    {
        if (!Next(ref rest, out _) || !Next(ref rest, out var name)) return default;
        if (!isRfc5424) return name.Length > 0 && name[^1] == (byte)':' && IsClient(name[..^1]) ? rest : default;
        return IsClient(name) && Next(ref rest, out _) && Next(ref rest, out _) && rest.StartsWith("- "u8) ? rest[2..] : default;
    }

    /// <summary><c>postfix/lmtp[123]</c>, <c>postfix-out/relay/smtp[123]</c>: the prefix is the administrator's choice (syslog_name).</summary>
    public static bool IsClient(ReadOnlySpan<byte> name)
    {
        var number = name.IndexOf((byte)'[');
        if (number >= 0) name = name[..number];
        var program = name[(name.LastIndexOf((byte)'/') + 1)..];
        return program.Length < name.Length && (program.SequenceEqual("lmtp"u8) || program.SequenceEqual("smtp"u8));
    }

    private static bool Next(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> word)
    {
        rest = rest.TrimStart((byte)' ');
        var end = rest.IndexOf((byte)' ');
        word = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return end > 0;
    }
}
