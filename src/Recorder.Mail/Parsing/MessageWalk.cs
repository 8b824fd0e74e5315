using System.Text;
using MimeKit;

namespace Recorder.Mail;

/// <summary>
/// One forward pass over a message: fields of the header, parts in order with their place, text gathered as it passes.
/// Nothing of the message is kept but that. MimeReader recurses, so its depth is bounded by MaxMimeDepth.
/// </summary>
internal sealed class MessageWalk : MimeReader
{
    private const int MaxTnefBytes = 16 << 20;

    private readonly BoundedMailStream source;
    private readonly MailReadLimits limits;
    private readonly bool keepBodies;
    private readonly PartSink sink = new();
    private readonly Stack<Frame> frames = new();
    private readonly TextGatherer gathered, attached;
    private List<RawField> fields = [];
    private ReadPart? current;
    private int alternatives, nesting;
    private long textBytesLeft;
    private readonly CharsetContext charsets = new();

    /// <param name="keepBodies">Keep the message's own text and markup on its parts, for a view.</param>
    public MessageWalk(BoundedMailStream source, MailReadLimits limits, bool keepBodies)
        : base(new ParserOptions { MaxMimeDepth = limits.MaxDepth }, source, MimeFormat.Entity)
    {
        (this.source, this.limits, this.keepBodies) = (source, limits, keepBodies);
        (gathered, attached) = (new TextGatherer(limits.MaxTextLength), new TextGatherer(limits.MaxTextLength));
        textBytesLeft = Math.Max(64 << 10, limits.MaxTextLength * 2L); // markup is wordier than its text
        frames.Push(new Frame { IsMessage = true });
    }

    public List<RawField> RootFields { get; private set; } = [];
    public List<ReadPart> Parts { get; } = [];
    public ReadFlags Flags { get; private set; }
    public string? FirstCharset { get; private set; }
    public string GatheredText => gathered.ToString();

    /// <summary>The text of parts that are files.</summary>
    public string AttachedText => attached.ToString();

    /// <summary>Runs to the end, a limit or the first thing that cannot be read; what was found by then stands.</summary>
    public void Run(CancellationToken cancel)
    {
        var start = HeaderProbe.FindStart(source.Peek(1024));
        if (start > 0)
            source.StartAt(start);
        if (start < 0)
        {
            source.StartAsBody();
            Flags |= ReadFlags.Unparsed;
        }
        try
        {
            ReadMessage(cancel);
        }
        catch (LimitReached)
        {
            Flags |= ReadFlags.Truncated;
        }
        catch (Exception e) when (e is not OperationCanceledException && !source.HasFailed)
        {
            // Whatever a hostile message does to the parser: it is kept and found by its envelope (promise 3).
            Flags |= ReadFlags.Unparsed;
        }
        if (RootFields.Count == 0 && nesting == 0)
            RootFields = fields; // it failed within the header: the fields before that stand
        ExpandTnef();
        Flags |= (source.IsCut || gathered.IsCut || attached.IsCut ? ReadFlags.Truncated : 0) | (charsets.IsGuessed ? ReadFlags.CharsetGuessed : 0);
    }

    protected override void OnHeadersBegin(long beginOffset, int beginLineNumber, CancellationToken cancel)
    {
        source.HeadersBegin(beginOffset);
        fields = [];
    }

    protected override void OnHeaderRead(Header header, int beginLineNumber, CancellationToken cancel)
    {
        if (fields.Count >= limits.MaxHeaderFields)
            Flags |= ReadFlags.Truncated;
        else if (HeaderProbe.IsName(header.Field))
            fields.Add(new RawField(header.Field, header.RawValue));
    }

    protected override void OnHeadersEnd(long beginOffset, int beginLineNumber, long endOffset, int endLineNumber, CancellationToken cancel) =>
        source.HeadersEnd(endOffset);

    protected override void OnMimeMessageBegin(long beginOffset, int beginLineNumber, CancellationToken cancel)
    {
        if (nesting == 0)
            RootFields = fields;
        else
            NameAttachedMessage();
    }

