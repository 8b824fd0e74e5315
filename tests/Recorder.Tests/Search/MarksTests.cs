using CsCheck;
using Recorder.Search;

namespace Recorder.Tests.Search;

/// <summary>Later states in searches: exact, with honest totals, and never another reader's.</summary>
public class MarksTests
{
    private static readonly string[] Names = [RecordMarkNames.Released, RecordMarkNames.Resent, RecordMarkNames.Requested, RecordMarkNames.Reported, RecordMarkNames.Hidden, RecordMarkNames.Unlisted];

    private sealed class Marked(HashSet<(string Mark, string? Address, string Id)> all) : IRecordMarks
    {
        public IReadOnlyList<string> Of(string mark, string? address) =>
            [.. all.Where(one => one.Mark == mark && one.Address == address).Select(one => one.Id).Order(StringComparer.Ordinal)];

        public bool Has(string mark, string? address, string id) => all.Contains((mark, address, id));
    }

    [Theory]
    [InlineData(1_000_000)]
    [InlineData(40)]
    public void Marks_are_found_like_by_someone_who_looks_at_every_mail(int partitionDocuments)
    {
        using var bed = new SearchBed(partitionDocuments);
        var mails = SampleMail.Many(400, new Random(3));
        foreach (var batch in mails.Chunk(60))
        {
            bed.Index.Add(batch);
            bed.Index.Refresh(SampleMail.Through(batch));
        }
        Gen.Int.Sample(seed =>
        {
            var random = new Random(seed);
            var marks = Marks(mails, random);
            var own = SampleMail.Owners.Where(_ => random.Next(2) == 0).DefaultIfEmpty(SampleMail.Owners[0])
                .Select(address => new OwnerScope(address, random.Next(3) == 0 ? SearchBed.Now.AddHours(-random.Next(400)) : null)).ToList();
            var mark = Names[random.Next(5)];
            foreach (var query in (string[])["", $"is:{mark}", $"-is:{mark}", $"is:{mark} is:held", $"report OR is:{mark}", "is:hidden"])
            {
                var found = bed.Index.Search(new SearchRequest(own, query, 500) { Marks = marks });
                var expected = mails.Where(mail => Matches(mail, query, mark, marks, own)).Select(mail => mail.Id).Order().ToList();
                Assert.True(expected.SequenceEqual(found.Items.Select(hit => hit.Id).Order()), $"{query} seed {seed}");
                Assert.Equal((expected.Count, true), (found.Total, found.TotalIsExact));
            }
        }, iter: 60, threads: 1);
    }

    [Fact]
    public void Pages_of_marked_mail_are_full_and_hang_together()
    {
        using var bed = new SearchBed(50);
        for (var i = 0; i < 300; i++) bed.Add(bed.Mail("report"));
        bed.Show();
        var marks = new Marked([.. Enumerable.Range(1, 300).Where(i => i % 3 == 0).Select(i => (RecordMarkNames.Hidden, (string?)"amy@example.edu", $"id-{i:D6}"))]);
        var ids = new List<string>();
        for (string? cursor = null; ;)
        {
            var page = bed.Index.Search(new SearchRequest([new OwnerScope("amy@example.edu")], "report", 30, cursor) { Marks = marks });
            Assert.Equal((200, true), (page.Total, page.TotalIsExact));
            ids.AddRange(page.Items.Select(hit => hit.Id));
            if (page.Next is null) break;
            Assert.Equal(30, page.Items.Count);
            cursor = page.Next;
        }
        Assert.Equal(200, ids.Distinct().Count());
    }

    private static Marked Marks(List<SearchDocument> mails, Random random)
    {
        var all = new HashSet<(string, string?, string)>();
        foreach (var mail in mails)
            while (random.Next(3) == 0)
            {
                var name = Names[random.Next(Names.Length)];
                all.Add((name, name == RecordMarkNames.Unlisted || (name != RecordMarkNames.Hidden && random.Next(5) == 0) ? null : SampleMail.Pick(SampleMail.Owners, random), mail.Id));
            }
        all.Add((RecordMarkNames.Released, SampleMail.Owners[0], "id-999999"));
        return new Marked(all);
    }

    private static bool Matches(SearchDocument mail, string query, string mark, Marked marks, List<OwnerScope> scope)
    {
        var own = SlowQuery.Own(mail, scope).ToList();
        var isHidden = own.Count > 0 && own.All(address => marks.Has(RecordMarkNames.Hidden, address, mail.Id));
        if (own.Count == 0 || marks.Has(RecordMarkNames.Unlisted, null, mail.Id) || (isHidden && !query.Contains("is:hidden"))) return false;
        var bears = mark == RecordMarkNames.Hidden ? isHidden : marks.Has(mark, null, mail.Id) || own.Any(address => marks.Has(mark, address, mail.Id));
        return query switch
        {
            "" => true,
            "is:hidden" => isHidden,
            _ when query.StartsWith('-') => !bears,
            _ when query.EndsWith("is:held") => bears && own.Any(address => mail.Dispositions[address].StartsWith("held", StringComparison.Ordinal)),
            _ when query.StartsWith("report") => bears || $"{mail.Subject} {mail.Text} {string.Join(' ', mail.AttachmentNames)}".Split(' ', '.').Contains("report"),
            _ => bears,
        };
    }
}
