using System.Text.RegularExpressions;
using Recorder.Smtp;
using Recorder.SystemTests.Peers;

namespace Recorder.SystemTests;

/// <summary>Promise 1 as the kernel sees it.</summary>
public sealed partial class SystemCallTests
{
    private const string Strace = "/usr/bin/strace";

    [Fact]
    public async Task The_log_is_synced_after_the_record_is_written_and_before_250_is_said()
    {
        Machine.Needs(Strace);
        using var scratch = new Scratch();
        var trace = scratch.File("trace");
        await using var recorder = new RecorderProcess(scratch.File("data"), "Smtp:Mode=Journal", "Smtp:Domains:0=example.edu")
        {
            // -D: the process that is started is Recorder itself, strace watches from aside.
            Under = [Strace, "-D", "-f", "-y", "-s", "4096", "-e", "trace=fsync,fdatasync,sendto,sendmsg,write,writev,pwrite64,pwritev", "-o", trace],
        };
        await recorder.StartAsync();
        await using (var pool = Wire.Sender(recorder.SmtpPort, SmtpProtocol.Smtp))
        {
            var result = (await pool.SendAsync(Wire.Mail("traced-message"), "a@sender.example", "u@example.edu"))[0];
            Assert.Equal(DeliveryOutcome.Accepted, result.Outcome);
        }

        await recorder.StopAsync();
        // strace pads short process ids.
        var ended = new Regex($@"^{recorder.Id} +\+\+\+ exited", RegexOptions.Multiline);
        await Machine.UntilAsync("strace to end", async () => ended.IsMatch(await File.ReadAllTextAsync(trace)));
        CheckOrder(await File.ReadAllLinesAsync(trace));
    }

    /// <summary>Written, then an fsync of the same file that returned 0, then the reply's first byte.</summary>
    private static void CheckOrder(string[] lines)
    {
        var written = Array.FindIndex(lines, line => line.Contains("write", StringComparison.Ordinal) && line.Contains("traced-message", StringComparison.Ordinal) && LogFile().IsMatch(line));
        Assert.True(written >= 0, "the trace shows no write of the message to a log file:\n" + string.Join('\n', lines.Where(line => line.Contains(".active", StringComparison.Ordinal)).Select(line => line[..Math.Min(200, line.Length)])));
        var file = LogFile().Match(lines[written]).Value;
        var said = Array.FindIndex(lines, line => SocketWrite().IsMatch(line) && line.Contains("\"250 ", StringComparison.Ordinal) && line.Contains(" recorded", StringComparison.Ordinal));
        Assert.True(said > written, $"250 in line {said} of the trace, the write in line {written}");
        var synced = Enumerable.Range(written, said - written).Where(at => IsSync(lines, at, file)).ToList();
        Assert.True(synced.Count > 0, "no fsync returned between them:\n" + string.Join('\n', lines[written..(said + 1)].Select(line => line[..Math.Min(160, line.Length)])));
    }

    // strace splits a call that others overtake: "fsync(97<file> <unfinished ...>", later "<... fsync resumed>) = 0".
    private static bool IsSync(string[] lines, int at, string file)
    {
        if (!lines[at].Contains("sync", StringComparison.Ordinal) || !lines[at].TrimEnd().EndsWith("= 0", StringComparison.Ordinal))
        {
            return false;
        }

        if (!lines[at].Contains("resumed>", StringComparison.Ordinal))
        {
            return lines[at].Contains(file, StringComparison.Ordinal);
        }

        var thread = lines[at].Split(' ')[0];
        var begun = Array.FindLastIndex(lines, at - 1, line => line.StartsWith(thread + " ", StringComparison.Ordinal));
        return lines[begun].Contains(file, StringComparison.Ordinal) && lines[begun].Contains("sync(", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"[^<>]*/archive/[^<>]*\.active")]
    private static partial Regex LogFile();

    [GeneratedRegex(@"(?:sendto|sendmsg|write|writev)\(\d+<socket")]
    private static partial Regex SocketWrite();
}
