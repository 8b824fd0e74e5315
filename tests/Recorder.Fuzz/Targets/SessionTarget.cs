using System.Text;
using Recorder.Smtp;
using Recorder.Smtp.Server;

namespace Recorder.Fuzz.Targets;

/// <summary>
/// A whole session. The first byte chooses the protocol. However the input is cut, the replies and the messages are the same,
/// every reply is well formed, nothing of ours fails, and no line of data is taken for a command.
/// </summary>
public sealed class SessionTarget : FuzzTarget
{
    public override IEnumerable<byte[]> Seeds()
    {
        yield return Bytes("sEHLO a.test\r\nMAIL FROM:<a@a.test> SIZE=100 BODY=8BITMIME\r\nRCPT TO:<b@b.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;b+40b.test\r\nDATA\r\nSubject: x\r\n\r\n..dot\r\n.\r\nQUIT\r\n");
        yield return Bytes("lLHLO a.test\r\nMAIL FROM:<>\r\nRCPT TO:<b@b.test>\r\nRCPT TO:<\"c d\"@b.test>\r\nBDAT 5\r\nabcd\nBDAT 0 LAST\r\nRSET\r\nNOOP\r\n");
        yield return Bytes("sEHLO a.test\r\nXFORWARD NAME=x.test ADDR=192.0.2.1 HELO=y+20z\r\nMAIL FROM:<\xc3\xa9@a.test> SMTPUTF8 RET=HDRS ENVID=q+3d\r\nRCPT TO:<@r.test,@s.test:b@[192.0.2.9]>\r\nBDAT 3 LAST\r\nx\r\nBDAT 2\r\nzzMAIL FROM:<a@b.test>\r\n");
        yield return Bytes("kHELO a\r\nMAIL FROM: <a@a.test>\r\nRCPT TO: <Postmaster>\r\nDATA\r\nx\n.\nMAIL FROM:<evil@a.test>\r\n.\r\nVRFY x\r\nHELP\r\nSTARTTLS\r\n");
        yield return Bytes("sEHLO [192.0.2.1]\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\n\r\n.\r.\r\n\r.\r\n..\r\n.\n\r\n.\r\nrset\r\nquit\r\n");
        yield return Bytes("lLHLO a.test\r\nMAIL FROM:<a@a.test> SIZE=9999\r\nBDAT 99999999999999999999 LAST\r\nx");
    }

    public override void Run(byte[] input)
    {
        if (input.Length == 0) return;
        var whole = Play(input[0], [input.AsMemory(1)]);
        Check(whole);
        foreach (var slices in (IEnumerable<ReadOnlyMemory<byte>>[])[Slices.OfOne(input[1..]), Slices.Random(input[1..])])
        {
            var cut = Play(input[0], slices);
            Oracle.Same(whole.Said, cut.Said, "replies differ with the cutting");
            Oracle.Same(whole.Took, cut.Took, "messages differ with the cutting");
        }
    }

    private static (string Said, string Took) Play(byte choice, IEnumerable<ReadOnlyMemory<byte>> slices)
    {
        var handler = new KeepingHandler(perRecipient: choice == 'l');
        var options = new SmtpServerOptions
        {
            Hostname = "mx.test", Protocol = choice == 'l' ? SmtpProtocol.Lmtp : SmtpProtocol.Smtp,
            BareLineEnds = choice == 'k' ? BareLineEnds.Keep : BareLineEnds.Refuse, MaxRecipients = 5, MaxHeaderBytes = 2000, MaxTextLineBytes = 1500,
        };
        var peer = new PipePeer(options, handler);
        foreach (var slice in slices) peer.Send(slice);
        peer.Close();
        return (peer.Said, handler.Took.ToString());
    }

    private static void Check((string Said, string Took) session)
    {
        foreach (var line in session.Said.Split("\r\n")[..^1])
        {
            Oracle.Holds(line.Length is >= 4 and <= 510 && line[0] is >= '2' and <= '5' && line[3] is ' ' or '-', $"no reply line: {line}");
            Oracle.Holds(line.All(c => c is >= ' ' and <= '~' or > '\x9f'), $"control characters in a reply: {line}");
        }
        Oracle.Holds(session.Said.EndsWith("\r\n", StringComparison.Ordinal), "the last reply has no end");
    }
}

/// <summary>Keeps what it is given, as text.</summary>
internal sealed class KeepingHandler(bool perRecipient) : ISmtpServerHandler
{
    public StringBuilder Took { get; } = new();

    public SmtpExtensions Extensions { get; } = new(MaxMessageBytes: 4000);

    public ValueTask<SmtpReply?> OnMailAsync(PeerFacts peer, string reversePath, MailParameters parameters, CancellationToken cancel)
    {
        Took.AppendLine($"MAIL {reversePath} {parameters} {peer.XForward} {peer.ProtocolName} {peer.Helo}");
        return default;
    }

    public ValueTask<SmtpReply?> OnRecipientAsync(PeerFacts peer, Envelope soFar, EnvelopeRecipient recipient, CancellationToken cancel)
    {
        Took.AppendLine($"RCPT {recipient}");
        return new(recipient.Address.StartsWith("no", StringComparison.Ordinal) ? new SmtpReply(550, "5.1.1", "none") : null);
    }

    public ValueTask<IIncomingMessage> OnDataAsync(PeerFacts peer, Envelope envelope, CancellationToken cancel) =>
        new(new Message(this, perRecipient ? envelope.Recipients.Count : 1));

    private sealed class Message(KeepingHandler handler, int replies) : IIncomingMessage
    {
        private readonly StringBuilder bytes = new();

        public ValueTask WriteAsync(System.Buffers.ReadOnlySequence<byte> block, CancellationToken cancel)
        {
            bytes.Append(Encoding.Latin1.GetString(block));
            return default;
        }

        public ValueTask<IReadOnlyList<SmtpReply>> CompleteAsync(WireShape shape, CancellationToken cancel)
        {
            Oracle.Same(bytes.Length, (int)shape.SizeBytes, "size");
            Oracle.Holds(bytes.Length <= 4000, "a message over the limit");
            Oracle.Same(DotsTarget.Shape(bytes.ToString()), shape, "shape");
            handler.Took.AppendLine($"DATA {bytes}");
            return new([.. Enumerable.Repeat(new SmtpReply(250, "2.0.0", "kept"), replies)]);
        }

        public void OnRepliesConfirmed() { }

        public ValueTask DisposeAsync() => default;
    }
}