    protected override void OnMultipartBegin(ContentType contentType, long beginOffset, int beginLineNumber, CancellationToken cancel)
    {
        var parent = frames.Peek();
        parent.Children++;
        var isAlternative = contentType.MediaSubtype.Equals("alternative", StringComparison.OrdinalIgnoreCase);
        frames.Push(new Frame { AlternativeId = isAlternative ? ++alternatives : parent.AlternativeId });
    }

    protected override void OnMultipartPreambleBegin(long beginOffset, int beginLineNumber, CancellationToken cancel) =>
        sink.Begin(ContentEncoding.Default, TextRoom());

    protected override void OnMultipartPreambleRead(byte[] content, int startIndex, int count, CancellationToken cancel) =>
        sink.Write(content, startIndex, count);

    protected override void OnMultipartPreambleEnd(long beginOffset, int beginLineNumber, long endOffset, int lines, CancellationToken cancel)
    {
        sink.Complete(endOffset - beginOffset);
        frames.Peek().Preamble = (sink.KeptCopy(), source.ToSource(beginOffset), source.ToSource(endOffset));
    }

    protected override void OnMultipartEnd(
        ContentType contentType, long beginOffset, int beginLineNumber, long headersEndOffset, long endOffset, int lines, CancellationToken cancel)
    {
        var frame = frames.Pop();
        // The boundary was not declared or never came: what should have been parts is the only text there is.
        if (frame is { Children: 0, Preamble: { Text.Length: > 0 } preamble })
            AddStrayText(preamble.Text, preamble.Begin, preamble.End);
    }

    protected override void OnMessagePartBegin(ContentType contentType, long beginOffset, int beginLineNumber, CancellationToken cancel)
    {
        var part = AddPart(PartHeader.Of(fields, contentType.MimeType.ToLowerInvariant(), charsets));
        frames.Push(new Frame { IsMessage = true, Message = part });
        nesting++;
    }

    protected override void OnMessagePartEnd(
        ContentType contentType, long beginOffset, int beginLineNumber, long headersEndOffset, long endOffset, int lines, CancellationToken cancel)
    {
        nesting--;
        Place(frames.Pop().Message!, headersEndOffset, endOffset, endOffset - headersEndOffset);
    }

    protected override void OnMimePartBegin(ContentType contentType, long beginOffset, int beginLineNumber, CancellationToken cancel)
    {
        var header = PartHeader.Of(fields, contentType.MimeType.ToLowerInvariant(), charsets);
        if (header.ContentType.StartsWith("multipart/", StringComparison.Ordinal))
        {
            Flags |= frames.Count >= limits.MaxDepth ? ReadFlags.Truncated : 0;
            header = header with { ContentType = "application/octet-stream" };
        }
        current = AddPart(header);
        if (current.IsMessage && frames.Count >= limits.MaxDepth)
            Flags |= ReadFlags.Truncated;
    }

    protected override void OnMimePartContentBegin(long beginOffset, int beginLineNumber, CancellationToken cancel) =>
        sink.Begin(current!.Encoding, IsText(current) ? TextRoom() : TnefAttachments.Is(current) ? MaxTnefBytes : 0, IsText(current), current!.IsBody);

    protected override void OnMimePartContentRead(byte[] content, int startIndex, int count, CancellationToken cancel) =>
        sink.Write(content, startIndex, count);

    protected override void OnMimePartContentEnd(
        long beginOffset, int beginLineNumber, long endOffset, int lines, NewLineFormat? newLineFormat, CancellationToken cancel)
    {
        var part = current!;
        sink.Complete(endOffset - beginOffset);
        part.Encoding = sink.Encoding;
        Place(part, beginOffset, endOffset, sink.DecodedBytes);
        if (IsText(part))
            TakeText(part, sink.Kept, sink.IsCut);
        else if (TnefAttachments.Is(part) && !sink.IsCut)
            part.Content = sink.KeptCopy();
    }

    private ReadPart AddPart(PartHeader header)
    {
        if (Parts.Count >= limits.MaxParts)
            throw new LimitReached();
        var parent = frames.Peek();
        parent.Children++;
        var part = new ReadPart
        {
            Index = Parts.Count, ContentType = header.ContentType, Encoding = header.Encoding, RawName = header.RawName,
            ContentId = header.ContentId, Charset = header.Charset, IsMarkedAttachment = header.IsAttachment,
            Flow = header.Flow, IsMarkedInline = header.IsInline, IsNested = nesting > 0, IsRoot = parent.IsMessage, AlternativeId = parent.AlternativeId,
        };
        Parts.Add(part);
        return part;
    }

