using System.Net;
using System.Net.Sockets;
using System.Text;
using Recorder.SystemTests.Peers;

namespace Recorder.SystemTests;

/// <summary>SIGTERM while a message is on its way.</summary>
public sealed class StopTests
{
    /// <summary>Answers the message after a while; nothing else is asked of it.</summary>
    private static async Task SlowHopAsync(TcpListener hop, TaskCompletionSource hasMessage, Task answer)
    {
        while (true)
        {
            using var peer = await hop.AcceptTcpClientAsync();
            using var reader = new StreamReader(peer.GetStream(), Encoding.Latin1);
            await using var writer = new StreamWriter(peer.GetStream(), Encoding.Latin1) { NewLine = "\r\n", AutoFlush = true };
            await writer.WriteLineAsync("220 hop");
            var inData = false;
            while (await reader.ReadLineAsync() is { } line)
            {
                if (inData && line == ".")
                {
                    hasMessage.TrySetResult();
                    await answer;
                }

                var wasInData = inData;
                inData = inData ? line != "." : line == "DATA";
                if (!inData || !wasInData) await writer.WriteLineAsync(inData ? "354 go" : "250 kept at last");
            }
        }
    }

    [Fact]
    public async Task A_message_that_has_arrived_is_delivered_and_answered_before_the_process_ends()
    {
        using var hop = new TcpListener(IPAddress.Loopback, 0);
        hop.Start();
        var (hasMessage, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        _ = SlowHopAsync(hop, hasMessage, answer.Task);
        var data = Directory.CreateTempSubdirectory("recorder-stop-");
        await using var recorder = new RecorderProcess(data.FullName, "NextHop:Host=127.0.0.1", $"NextHop:Port={((IPEndPoint)hop.LocalEndpoint).Port}");
        await recorder.StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, recorder.SmtpPort);
        using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes("HELO me\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.edu>\r\nDATA\r\n"));
        while (!(await reader.ReadLineAsync())!.StartsWith("354", StringComparison.Ordinal)) { }
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes("Subject: x\r\n\r\nhello\r\n.\r\n"));
        await hasMessage.Task.WaitAsync(TimeSpan.FromSeconds(30));

        var stopping = recorder.StopAsync();
        await Task.Delay(TimeSpan.FromSeconds(5));
        answer.SetResult();

        Assert.EndsWith("recorded; kept at last", await reader.ReadLineAsync(), StringComparison.Ordinal);
        client.Close();
        await stopping;
        Directory.Delete(data.FullName, recursive: true);
    }
}
