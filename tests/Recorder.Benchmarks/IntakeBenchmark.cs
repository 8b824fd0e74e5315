using System.Diagnostics;
using System.Globalization;
using Recorder.SystemTests.Peers;
using Spectre.Console;

namespace Recorder.Benchmarks;

/// <summary>How fast messages are taken durably: Recorder in journal mode against Postfix's queue.</summary>
internal static class IntakeBenchmark
{
    private const int MessageBytes = 8_192;
    private const int Connections = 16;

    public static async Task<int> RunAsync(int messages, int rounds, CancellationToken cancel)
    {
        using var scratch = new Scratch();
        // Deferred at once: Postfix only takes the message and keeps it.
        await using var postfix = await Postfix.StartAsync(
            "virtual_mailbox_domains = example.edu\nvirtual_transport = lmtp:[127.0.0.1]:9\ndefer_transports = lmtp\nsmtpd_client_connection_rate_limit = 0");
        await using var recorder = new RecorderProcess(scratch.File("data"), "Smtp:Protocol=smtp", "Smtp:Mode=Journal", "Smtp:Domains:0=example.edu");
        await recorder.StartAsync();

        await LoadAsync(postfix.Port, messages / 10, cancel);
        await LoadAsync(recorder.SmtpPort, messages / 10, cancel);
        var theirs = new List<double>();
        var ours = new List<double>();
        var counters = await CountersAsync(recorder);
        var cpu = CpuSeconds(recorder.Id);
        for (var round = 1; round <= rounds; round++)
        {
            theirs.Add(await LoadAsync(postfix.Port, messages, cancel));
            ours.Add(await LoadAsync(recorder.SmtpPort, messages, cancel));
            AnsiConsole.Console.WriteLine($"round {round}: Postfix {theirs[^1]:F0}/s, Recorder {ours[^1]:F0}/s");
        }

        Report(messages * rounds, theirs, ours, CpuSeconds(recorder.Id) - cpu, counters, await CountersAsync(recorder));
        return 0;
    }

    private static void Report(int total, List<double> theirs, List<double> ours, double cpuSeconds, Counters before, Counters after)
    {
        var (postfix, recorder) = (Median(theirs), Median(ours));
        var table = new Table().AddColumns("journal intake, 8 KB, 16 connections, one message a connection", "Postfix", "Recorder", "ratio");
        table.AddRow("messages/s, median", F(postfix, "F0"), F(recorder, "F0"), F(recorder / postfix, "F2") + " x");
        AnsiConsole.Write(table);
        Console.WriteLine($"Recorder, indexing beside it: {cpuSeconds / total * 1e6:F0} us CPU a message, "
            + $"{(after.Fsyncs - before.Fsyncs) / (double)total:F2} fsyncs a message ({after.Fsyncs - before.Fsyncs} in all)");
    }

    /// <returns>Messages a second.</returns>
    private static async Task<double> LoadAsync(int port, int messages, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        using var source = Process.Start(new ProcessStartInfo("/usr/sbin/smtp-source",
            ["-s", Text(Connections), "-m", Text(messages), "-l", Text(MessageBytes), "-f", "a@example.org", "-t", "u@example.edu", $"127.0.0.1:{port}"]))!;
        await source.WaitForExitAsync(cancel);
        Assert.True(source.ExitCode == 0, $"smtp-source ended with {source.ExitCode}");
        return messages / clock.Elapsed.TotalSeconds;
    }

    private static async Task<Counters> CountersAsync(RecorderProcess recorder)
    {
        using var client = new HttpClient();
        var text = await client.GetStringAsync(new Uri(recorder.Web, "/metrics"));
        return new Counters(Read(text, "recorder_archive_fsyncs_total"));
    }

    private static long Read(string metrics, string name) =>
        metrics.Split('\n').Where(line => line.StartsWith(name, StringComparison.Ordinal))
            .Select(line => (long)double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture)).FirstOrDefault();

    // utime and stime of proc(5), in ticks of 1/100 s.
    private static double CpuSeconds(int processId)
    {
        var fields = File.ReadAllText($"/proc/{processId}/stat").Split(") ")[1].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / 100.0;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static string F(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private sealed record Counters(long Fsyncs);
}
