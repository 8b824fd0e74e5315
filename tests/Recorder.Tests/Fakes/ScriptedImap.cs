using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Recorder.Tests.Fakes;

/// <summary>An IMAP server that says what a test wants to hear, for what a real one cannot be made to say.</summary>
internal sealed class ScriptedImap : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Task serving;
    private readonly Func<string, string?> answer;

    /// <param name="answer">To a line without its tag; null: silence for ever.</param>
    public ScriptedImap(Func<string, string?> answer)
    {
        this.answer = answer;
        listener.Start();
        serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public List<string> Lines { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            var client = await listener.AcceptTcpClientAsync(stop.Token);
            _ = TalkAsync(client);
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        using var talking = client;
        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        var writer = new StreamWriter(client.GetStream()) { NewLine = "\r\n", AutoFlush = true };
        await writer.WriteLineAsync("* OK [CAPABILITY IMAP4rev1 ID SASL-IR AUTH=PLAIN AUTH=LOGIN] ready");
        while (await reader.ReadLineAsync(stop.Token) is { } line)
        {
            var (tag, words) = (line.Split(' ')[0], line[(line.IndexOf(' ') + 1)..]);
            lock (Lines) Lines.Add(words);
            if (answer(words) is not { } said) await Task.Delay(Timeout.Infinite, stop.Token);
            else await writer.WriteLineAsync(said.StartsWith('*') ? said : $"{tag} {said}");
        }
    }
}
