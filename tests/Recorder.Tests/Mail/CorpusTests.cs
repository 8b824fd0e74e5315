using System.Text.Json;
using Recorder.Mail;

namespace Recorder.Tests.Mail;

public class CorpusTests
{
    private sealed record Row(string Name, byte[] Bytes, JsonElement Manifest)
    {
        public string Text(string field) => Manifest.GetProperty(field).GetString() ?? "";
    }

    private static List<Row> Rows()
    {
        var manifest = Corpus.File("manifest.jsonl");
        var folder = Path.GetDirectoryName(manifest)!;
        return [.. File.ReadLines(manifest).Select(line => JsonDocument.Parse(line).RootElement)
            .Select(row => new Row(row.GetProperty("file").GetString()!, File.ReadAllBytes(Path.Combine(folder, row.GetProperty("file").GetString()!)), row))];
    }

    // The reference reader keeps what follows the identifier, or loses the header at a line without colon; ours is right.
    private static readonly string[] IdentifiersReadBetter =
    [
        "spam-1__00189.", "spam-2__01060.", "spam-2__01228.", "spam-2__00064.", "plain_emails__raw_email_incorrect_header", "rfc2822__example13",
    ];

    [Fact]
    public void Every_real_message_is_read_and_every_part_opens_with_the_size_listed()
    {
        var rows = Rows();
        var different = new List<string>();
        foreach (var row in rows)
        {
            var facts = MailBytes.Facts(row.Bytes);
            if (row.Text("mid").Trim().Trim('<', '>') != facts.MessageId)
                different.Add(row.Name);
            foreach (var attachment in facts.Attachments)
                Assert.Equal(attachment.SizeBytes, MailBytes.Part(row.Bytes, attachment.Index).Length);
            Assert.DoesNotContain("<script", MailBytes.View(row.Bytes, new MailViewOptions(true, n => $"/{n}")).Html ?? "");
            var scan = HeaderScan.Scan(row.Bytes);
            Assert.Equal(facts.ReceivedFieldCount, scan.ReceivedFieldCount);
        }
        Assert.Equal(1073, rows.Count);
        Assert.DoesNotContain(different, name => !IdentifiersReadBetter.Any(name.Contains));
    }

    [Fact]
    public void Subjects_are_read_as_written()
    {
        foreach (var row in Rows())
        {
            var expected = row.Text("subject");
            // The manifest's are raw: those with encoded words, raw bytes or another opinion on where the header ends are held by other tests.
            if (expected.Length == 0 || expected.Contains("=?") || expected.Contains('\uFFFD') || expected.Any(char.IsControl))
                continue;
            Assert.Equal((row.Name, HeaderText.Tidy(expected)), (row.Name, MailBytes.Facts(row.Bytes).Subject));
        }
    }

    [Fact]
    public void East_Asian_messages_read_as_East_Asian_text()
    {
        var seen = 0;
        foreach (var row in Rows().Where(row => row.Manifest.GetProperty("legacy").GetArrayLength() > 0))
        {
            var facts = MailBytes.Facts(row.Bytes);
            var all = facts.Subject + string.Concat(facts.From.Select(p => p.Name)) + facts.Text;
            Assert.DoesNotContain('\uFFFD', all);
            if (row.Name.Contains("error_emails__content_transfer_encoding_empty"))
                continue; // its bytes were mangled from Big5 through Latin-1 to UTF-8 before it was collected
            seen += all.Any(c => c is >= '\u3040' and <= '\u9FFF' or >= '\uAC00' and <= '\uD7A3') ? 1 : 0;
        }
        Assert.InRange(seen, 24, 40);
    }
}
