using Recorder.Mail;
using Recorder.Search;
using Recorder.Tests.Architecture;
using Recorder.Tests.Mail;

namespace Recorder.Tests.Search.Table;

/// <summary>
/// Query → exact set of messages. Of built mail the set follows from the texts it was written from; of real mail from a
/// reader written for this table alone.
/// </summary>
public class TableTests
{
    private const int MinRows = 300, MinEastAsian = 120;

    [Fact]
    public void The_table_has_enough_rows_and_no_row_twice()
    {
        var rows = Rows("built.tsv").Concat(Rows("corpus.tsv").Select(row => (Query: row.Query + " (real)", row.Meaning))).ToList();
        Assert.True(rows.Count >= MinRows, $"{rows.Count} rows");
        Assert.True(rows.Count(row => row.Meaning.EnumerateRunes().Any(IsEastAsian)) >= MinEastAsian);
        Assert.Equal(rows.Count, rows.DistinctBy(row => row.Query).Count());
    }

    [Fact]
    public void Built_mail_of_every_charset_is_found_by_exactly_the_queries_that_mean_it()
    {
        var mails = BuiltMails.All.Select(mail => (mail.Said, mail.Bytes())).ToList();
        Check(Rows("built.tsv"), mails);
    }

    [Fact]
    public void Real_mail_is_found_by_exactly_the_queries_that_mean_it()
    {
        var manifest = Corpus.File("manifest.jsonl");
        var folder = Path.Combine(Path.GetDirectoryName(manifest)!, "mail");
        var mails = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => (Key: Path.GetRelativePath(folder, file), Bytes: File.ReadAllBytes(file)))
            .Select(mail => (SlowDecoder.Read(mail.Key, mail.Bytes), mail.Bytes)).ToList();
        Check(Rows("corpus.tsv"), mails);
    }

    private static void Check(IReadOnlyList<(string Query, string Meaning)> rows, List<(SlowMail Said, byte[] Bytes)> mails)
    {
        using var bed = new SearchBed();
        bed.Index.Add([.. mails.Select(mail => Document(bed, mail.Bytes))]);
        bed.Show();
        var wrong = new List<string>();
        foreach (var (query, meaning) in rows)
        {
            var page = bed.Search(query, 500, null, new OwnerScope("amy@example.edu"));
            var found = page.Items.Select(hit => mails[(int)hit.Sequence - 1].Said).ToHashSet();
            var meant = mails.Select(mail => mail.Said).Where(mail => Meaning.Holds(meaning, mail)).ToHashSet();
            if (page.Next is not null) wrong.Add($"{query}: {page.Total} hits are more than a page");
            wrong.AddRange(meant.Except(found).Select(mail => $"{query} misses {mail.Described}"));
            wrong.AddRange(found.Except(meant).Select(mail => $"{query} should not find {mail.Described}"));
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Select(line => line.Length <= 400 ? line : line[..400])));
    }

    private static SearchDocument Document(SearchBed bed, byte[] bytes)
    {
        var facts = MailBytes.Facts(bytes);
        return bed.Mail() with
        {
            ReversePath = "", Subject = facts.Subject, From = Parties(facts.From), To = Parties(facts.To), Cc = Parties(facts.Cc), MessageId = facts.MessageId,
            ListId = facts.ListId, Text = facts.Text, AttachedText = facts.AttachedText, Summary = facts.Summary, AttachmentNames = [.. facts.Attachments.Select(part => part.FileName)],
            AttachmentTypes = [.. facts.Attachments.Select(part => part.ContentType)],
        };
    }

    private static string Parties(IReadOnlyList<MailParty> parties) => string.Join(", ", parties.Select(party => $"{party.Name} <{party.Address}>"));

    private static List<(string Query, string Meaning)> Rows(string file) =>
        [.. File.ReadLines(Path.Combine(Tree.Root, "tests", "Recorder.Tests", "Search", "Table", file))
            .Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('\t')).Select(row => (row[0], row[1]))];

    private static bool IsEastAsian(System.Text.Rune rune) =>
        rune.Value is (>= 0x3040 and <= 0x30FF) or (>= 0x3400 and <= 0x9FFF) or (>= 0xAC00 and <= 0xD7AF) or (>= 0xFF66 and <= 0xFFDC) or (>= 0x20000 and <= 0x2FFFF);
}
