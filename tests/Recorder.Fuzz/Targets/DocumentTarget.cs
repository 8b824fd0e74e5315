using Lucene.Net.Analysis.TokenAttributes;
using Lucene.Net.Index;
using Recorder.Intake;
using Recorder.Mail;
using Recorder.Search;
using MailDocuments = Recorder.Search.Documents.MailDocuments;

namespace Recorder.Fuzz.Targets;

/// <summary>
/// A message as the index and a reader meet it: facts, view, every part, the glance at the header, and the search document. Never throws,
/// stays within the limits and a number of allocated bytes, and reads the same however the stream is sliced.
/// </summary>
public sealed class DocumentTarget : FuzzTarget
{
    private static readonly MailReadLimits Limits = new() { MaxParts = 40, MaxDepth = 12, MaxHeaderFields = 100, MaxHeaderBytes = 8 << 10, MaxTextLength = 20_000 };
    private readonly MailReader reader = new(Limits);

    public override IReadOnlyList<string> Libraries => ["MimeKit"];

    public override IEnumerable<byte[]> Seeds()
    {
        var samples = typeof(RecorderApp).Assembly;
        foreach (var name in samples.GetManifestResourceNames().Where(name => name.EndsWith(".eml", StringComparison.Ordinal)))
        {
            using var stream = samples.GetManifestResourceStream(name)!;
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            yield return copy.ToArray();
        }
        yield return Bytes("Subject: =?big5?B?pKSk5Q==?= =?no-such?Q?=E9?=\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-7\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>a=3Db\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\nbody\r\n--b\r\nContent-Type: application/ms-tnef; name*0*=utf-8''%41; name*1=b\r\nContent-Transfer-Encoding: base64\r\n\r\neJ8+IgEAAAA=\r\n--b--\r\n");
        yield return Bytes("From: a\r\n b <x@y>, \"q\\\" <z@\r\nReceived: x\r\nX-Recorder-Trace: id=1\r\nContent-Type: text/plain; charset=iso-2022-jp\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a\r\n#0V%T\r\n`\r\nend\r\n");
        yield return Bytes("no header at all\n\n");
    }

    public override void Run(byte[] input)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var facts = reader.ReadFacts(new MemoryStream(input), CancellationToken.None);
        Check(facts);
        CheckView(facts, input);
        HeaderReader.Glance(input);
        Oracle.Holds(GC.GetAllocatedBytesForCurrentThread() - before < (64L << 20) + 2000L * input.Length, "too much memory");
        Index(facts);
        var sliced = reader.ReadFacts(new SlicedStream(input, Slices.RandomOf(input)), CancellationToken.None);
        Oracle.Same(Text(facts), Text(sliced), "facts differ with the slicing");
    }

    private static void Check(MailFacts facts)
    {
        Oracle.Holds(facts.Text.Length <= Limits.MaxTextLength, "text");
        Oracle.Holds(facts.Summary.Length <= Limits.SummaryLength, "summary");
        Oracle.Holds(facts.Attachments.Count <= Limits.MaxParts, "parts");
        Oracle.Holds(facts.Attachments.All(part => part.FileName.Length > 0 && !part.FileName.AsSpan().ContainsAny('/', '\\', '\0')), "file name");
    }

    private void CheckView(MailFacts facts, byte[] input)
    {
        var view = reader.ReadView(new MemoryStream(input), new MailViewOptions(), CancellationToken.None);
        Oracle.Same(Text(facts), Text(view.Facts), "the view's facts");
        if (view.Html is not null) HtmlTarget.CheckHarmless(view.Html);
        foreach (var attachment in facts.Attachments)
        {
            using var part = reader.OpenPart(new MemoryStream(input), attachment.Index);
            using var copy = new MemoryStream();
            part!.Content.CopyTo(copy);
            Oracle.Same(attachment.FileName, part.FileName, "name of the part opened");
        }
    }

    private static void Index(MailFacts facts)
    {
        var document = Recorder.Indexing.MailDocuments.Of(
            new(new(Guid.Empty), new("a", 1), Archive.EntryKind.Mail, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, default, 0, default), null, facts);
        foreach (var field in new MailDocuments().Build(document))
        {
            // As the writer reads it: Lucene refuses terms over 32,766 bytes.
            if (!field.IndexableFieldType.IsIndexed || field.GetTokenStream(null) is not { } tokens) continue;
            var term = tokens.GetAttribute<ITermToBytesRefAttribute>();
            tokens.Reset();
            while (tokens.IncrementToken())
            {
                term.FillBytesRef();
                Oracle.Holds(term.BytesRef.Length is > 0 and < 32_766, $"a term of {term.BytesRef.Length} bytes in {field.Name}");
            }
            tokens.End();
            tokens.Dispose();
        }
    }

    private static string Text(MailFacts facts) => string.Join('\n', (object?[])
        [facts.Subject, .. facts.From, .. facts.To, .. facts.Cc, facts.SentAt, facts.MessageId, facts.ListId, facts.Text, facts.Summary, .. facts.Attachments, facts.ReceivedFieldCount, facts.Flags]);
}
