using System.Net.Sockets;
using System.Text;

namespace Recorder.Tests.Fakes;

/// <summary>An IMAP server that says what a test wants to hear, for what a real one cannot be made to say.</summary>
/// <param name="answer">To a line without its tag; null: silence for ever.</param>
internal sealed class ScriptedImap(Func<string, string?> answer) : LoopbackServer
{
    public List<string> Lines { get; } = [];

    protected override async Task TalkAsync(TcpClient client, CancellationToken stop)
    {
        using var talking = client;
        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        var writer = new StreamWriter(client.GetStream()) { NewLine = "\r\n", AutoFlush = true };
        await writer.WriteLineAsync("* OK [CAPABILITY IMAP4rev1 ID SASL-IR AUTH=PLAIN AUTH=LOGIN] ready");
        while (await reader.ReadLineAsync(stop) is { } line)
        {
            var (tag, words) = (line.Split(' ')[0], line[(line.IndexOf(' ') + 1)..]);
            lock (Lines) Lines.Add(words);
            if (answer(words) is not { } said) await Task.Delay(Timeout.Infinite, stop);
            else await writer.WriteLineAsync(said.StartsWith('*') ? said : $"{tag} {said}");
        }
    }
}
