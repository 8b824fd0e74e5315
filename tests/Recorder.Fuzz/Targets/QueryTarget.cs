using System.Text;
using Lucene.Net.Analysis.Core;
using Lucene.Net.Documents;
using Lucene.Net.Index;
using Lucene.Net.Store;
using Lucene.Net.Util;
using Recorder.Search.Matching;
using Recorder.Search.Partitions;
using Recorder.Search.Querying;
using Recorder.Search.Translation;

namespace Recorder.Fuzz.Targets;

/// <summary>What a person typed, read, translated and asked of one document. Never throws, and its size is bounded.</summary>
public sealed class QueryTarget : FuzzTarget
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);
    private readonly Lazy<AtomicReaderContext> segment = new(OneDocument);

    public override IEnumerable<byte[]> Seeds() =>
        ((string[])["from:amy subject:\"a b\" -c OR (d e*) has:attachment", "寄件者：王 主旨:報告 附件:pdf before:2026-01-01 older_than:3d", "larger:1M smaller:2k is:quarantined list:x rfc822msgid:<a@b>", "on:上週 after:民國115年1月 header:X-A:\"b c\" is:released from:\"A <a@b.c>\" from:@b.c", "((((((((((((((((((a", "\"unclosed -(", "OR OR -- :: to:* \"\" bcc:a after:2026/13/40"])
        .Select(Encoding.UTF8.GetBytes);

    public override void Run(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        foreach (var one in (string[])[text, Encoding.Unicode.GetString(input)])
        {
            var hints = new Hints();
            var query = QueryParser.Parse(one, Now, TimeZoneInfo.Utc, hints).Root;
            var (clauses, depth) = Measure(query);
            // Each level of parentheses may bring an OR and a NOT of its own.
            Oracle.Holds(clauses <= QueryParser.MaxClauses && depth <= 3 * (QueryParser.MaxDepth + 1) + 1, $"{clauses} clauses, depth {depth}");
            Oracle.Holds(hints.All.Count <= 20, "hints");
            foreach (var scope in (Search.OwnerScope[]?[])[null, [new("amy@example.edu", Now.AddDays(-1), Now)]])
            {
                var clause = new MailTranslator(PartitionFacts.Empty("mail", new Dictionary<string, long>()), scope, new MarkSets(null), hints).Translate(query);
                if (clause.In(new Segment(segment.Value)) is { } found && found.Advance(0) == 0) found.Holds();
            }
        }
    }

    private static (int Clauses, int Depth) Measure(QueryNode node)
    {
        var parts = node switch { AllOf all => all.Parts, AnyOf any => any.Parts, NotNode not => [not.Part], _ => null };
        if (parts is null) return (1, 1);
        var measured = parts.Select(Measure).ToList();
        return (measured.Sum(part => part.Clauses), 1 + measured.Select(part => part.Depth).DefaultIfEmpty().Max());
    }

    private static AtomicReaderContext OneDocument()
    {
        var folder = new RAMDirectory();
        using (var writer = new IndexWriter(folder, new IndexWriterConfig(LuceneVersion.LUCENE_48, new WhitespaceAnalyzer(LuceneVersion.LUCENE_48))))
            writer.AddDocument([new TextField("text", "a b c d d e", Field.Store.NO)]);
        return DirectoryReader.Open(folder).Leaves[0];
    }
}
