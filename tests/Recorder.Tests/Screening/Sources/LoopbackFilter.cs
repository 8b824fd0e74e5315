using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Recorder.Tests.Screening.Sources;

/// <summary>A filter on loopback that reads what it is sent and answers as told, connection by connection.</summary>
internal sealed class LoopbackFilter : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource end = new();
    private readonly byte[]? answer;
    private readonly bool closes;
    private readonly List<string> heard = [];

    /// <param name="answer">null: never a byte.</param>
    /// <param name="closes">Closes behind the answer; otherwise the connection stays open.</param>
    public LoopbackFilter(string? answer, bool closes = true)
    {
        (this.answer, this.closes) = (answer is null ? null : Encoding.Latin1.GetBytes(answer), closes);
        listener.Start();
        _ = ServeAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>What came in, in one piece a connection.</summary>
    public IReadOnlyList<string> Heard
    {
        get
        {
            lock (heard) return [.. heard];
        }
    }

    public static string Http(string body) => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}";

    public void Dispose()
    {
        end.Cancel();
        listener.Stop();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true) _ = AnswerAsync(await listener.AcceptTcpClientAsync(end.Token));
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                await HearAsync(stream);
                if (answer is not null) await stream.WriteAsync(answer, end.Token);
                if (!closes || answer is null) await Task.Delay(Timeout.Infinite, end.Token);
            }
            catch (Exception over) when (over is OperationCanceledException or IOException)
            {
                // The asker went away, or the test is over.
            }
        }
    }

    // Every test message ends with this line.
    private async Task HearAsync(NetworkStream stream)
    {
        var (text, block) = (new StringBuilder(), new byte[8192]);
        while (!text.ToString().EndsWith("the end\r\n", StringComparison.Ordinal) && await stream.ReadAsync(block, end.Token) is > 0 and var count)
        {
            text.Append(Encoding.UTF8.GetString(block, 0, count));
        }
        lock (heard) heard.Add(text.ToString());
    }
}
