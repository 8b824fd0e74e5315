using System.Text;
using System.Text.RegularExpressions;

namespace Recorder.Tests.Smtp.Client.Peers;

/// <summary>
/// Plays a next hop from a script, one step a line:
/// <c>S: text</c> says a line (escapes such as <c>\x07</c> allowed), <c>W: text</c> says it without CRLF,
/// <c>C: text</c> expects exactly this line, <c>D:</c> takes the data up to its final dot, <c>B: n</c> takes n bytes,
/// <c>N:</c> expects that the client closes, <c>X:</c> closes, <c>H:</c> falls silent,
/// <c>I:</c> falls silent but for <see cref="DripAsync"/>, <c>T:</c> waits for <see cref="Trigger"/>.
/// </summary>
internal sealed class ScriptedPeer(string script, int sliceBytes = int.MaxValue)
{
    private readonly TaskCompletionSource _hanging = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Stream? _dripping;

    /// <summary>What D: and B: took.</summary>
    public List<string> Taken { get; } = [];

    public TaskCompletionSource Trigger { get; } = new();

    /// <summary>Faults with what differed from the script.</summary>
    public Task Finished { get; private set; } = Task.CompletedTask;

    /// <summary>H: was reached.</summary>
    public Task Hanging => _hanging.Task;

    /// <summary>Says a little more in I:.</summary>
    public async Task DripAsync(string text)
    {
        try { await SayAsync(_dripping!, text); }
        catch (InvalidOperationException) { }
    }

    public Stream Connect()
    {
        var (client, server) = DuplexStream.CreatePair();
        Finished = PlayAsync(server);
        return client;
    }

    public async Task PlayAsync(Stream stream)
    {
        await using var closing = stream;
        var reader = new ByteReader(stream);
        foreach (string line in script.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string text = line.Length > 3 ? line[3..] : "";
            switch (line[..2])
            {
                case "S:": await SayAsync(stream, Regex.Unescape(text) + "\r\n"); break;
                case "W:": await SayAsync(stream, Regex.Unescape(text)); break;
                case "C:": Assert.Equal(text, await reader.ReadLineAsync()); break;
                case "D:": Taken.Add(Latin(await reader.ReadDataAsync() ?? throw new EndOfStreamException("no final dot"))); break;
                case "B:": Taken.Add(Latin(await reader.ReadBytesAsync(int.Parse(text)))); break;
                case "N:": Assert.Null(await reader.ReadLineAsync()); break;
                case "H:": _hanging.TrySetResult(); while (await reader.ReadLineAsync() is not null) { } break;
                case "I:": _dripping = stream; _hanging.TrySetResult(); while (await reader.ReadLineAsync() is not null) { } break;
                case "T:": await Trigger.Task; break;
                case "X:": return;
                default: throw new FormatException(line);
            }
        }
    }

    private async Task SayAsync(Stream stream, string text)
    {
        foreach (byte[] slice in Encoding.Latin1.GetBytes(text).Chunk(sliceBytes))
        {
            await stream.WriteAsync(slice);
            await stream.FlushAsync();
            if (sliceBytes != int.MaxValue) await Task.Yield();
        }
    }

    private static string Latin(byte[] bytes) => Encoding.Latin1.GetString(bytes);
}
