using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Recorder.Tests.Smtp.Server;

/// <summary>
/// A dialogue as text. "C:" is a line of the client, sent with CRLF; "C-" one sent without; \r \n \0 \xHH and \N*c
/// (the character c, N times) stand for what they say. "S:" is a line of the server, compared as far as it is given.
/// Other lines are comments.
/// </summary>
internal sealed partial record Script(IReadOnlyList<(bool Client, string Text)> Lines)
{
    public static Script Parse(string text) => new([.. text.Split('\n').Select(line => line.TrimEnd('\r')).SelectMany(Read)]);

    public byte[] AllInput => [.. Lines.Where(line => line.Client).SelectMany(line => Encoding.Latin1.GetBytes(line.Text))];

    public IReadOnlyList<string> AllOutput => [.. Lines.Where(line => !line.Client).Select(line => line.Text)];

    /// <summary>In step: each line waits for the replies before it.</summary>
    public async Task PlayAsync(TestPeer peer)
    {
        var heard = new Queue<string>();
        foreach (var (client, text) in Lines)
        {
            Hear(peer, heard);
            if (client)
            {
                Assert.True(heard.Count == 0, $"Before «{text.Trim()}» the server said «{string.Join('|', heard)}»");
                await peer.SendAsync(Encoding.Latin1.GetBytes(text));
            }
            else
            {
                Assert.True(heard.TryDequeue(out var said), $"The server was silent where «{text}» was due");
                Assert.StartsWith(text, said, StringComparison.Ordinal);
            }
        }
        Hear(peer, heard);
        Assert.Empty(heard);
    }

    public void Check(string said)
    {
        var lines = said.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length == AllOutput.Count, said);
        foreach (var (expected, actual) in AllOutput.Zip(lines)) Assert.StartsWith(expected, actual, StringComparison.Ordinal);
    }

    private static void Hear(TestPeer peer, Queue<string> heard)
    {
        foreach (var line in peer.Said().Split("\r\n", StringSplitOptions.RemoveEmptyEntries)) heard.Enqueue(line);
    }

    private static IEnumerable<(bool, string)> Read(string line)
    {
        if (line.StartsWith("S: ", StringComparison.Ordinal)) yield return (false, line[3..]);
        else if (line.StartsWith("C: ", StringComparison.Ordinal)) yield return (true, Unescape(line[3..]) + "\r\n");
        else if (line.StartsWith("C- ", StringComparison.Ordinal)) yield return (true, Unescape(line[3..]));
        else if (line == "C:") yield return (true, "\r\n");
    }

    private static string Unescape(string text)
    {
        var bytes = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
        return Escape().Replace(bytes, match => match.Value switch
        {
            "\\r" => "\r",
            "\\n" => "\n",
            "\\0" => "\0",
            ['\\', 'x', .. var hex] => ((char)int.Parse(hex, NumberStyles.HexNumber)).ToString(),
            var many => new string(many[^1], int.Parse(many[1..^2])),
        });
    }

    [GeneratedRegex(@"\\(r|n|0|x[0-9a-f]{2}|[1-9][0-9]*\*.)")]
    private static partial Regex Escape();
}
