using System.IO.Compression;
using System.Text;
using Recorder.Completeness;
using Recorder.Completeness.MailLogs;

namespace Recorder.Tests.Completeness;

/// <summary>Lines as Postfix and the loggers around it write them (made here, in their form).</summary>
public sealed class MailLogTests
{
    private const string Id = "01940000-1234-7abc-8def-0123456789ab";
    private static readonly DateTimeOffset Written = new(2026, 11, 30, 20, 0, 0, TimeSpan.Zero);
    private static readonly TimeZoneInfo Taipei = TimeZoneInfo.FindSystemTimeZoneById("Asia/Taipei");

    private const string Sent = $"relay=127.0.0.1[127.0.0.1]:2525, delay=0.09, delays=0.02/0.01/0.01/0.05, dsn=2.0.0, status=sent (250 2.0.0 {Id} recorded; 2.0.0 <u@example.edu> 9xQrHmkUcWk9EwAAzT2b1Q Saved)";

    [Theory]
    // Syslog and postlogd.
    [InlineData($"Nov 30 19:16:26 mx postfix/lmtp[812]: 3F2A1B4C5D: to=<u@example.edu>, {Sent}", "2026-11-30T11:16:26Z", "3F2A1B4C5D", "u@example.edu")]
    [InlineData($"Nov  3 09:06:01 mx postfix/lmtp[812]: 3F2A1B4C5D: to=<u@example.edu>, {Sent}", "2026-11-03T01:06:01Z", "3F2A1B4C5D", "u@example.edu")]
    // rsyslog with RFC 3339 times, Debian's default; long queue ids.
    [InlineData($"2026-11-30T19:16:26.123456+08:00 mx postfix/lmtp[812]: 4XyZ1k2Lm3z1Abc: to=<u@example.edu>, {Sent}", "2026-11-30T11:16:26.123456Z", "4XyZ1k2Lm3z1Abc", "u@example.edu")]
    [InlineData($"2026-11-30T11:16:26Z mx postfix/lmtp[812]: 4XyZ1k2Lm3z1Abc: to=<u@example.edu>, {Sent}", "2026-11-30T11:16:26Z", "4XyZ1k2Lm3z1Abc", "u@example.edu")]
    // journalctl -o short-precise, short-iso, short-unix.
    [InlineData($"Nov 30 19:16:26.123456 mx postfix/lmtp[812]: 3F2A1B4C5D: to=<u@example.edu>, {Sent}", "2026-11-30T11:16:26.123456Z", "3F2A1B4C5D", "u@example.edu")]
    [InlineData($"2026-11-30T19:16:26+0800 mx postfix/lmtp[812]: 3F2A1B4C5D: to=<u@example.edu>, {Sent}", "2026-11-30T11:16:26Z", "3F2A1B4C5D", "u@example.edu")]
    [InlineData($"1796037386.500000 mx postfix/lmtp[812]: 3F2A1B4C5D: to=<u@example.edu>, {Sent}", "2026-11-30T11:16:26.5Z", "3F2A1B4C5D", "u@example.edu")]
    // RFC 5424, and a priority before the old form.
    [InlineData($"<22>1 2026-11-30T11:16:26.1Z mx postfix/lmtp 812 - - 3F2A1B4C5D: to=<u@example.edu>, {Sent}", "2026-11-30T11:16:26.1Z", "3F2A1B4C5D", "u@example.edu")]
    [InlineData($"<22>Nov 30 19:16:26 mx postfix/lmtp[812]: 3F2A1B4C5D: to=<u@example.edu>, {Sent}", "2026-11-30T11:16:26Z", "3F2A1B4C5D", "u@example.edu")]
    // The content filter's client, other names of the instance, a reused connection, an alias.
    [InlineData($"Nov 30 19:16:26 mx postfix-in/relay/smtp[9]: 3F2A1B4C5D: to=<u@example.edu>, {Sent}", "2026-11-30T11:16:26Z", "3F2A1B4C5D", "u@example.edu")]
    [InlineData($"Nov 30 19:16:26 mx postfix/lmtp[812]: 3F2A1B4C5D: to=<u@example.edu>, orig_to=<postmaster@example.edu>, {Sent}", "2026-11-30T11:16:26Z", "3F2A1B4C5D", "u@example.edu")]
    [InlineData($"Nov 30 19:16:26 mx postfix/lmtp[812]: 3F2A1B4C5D: to=<u@example.edu>, relay=127.0.0.1[127.0.0.1]:2525, conn_use=7, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 {Id} recorded)", "2026-11-30T11:16:26Z", "3F2A1B4C5D", "u@example.edu")]
    // A journal's address, another language, a quoted local part that tries to be the rest of the line.
    [InlineData($"Nov 30 19:16:26 mx postfix/lmtp[812]: 3F2A1B4C5D: to=<u#example.edu@journal.invalid>, {Sent}", "2026-11-30T11:16:26Z", "3F2A1B4C5D", "u#example.edu@journal.invalid")]
    [InlineData($"Nov 30 19:16:26 mx postfix/lmtp[812]: 3F2A1B4C5D: to=<使用者@例子.tw>, {Sent}", "2026-11-30T11:16:26Z", "3F2A1B4C5D", "使用者@例子.tw")]
    [InlineData($"Nov 30 19:16:26 mx postfix/lmtp[812]: 3F2A1B4C5D: to=<\"a>, relay=x, status=bounced (b\\\" c\"@example.edu>, {Sent}", "2026-11-30T11:16:26Z", "3F2A1B4C5D", "\"a>, relay=x, status=bounced (b\\\" c\"@example.edu")]
    public void A_delivery_is_read_from_every_form_of_log(string line, string at, string queueId, string recipient)
    {
        var found = Assert.Single(Read(line));
        Assert.Equal(DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture), found.At);
        Assert.Equal((queueId, recipient, "127.0.0.1[127.0.0.1]:2525", "sent", Id), (found.QueueId, found.Recipient, found.Relay, found.Status, found.Record.ToString()));
    }

    [Theory]
    [InlineData("deferred", $"(host 127.0.0.1[127.0.0.1] said: 451 4.4.1 {Id} recorded; the next hop cannot be reached (in reply to end of DATA command))", Id)]
    [InlineData("bounced", $"(host mx.example.edu[::1] said: 550 5.1.1 {Id} recorded; 5.1.1 no such user (in reply to end of DATA command))", Id)]
    [InlineData("sent", $"(250 2.0.0 {Id} recorded; 250 2.0.0 01940000-0000-7000-8000-000000000000 recorded; ok)", Id)]
    [InlineData("sent", "(250 2.0.0 Ok: queued as 3F2A1B4C5D)", null)]
    [InlineData("sent", $"(250 2.0.0 Ok: {Id} recorded)", null)]
    [InlineData("sent", $"(250 2.0.0 {Id} stored)", null)]
    [InlineData("sent", $"(delivered to mailbox: 250 2.0.0 {Id} recorded)", null)]
    [InlineData("deferred", "(connect to 127.0.0.1[127.0.0.1]:2525: Connection refused)", null)]
    [InlineData("deferred", $"(host 127.0.0.1[127.0.0.1] refused to talk to me: 421 4.3.2 {Id} recorded)", null)]
    public void The_record_is_the_one_our_own_reply_names(string status, string why, string? id)
    {
        var found = Assert.Single(Read($"Nov 30 19:16:26 mx postfix/lmtp[1]: 3F2A1B4C5D: to=<u@example.edu>, relay=hook[127.0.0.1]:2525, delay=1, delays=1/0/0/0, dsn=2.0.0, status={status} {why}"));
        Assert.Equal((status, id), (found.Status, found.Record?.ToString()));
    }

    [Theory]
    [InlineData("Nov 30 19:16:26 mx postfix/qmgr[5]: 3F2A1B4C5D: from=<a@example.org>, size=512, nrcpt=1 (queue active)")]
    [InlineData("Nov 30 19:16:26 mx postfix/qmgr[5]: 3F2A1B4C5D: removed")]
    [InlineData($"Nov 30 19:16:26 mx postfix/local[5]: 3F2A1B4C5D: to=<u@example.edu>, {Sent}")]
    [InlineData($"Nov 30 19:16:26 mx otherd[5]: 3F2A1B4C5D: to=<u@example.edu>, {Sent}")]
    // What a stranger said to the server never counts as what the server did.
    [InlineData($"Nov 30 19:16:26 mx postfix/smtpd[5]: warning: non-SMTP command from x[1.2.3.4]: 3F2A1B4C5D: to=<u@example.edu>, {Sent}")]
    [InlineData($"Nov 30 19:16:26 mx postfix/lmtp[5]: warning: 3F2A1B4C5D: to=<u@example.edu>, {Sent}")]
    [InlineData($"Nov 30 19:16:26 mx postfix/smtpd[5]: NOQUEUE: reject: RCPT from x[1.2.3.4]: 550; from=<> to=<a: to=<u@example.edu>, {Sent}")]
    [InlineData("Nov 30 19:16:26 mx postfix/lmtp[812]: 3F2A1B4C5D: to=<u@example.edu>, relay=127.0.0.1[127.0.0.1]:2525, delay=0.09")]
    [InlineData("Nov 30 19:16:26 mx postfix/lmtp[812]: 3F2A1B4C5D: to=<u@example.edu")]
    [InlineData("Nov 30 19:16:26")]
    public void Any_other_line_is_no_delivery_but_its_time_counts(string line)
    {
        var log = Open(line);
        Assert.Null(log.Next());
        Assert.Equal((1, 0), (log.Lines, log.Unreadable));
        Assert.Equal(new DateTimeOffset(2026, 11, 30, 11, 16, 26, TimeSpan.Zero), log.Last);
    }

    [Theory]
    [InlineData("Nov 31 19:16:26 mx postfix/lmtp[812]: 3F2A1B4C5D: to=<u@example.edu>, status=sent")]
    [InlineData("Nov 30 24:16:26 mx x")]
    [InlineData("-- Journal begins at Mon 2026-11-02 --")]
    [InlineData("{\"MESSAGE\":\"no time\"}")]
    [InlineData("{ torn")]
    [InlineData("\0\0\0\0")]
    [InlineData("x")]
    public void A_line_without_a_time_is_counted_and_passed_over(string line)
    {
        var log = Open(line + "\n" + $"Nov 30 19:16:26 mx postfix/lmtp[812]: 3F2A1B4C5D: to=<u@example.edu>, {Sent}");
        Assert.NotNull(log.Next());
        Assert.Equal((2, 1), (log.Lines, log.Unreadable));
    }

    [Fact]
    public void A_journal_entry_as_JSON_is_read_its_bytes_too()
    {
        var words = $"3F2A1B4C5D: to=<u@example.edu>, {Sent}";
        var plain = $$$"""{"__CURSOR":"s=1","__REALTIME_TIMESTAMP":"1796037386500000","_SOURCE":{"MESSAGE":"x"},"SYSLOG_IDENTIFIER":"postfix/lmtp","MESSAGE":"{{{words}}}","PRIORITY":"6"}""";
        var bytes = plain.Replace($"\"{words}\"", $"[{string.Join(',', Encoding.UTF8.GetBytes(words))}]", StringComparison.Ordinal);
        var other = plain.Replace("postfix/lmtp", "sshd", StringComparison.Ordinal);
        var found = Read(string.Join('\n', plain, bytes, other)).ToList();
        Assert.Equal(2, found.Count);
        Assert.All(found, one => Assert.Equal((Id, DateTimeOffset.FromUnixTimeMilliseconds(1796037386500)), (one.Record.ToString(), one.At)));
    }

    [Fact]
    public void A_year_that_no_line_names_is_the_last_that_fits_and_turns_with_the_log()
    {
        string Line(string at) => $"{at} mx postfix/lmtp[812]: 3F2A1B4C5D: to=<u@example.edu>, {Sent}\n";
        var log = Line("Dec 30 23:59:59") + Line("Dec 31 23:59:59") + Line("Jan  1 00:00:01") + Line("Dec 31 23:59:59") + Line("Jan  1 00:00:02") + Line("Feb  2 00:00:00");
        Assert.Equal([2025, 2025, 2026, 2025, 2026, 2026], Read(log, TimeZoneInfo.Utc).Select(one => one.At.Year));
        Assert.Equal([2023, 2023, 2024, 2023, 2024, 2024], Read(log, TimeZoneInfo.Utc, 2023).Select(one => one.At.Year));
        Assert.Equal(2024, Assert.Single(Read(Line("Feb 29 10:00:00"), TimeZoneInfo.Utc)).At.Year);
        Assert.Equal(2025, Assert.Single(Read(Line("Dec  2 10:00:00"), TimeZoneInfo.Utc)).At.Year); // a day is let pass: zones differ
        Assert.Equal(2026, Assert.Single(Read(Line("Dec  1 10:00:00"), TimeZoneInfo.Utc)).At.Year);
    }

    [Fact]
    public void A_line_of_a_megabyte_harms_neither_memory_nor_the_next()
    {
        var line = $"Nov 30 19:16:26 mx postfix/lmtp[812]: 3F2A1B4C5D: to=<u@example.edu>, {Sent}";
        var log = Open($"{line}{new string('x', 3_000_000)}\r\n{line}\r\n\r\n{line}");
        Assert.All(Enumerable.Range(0, 3), _ => Assert.Equal(Id, log.Next()?.Record.ToString()));
        Assert.Null(log.Next());
        Assert.Equal(3, log.Lines);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public void A_rotated_file_is_unpacked_by_what_it_begins_with(string packing)
    {
        using var folder = new Fakes.TestFolder();
        var path = folder.File("mail.log.2");
        using (var file = File.Create(path))
        using (Stream packed = packing switch { "gzip" => new GZipStream(file, CompressionLevel.Fastest), "zstd" => new ZstdSharp.CompressionStream(file), _ => file })
        {
            packed.Write(Encoding.UTF8.GetBytes($"2026-11-30T11:16:26Z mx postfix/lmtp[812]: 3F2A1B4C5D: to=<u@example.edu>, {Sent}\n"));
        }

        using var log = LogFile.Open(path, TimeProvider.System);
        Assert.Equal(Id, new MailLog(log.Text, Taipei, log.WrittenAt).Next()?.Record.ToString());
        Assert.Equal(log.LengthBytes, log.ReadBytes);
    }

    [Fact]
    public void What_cannot_be_unpacked_says_how_to_read_it()
    {
        using var folder = new Fakes.TestFolder();
        var path = folder.File("mail.log.xz");
        using (var file = File.Create(path)) file.Write([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0]);
        Assert.Contains("xzcat", Assert.Throws<IOException>(() => LogFile.Open(path, TimeProvider.System)).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => LogFile.Open(folder.File("none"), TimeProvider.System));
    }

    private static MailLog Open(string text, TimeZoneInfo? zone = null, int? year = null) => new(new MemoryStream(Encoding.UTF8.GetBytes(text)), zone ?? Taipei, Written, year);

    private static IEnumerable<HandOver> Read(string text, TimeZoneInfo? zone = null, int? year = null)
    {
        var log = Open(text, zone, year);
        while (log.Next() is { } found) yield return found;
    }
}
