using System.Text;

namespace Recorder.SystemTests.Peers;

/// <summary>Follows one connection: which reply belongs to which command, and what is data.</summary>
internal sealed class TappedDialogue(bool isLmtp, Action<TappedTransaction> keep)
{
    private const string Greeting = "", EndOfData = ".";
    private readonly Lock gate = new();
    private readonly Queue<string> unanswered = new([Greeting]);
    private readonly List<byte> clientLine = [], serverLine = [];
    private readonly List<string> recipients = [], replies = [];
    private MemoryStream data = new();
    private string reversePath = "";
    private string reply = "";
    private bool inData;

    public void FromClient(ReadOnlyMemory<byte> bytes)
    {
        lock (gate)
        {
            EachLine(clientLine, bytes.Span, line =>
            {
                if (inData)
                {
                    Data(line);
                }
                else
                {
                    unanswered.Enqueue(Text(line));
                }
            });
        }
    }

    public void FromServer(ReadOnlyMemory<byte> bytes)
    {
        lock (gate)
        {
            EachLine(serverLine, bytes.Span, line =>
            {
                var text = Text(line);
                reply = reply.Length == 0 ? text : $"{reply}\n{text}";
                if (text.Length < 4 || text[3] != '-')
                {
                    Answer(reply);
                    reply = "";
                }
            });
        }
    }

    private static void EachLine(List<byte> pending, ReadOnlySpan<byte> bytes, Action<byte[]> see)
    {
        foreach (var one in bytes)
        {
            pending.Add(one);
            // Only CRLF ends a line: a bare LF belongs to the message.
            if (one == '\n' && pending.Count >= 2 && pending[^2] == '\r')
            {
                byte[] line = [.. pending];
                pending.Clear();
                see(line);
            }
        }
    }

    private static string Text(byte[] line) => Encoding.Latin1.GetString(line, 0, line.Length - 2);

    // RFC 5321 §4.5.2.
    private void Data(byte[] line)
    {
        if (line is [(byte)'.', (byte)'\r', (byte)'\n'])
        {
            inData = false;
            for (var i = 0; i < (isLmtp ? recipients.Count : 1); i++)
            {
                unanswered.Enqueue(EndOfData);
            }
        }
        else
        {
            data.Write(line.AsSpan(line[0] == '.' ? 1 : 0));
        }
    }

    private void Answer(string text)
    {
        if (!unanswered.TryDequeue(out var command))
        {
            return; // 421 out of nowhere
        }

        var positive = text[0] is '2' or '3';
        if (command == EndOfData)
        {
            replies.Add(text);
            if (unanswered.Count == 0 || unanswered.Peek() != EndOfData)
            {
                keep(new TappedTransaction(reversePath, [.. recipients], data.ToArray(), [.. replies]));
            }
        }
        else if (command.StartsWith("MAIL FROM:", StringComparison.OrdinalIgnoreCase) && positive)
        {
            (reversePath, data) = (Path(command), new MemoryStream());
            recipients.Clear();
            replies.Clear();
        }
        else if (command.StartsWith("RCPT TO:", StringComparison.OrdinalIgnoreCase) && positive)
        {
            recipients.Add(Path(command));
        }
        else if (command.Equals("DATA", StringComparison.OrdinalIgnoreCase))
        {
            inData = text[0] == '3';
        }
    }

    private static string Path(string command) => command[(command.IndexOf('<', StringComparison.Ordinal) + 1)..command.IndexOf('>', StringComparison.Ordinal)];
}