    private void AddStrayText(byte[] text, long begin, long end)
    {
        var start = Encoding.Latin1.GetString(text.AsSpan(0, Math.Min(text.Length, 512))).TrimStart();
        var type = start.StartsWith("<!doctype", StringComparison.OrdinalIgnoreCase) || start.StartsWith("<html", StringComparison.OrdinalIgnoreCase)
            ? "text/html" : "text/plain";
        var part = AddPart(new PartHeader(type, null, ContentEncoding.Default, "", null, ""));
        (part.BeginOffset, part.EndOffset, part.SizeBytes) = (begin, end, text.Length);
        TakeText(part, text, isCut: false);
    }

    private void Place(ReadPart part, long beginOffset, long endOffset, long sizeBytes)
    {
        part.BeginOffset = source.ToSource(beginOffset);
        part.EndOffset = Math.Max(part.BeginOffset, source.ToSource(endOffset));
        part.SizeBytes = Math.Max(0, sizeBytes);
    }

    private void TakeText(ReadPart part, ReadOnlySpan<byte> bytes, bool isCut)
    {
        textBytesLeft -= bytes.Length;
        var gatherer = part.IsFile ? attached : gathered;
        if (!keepBodies && !part.IsHtml && bytes.Length > gatherer.Room && CharsetNames.IsPlainAscii(part.Charset, bytes))
        {
            bytes = bytes[..gatherer.Room];
            isCut = true;
        }
        var text = CharsetRepair.Decode(bytes, part.Charset ?? (part.IsHtml ? HtmlCharset.Find(bytes) : null), charsets);
        text = part switch
        {
            { ContentType: "text/plain", Flow: not Flow.None } => FlowedText.Of(text, part.Flow),
            { ContentType: "text/calendar" } => CalendarText.Of(text),
            _ => text,
        };
        Flags |= isCut ? ReadFlags.Truncated : 0;
        if (bytes.Length > 0)
            FirstCharset ??= part.Charset;
        if (keepBodies && part is { IsBody: true, IsNested: false })
            part.Text = text;
        gatherer.Add(part, text);
    }

    private void NameAttachedMessage()
    {
        var subject = fields.First("Subject") is { } value ? HeaderText.Decode(value, charsets) : "";
        if (frames.Peek().Message is { } part)
            part.MadeName = FileNames.OfMessage(subject, part.Index);
        gathered.AddLine(subject);
    }

    private int TextRoom() => (int)Math.Clamp(textBytesLeft, 0, int.MaxValue);

    private void ExpandTnef()
    {
        foreach (var part in Parts.Where(TnefAttachments.Is).ToList())
        {
            if (part.Content is not { } content)
                continue;
            part.Content = null; // itself it is a range of the message
            foreach (var member in TnefAttachments.Read(content))
            {
                if (Parts.Count >= limits.MaxParts)
                    return;
                Parts.Add(member.ToPart(Parts.Count, part.IsNested));
                if (IsText(Parts[^1]))
                    TakeText(Parts[^1], member.Content.AsSpan(0, Math.Min(member.Content.Length, TextRoom())), member.Content.Length > TextRoom());
            }
        }
    }

    /// <summary>Types whose content is words for people: a patch or a calendar too, a program's source of style not.</summary>
    private static bool IsText(ReadPart part) => part.ContentType switch
    {
        "text/rtf" or "text/css" or "text/javascript" or "text/rfc822-headers" => false,
        "message/delivery-status" or "message/disposition-notification" or "message/feedback-report" or "message/global-delivery-status" => true,
        var type => type.StartsWith("text/", StringComparison.Ordinal),
    };

    private sealed class Frame
    {
        public int Children { get; set; }
        public int AlternativeId { get; init; }
        public bool IsMessage { get; init; }

        /// <summary>The attached message this frame is in; null for the message itself.</summary>
        public ReadPart? Message { get; init; }
        public (byte[] Text, long Begin, long End)? Preamble { get; set; }
    }

    private sealed class LimitReached : Exception;
}
