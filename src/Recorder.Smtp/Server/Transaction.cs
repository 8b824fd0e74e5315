namespace Recorder.Smtp.Server;

/// <summary>From MAIL to the end of its data, RSET, or a new greeting.</summary>
internal sealed class Transaction(PeerFacts peer, string reversePath, MailParameters parameters)
{
    private readonly List<EnvelopeRecipient> recipients = [];

    public PeerFacts Peer => peer;

    public bool SmtpUtf8 => parameters.SmtpUtf8;

    public int RecipientCount => recipients.Count;

    /// <summary>A copy: it does not grow under whoever keeps it.</summary>
    public Envelope Envelope => new(reversePath, [.. recipients], parameters);

    /// <summary>Set from the first BDAT on.</summary>
    public MessageSink? Chunks { get; set; }

    public void Add(EnvelopeRecipient recipient) => recipients.Add(recipient);
}
