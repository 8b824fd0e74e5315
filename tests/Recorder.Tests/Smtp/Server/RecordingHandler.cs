using System.Buffers;
using System.Text;
using Recorder.Smtp;

namespace Recorder.Tests.Smtp.Server;

/// <summary>Accepts everything and keeps it, unless told otherwise.</summary>
internal sealed class RecordingHandler : ISmtpServerHandler
{
    private SmtpExtensions extensions = new(MaxMessageBytes: 5000);

    public SmtpExtensions Extensions
    {
        get => ExtensionsFailure is null ? extensions : throw ExtensionsFailure;
        set => extensions = value;
    }

    public Exception? ExtensionsFailure { get; set; }

    public Func<PeerFacts, string, MailParameters, SmtpReply?> Mail { get; set; } = (_, _, _) => null;

    public Func<Envelope, EnvelopeRecipient, SmtpReply?> Recipient { get; set; } = (_, _) => null;

    public Func<PeerFacts, Envelope, IncomingMessage>? Data { get; set; }

    public Func<IncomingMessage, Task<IReadOnlyList<SmtpReply>>>? Complete { get; set; }

    /// <summary>LMTP: a reply for each recipient.</summary>
    public bool PerRecipient { get; set; }

    public List<(PeerFacts Peer, string ReversePath, MailParameters Parameters)> Mails { get; } = [];

    public List<IncomingMessage> Messages { get; } = [];

    public ValueTask<SmtpReply?> OnMailAsync(PeerFacts peer, string reversePath, MailParameters parameters, CancellationToken cancel)
    {
        Mails.Add((peer, reversePath, parameters));
        return new(Mail(peer, reversePath, parameters));
    }

    public ValueTask<SmtpReply?> OnRecipientAsync(PeerFacts peer, Envelope soFar, EnvelopeRecipient recipient, CancellationToken cancel) =>
        new(Recipient(soFar, recipient));

    public ValueTask<IIncomingMessage> OnDataAsync(PeerFacts peer, Envelope envelope, CancellationToken cancel)
    {
        var message = Data?.Invoke(peer, envelope) ?? new IncomingMessage(this, peer, envelope);
        Messages.Add(message);
        return new(message);
    }
}

internal sealed class IncomingMessage(RecordingHandler handler, PeerFacts peer, Envelope envelope) : IIncomingMessage
{
    private readonly MemoryStream bytes = new();

    public PeerFacts Peer => peer;

    public Envelope Envelope => envelope;

    public byte[] Bytes => bytes.ToArray();

    public string Text => Encoding.Latin1.GetString(Bytes);

    public WireShape? Shape { get; private set; }

    public bool IsConfirmed { get; private set; }

    public int DisposeCount { get; private set; }

    public int WriteCount { get; private set; }

    public Exception? FailWrite { get; init; }

    public CancellationToken CompleteToken { get; private set; }

    public ValueTask WriteAsync(ReadOnlySequence<byte> block, CancellationToken cancel)
    {
        Assert.Equal(0, DisposeCount);
        WriteCount++;
        if (FailWrite is not null) throw FailWrite;
        foreach (var piece in block) bytes.Write(piece.Span);
        return default;
    }

    public async ValueTask<IReadOnlyList<SmtpReply>> CompleteAsync(WireShape shape, CancellationToken cancel)
    {
        Assert.Equal(0, DisposeCount);
        Shape = shape;
        CompleteToken = cancel;
        if (handler.Complete is { } complete) return await complete(this);
        if (!handler.PerRecipient) return [new SmtpReply(250, "2.0.0", $"{bytes.Length} recorded")];
        return [.. envelope.Recipients.Select(one => new SmtpReply(250, "2.0.0", $"{one.Address} recorded"))];
    }

    public void OnRepliesConfirmed()
    {
        Assert.False(IsConfirmed);
        Assert.Equal(0, DisposeCount);
        IsConfirmed = true;
    }

    public ValueTask DisposeAsync()
    {
        DisposeCount++;
        return default;
    }
}
