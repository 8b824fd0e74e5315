using System.Diagnostics;
using Recorder.Benchmarks.Compare;

namespace Recorder.Benchmarks.Load;

/// <summary>Postfix's own load generator: each of its connections sends the next message as soon as the last was answered.</summary>
internal static class SmtpSource
{
    public const int MessageBytes = 8_192, Connections = 16;

    /// <param name="keepConnections">Many messages over each connection, rather than one.</param>
    /// <returns>Messages a second until the last was answered.</returns>
    public static async Task<double> SendAsync(int port, int messages, bool keepConnections, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        string[] arguments =
        [
            .. keepConnections ? new[] { "-d" } : [], "-s", Number.Plain(Connections), "-m", Number.Plain(messages), "-l", Number.Plain(MessageBytes),
            "-f", "a@example.org", "-t", "u@example.edu", $"127.0.0.1:{port}",
        ];
        using var source = Process.Start(new ProcessStartInfo("/usr/sbin/smtp-source", arguments))!;
        try
        {
            await source.WaitForExitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            source.Kill();
            throw;
        }

        Assert.True(source.ExitCode == 0, $"smtp-source ended with {source.ExitCode}");
        return messages / clock.Elapsed.TotalSeconds;
    }
}
