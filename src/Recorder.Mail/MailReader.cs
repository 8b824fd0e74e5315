using MimeKit.IO;
using MimeKit.IO.Filters;
using MimeKit.Utils;

namespace Recorder.Mail;

/// <summary>
/// Reads messages for the index, for people and for downloads. One forward pass, no tree of the message in memory, bounded
/// by <see cref="MailReadLimits"/>. Any bytes are a message: what cannot be read is flagged, never thrown. Thread-safe.
/// </summary>
/// <param name="limits">Default when null.</param>
public sealed class MailReader(MailReadLimits? limits = null)
{
    private const int MaxPartiesPerField = 10_000;
    private const long MaxCopiedAtOnce = 128 << 20;

    private readonly MailReadLimits limits = limits ?? MailReadLimits.Default;

    /// <summary>What search and lists need. Reads from the stream's current position to its end; does not close it.</summary>
    /// <exception cref="IOException">The stream's own errors pass through, never the content's.</exception>
    public MailFacts ReadFacts(Stream content, CancellationToken cancel) => Facts(Walk(content, keepBodies: false, cancel));

    /// <summary>The message prepared for a person.</summary>
    /// <exception cref="IOException">The stream's own errors pass through, never the content's.</exception>
    public MailView ReadView(Stream content, MailViewOptions options, CancellationToken cancel)
    {
        var walk = Walk(content, keepBodies: true, cancel);
        var body = MessageBody.Of(walk, options);
        return new MailView(Facts(walk), Headers(walk), body.Html, body.Text, body.HasRemoteContent);
    }

    /// <summary>The decoded bytes of a part. A seekable stream is read again at the part's place while the part is read; any other
    /// is copied to memory first.</summary>
    /// <param name="content">At its start; stays open until the part was read, and the caller closes it.</param>
    /// <param name="index">As in <see cref="MailAttachment.Index"/>.</param>
    /// <returns>null when the message has no such part.</returns>
    public MailPart? OpenPart(Stream content, int index, CancellationToken cancel = default)
    {
        var source = content.CanSeek ? content : Copy(content, cancel);
        var origin = source.Position;
        var walk = Walk(source, keepBodies: false, cancel);
        if (index < 0 || index >= walk.Parts.Count)
            return null;
        return Part(source, origin, walk.Parts[index]);
    }

    private static MailPart Part(Stream source, long origin, ReadPart part) =>
        new(part.Index, part.FileName, part.ContentType, part.SizeBytes, DangerousFiles.Is(part.RawName, part.ContentType), Open(source, origin, part));

    /// <summary>The facts and every part's bytes in one pass, for reading attachments.</summary>
    /// <param name="content">As in <see cref="OpenPart"/>.</param>
    public OpenedMail Open(Stream content, CancellationToken cancel)
    {
        var source = content.CanSeek ? content : Copy(content, cancel);
        var origin = source.Position;
        var walk = Walk(source, keepBodies: false, cancel);
        return new OpenedMail(Facts(walk), index => Part(source, origin, walk.Parts[index]));
    }

    private MessageWalk Walk(Stream content, bool keepBodies, CancellationToken cancel)
    {
        var walk = new MessageWalk(new BoundedMailStream(content, limits.MaxHeaderBytes), limits, keepBodies);
        walk.Run(cancel);
        return walk;
    }

    private static Stream Open(Stream source, long origin, ReadPart part)
    {
        if (part.Content is { } made)
            return new MemoryStream(made, writable: false);
        var range = new BoundStream(source, origin + part.BeginOffset, origin + part.EndOffset, leaveOpen: true);
        var decoded = new FilteredStream(range);
        decoded.Add(DecoderFilter.Create(part.Encoding));
        return decoded;
    }

    private static MemoryStream Copy(Stream content, CancellationToken cancel)
    {
        // Of one piece where the length is known: growing would take twice the memory, and leave as much behind.
        var copy = new MemoryStream(KnownLength(content));
        var buffer = new byte[64 << 10];
        for (int read; (read = content.Read(buffer, 0, buffer.Length)) > 0;)
        {
            cancel.ThrowIfCancellationRequested();
            copy.Write(buffer, 0, read);
        }
        copy.Position = 0;
        return copy;
    }

    private static int KnownLength(Stream content)
    {
        try { return (int)Math.Clamp(content.Length, 0, MaxCopiedAtOnce); }
        catch (NotSupportedException) { return 0; }
    }

    private MailFacts Facts(MessageWalk walk)
    {
        var fields = new FieldReader(walk.RootFields, walk.FirstCharset);
        var text = walk.GatheredText;
        var facts = new MailFacts(
            fields.Text("Subject"), fields.Parties("From", MaxPartiesPerField), fields.Parties("To", MaxPartiesPerField), fields.Parties("Cc", MaxPartiesPerField),
            fields.Date(), MessageIds.Of(fields.Text("Message-ID")), MessageIds.OfList(fields.Text("List-Id")), text, Summary(text),
            [.. walk.Parts.Where(part => !part.IsBody).Select(part => part.ToAttachment())],
            walk.RootFields.Count(field => field.Is("Received")), walk.Flags) { AttachedText = walk.AttachedText, Fields = FirstFields(walk, fields.Charsets) };
        return facts with { Flags = facts.Flags | (fields.Charsets.IsGuessed ? ReadFlags.CharsetGuessed : 0) };
    }

    private string Summary(string text)
    {
        // White space may shrink to nothing, so look further than the summary is long, but not at everything.
        var folded = HeaderText.Tidy(text[..Math.Min(text.Length, limits.SummaryLength * 10)]);
        var length = Math.Min(folded.Length, limits.SummaryLength);
        return folded[..(length > 0 && char.IsHighSurrogate(folded[length - 1]) ? length - 1 : length)];
    }

    private List<HeaderLine> FirstFields(MessageWalk walk, CharsetContext charsets) =>
        [.. walk.RootFields.Take(limits.MaxFactFields).Select(field => new HeaderLine(
            field.Name, HeaderText.Decode(field.Value.AsSpan(0, Math.Min(field.Value.Length, limits.MaxFactFieldBytes)), charsets)))];

    private static List<HeaderLine> Headers(MessageWalk walk)
    {
        var charsets = new CharsetContext { Hint = walk.FirstCharset };
        return [.. walk.RootFields.Select(field => new HeaderLine(field.Name, HeaderText.Decode(field.Value, charsets)))];
    }
}

/// <summary>The fields of one header as values.</summary>
internal sealed class FieldReader(List<RawField> fields, string? charsetHint)
{
    public CharsetContext Charsets { get; } = new() { Hint = charsetHint };

    public string Text(string name) => fields.First(name) is { } value ? HeaderText.Decode(value, Charsets) : "";

    /// <summary>Parties of all fields of that name: some senders write one recipient a field.</summary>
    public IReadOnlyList<MailParty> Parties(string name, int maxParties)
    {
        var parties = new List<MailParty>();
        foreach (var field in fields)
        {
            if (field.Is(name))
                parties.AddRange(AddressField.Parse(HeaderText.Unfold(field.Value, Charsets), maxParties - parties.Count, Charsets));
        }
        return parties;
    }

    public DateTimeOffset? Date() =>
        fields.First("Date") is { } value && DateUtils.TryParse(value, out var date) ? date : null;
}
