using System.Diagnostics;
using System.Text.RegularExpressions;
using Recorder.SystemTests.Peers;

namespace Recorder.Benchmarks.Load;

/// <summary>Postfix's own sink: takes mail, counts it and stores nothing.</summary>
internal sealed partial class SmtpSink : IAsyncDisposable
{
    private readonly Process process;
    private readonly Task reading;
    private long messages;

    private SmtpSink(Process process, int port)
    {
        (this.process, Port) = (process, port);
        reading = ReadAsync();
    }

    public int Port { get; }

    /// <summary>Messages taken since the start.</summary>
    public long Messages => Interlocked.Read(ref messages);

    public static async Task<SmtpSink> StartAsync()
    {
        var port = Machine.FreePort();
        // As root it insists on giving that up. -c prints its counters as they change.
        string[] user = Environment.IsPrivilegedProcess ? ["-u", "postfix"] : [];
        var process = Process.Start(new ProcessStartInfo("/usr/sbin/smtp-sink", ["-c", .. user, $"127.0.0.1:{port}", "200"]) { RedirectStandardOutput = true })!;
        var sink = new SmtpSink(process, port);
        await Machine.UntilAsync("smtp-sink to listen", () => Task.FromResult(Listener.IsThere(port)));
        return sink;
    }

    /// <summary>Waits, to about a millisecond, until it has taken so many in all.</summary>
    public async Task UntilAsync(long count, CancellationToken cancel)
    {
        while (Messages < count)
        {
            Assert.False(process.HasExited, "smtp-sink ended");
            await Task.Delay(1, cancel);
        }
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        await reading;
        process.Dispose();
    }

    // "sess=3 quit=3 mesg=3" and a carriage return, again and again.
    private async Task ReadAsync()
    {
        var buffer = new char[4096];
        var rest = "";
        while (await process.StandardOutput.ReadAsync(buffer) is var read and > 0)
        {
            var text = rest + new string(buffer, 0, read);
            var end = text.LastIndexOf('\r');
            if (end >= 0 && Counter().Match(text[..end]) is { Success: true } last)
            {
                Interlocked.Exchange(ref messages, long.Parse(last.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture));
            }

            rest = text[(end + 1)..];
        }
    }

    [GeneratedRegex(@"mesg=(\d+)", RegexOptions.RightToLeft)]
    private static partial Regex Counter();
}
