using Recorder.Search;

namespace Recorder.Tests.Search;

public class OperatorTests
{
    private static SearchBed OneMail()
    {
        var bed = new SearchBed();
        var mail = bed.Mail("期末成績公告", "內文 body words") with
        {
            From = "王小明 <ming@dept.example.edu>", ReversePath = "bounces+7@lists.example.org",
            To = "Amy <amy@example.edu>, bob@example.edu", Cc = "carol@example.edu", ListId = "News <news.example.org>",
            AttachmentNames = ["成績單_final.pdf"], SizeBytes = 6 * 1024 * 1024, MessageId = "<AbC.1@dept.example.edu>",
            ReceivedAt = new DateTimeOffset(2026, 11, 20, 18, 0, 0, TimeSpan.Zero),
            Owners = ["amy@example.edu", "hidden@example.edu"],
            Dispositions = new Dictionary<string, string> { ["amy@example.edu"] = "deliver", ["hidden@example.edu"] = "held.spam" },
        };
        bed.Add(mail);
        bed.Show();
        return bed;
    }

    [Theory]
    [InlineData("odd \" (OR) name@example.org", true)]
    [InlineData("<odd \" (OR) name@example.org>", true)]
    [InlineData("odd", false)]
    [InlineData("", false)]
    public void A_program_asks_for_a_Message_ID_as_it_is(string messageId, bool isFound)
    {
        using var bed = new SearchBed();
        bed.Add(bed.Mail("One") with { MessageId = "<odd \" (OR) name@example.org>" });
        bed.Add(bed.Mail("Other"));
        bed.Show();
        Assert.Equal(isFound ? 1 : 0, bed.Index.Search(new SearchRequest(null, "", MessageId: messageId)).Items.Count);
        Assert.Equal(isFound ? 1 : 0, bed.Index.Search(new SearchRequest(null, "subject:One", MessageId: messageId)).Items.Count);
        Assert.Empty(bed.Index.Search(new SearchRequest(null, "subject:Other", MessageId: messageId)).Items);
    }

    [Fact]
    public void A_program_bounds_a_search_by_received_times_beside_its_words()
    {
        using var bed = new SearchBed();
        var all = Enumerable.Range(0, 6).Select(_ => bed.Add(bed.Mail("Minutes"))).ToList();
        bed.Show();
        var request = new SearchRequest(null, "Minutes", 2, From: all[1].ReceivedAt, Until: all[5].ReceivedAt);
        var first = bed.Index.Search(request);
        var second = bed.Index.Search(request with { Cursor = first.Next });
        Assert.Equal([all[4].Id, all[3].Id, all[2].Id, all[1].Id], first.Items.Concat(second.Items).Select(hit => hit.Id));
        Assert.Equal((4L, null), (first.Total, second.Next));
    }

    [Theory]
    [InlineData("from:ming")]
    [InlineData("from:王小明")]
    [InlineData("from:ming@dept.example.edu")]
    [InlineData("from:lists.example.org")]
    [InlineData("寄件者：王小明")]
    [InlineData("寄件者： 王小明")]
    [InlineData("寄件者:小明")]
    [InlineData("主旨：「成績公告」")]
    [InlineData("主旨：“成績公告”")]
    [InlineData("主旨:成績　內文")]
    [InlineData("主旨:績")]
    [InlineData("subject:(成績 公告)")]
    [InlineData("subject:(foo OR 公告)")]
    [InlineData("to:bob@example.edu")]
    [InlineData("to:carol")]
    [InlineData("收件者:amy")]
    [InlineData("副本:carol")]
    [InlineData("cc:carol")]
    [InlineData("附件:有")]
    [InlineData("has:attachment")]
    [InlineData("附件:成績單_final.pdf")]
    [InlineData("filename:pdf")]
    [InlineData("filename:fin*")]
    [InlineData("list:news.example.org")]
    [InlineData("larger:5M")]
    [InlineData("smaller:7MB")]
    [InlineData("larger:5000k smaller:6.5m")]
    [InlineData("after:2026-11-20 before:2026-11-21")]
    [InlineData("after:2026/11/20")]
    [InlineData("after:2026-11")]
    [InlineData("before:2026-12")]
    [InlineData("after:2026年11月20日")]
    [InlineData("newer_than:1w")]
    [InlineData("older_than:2d")]
    [InlineData("rfc822msgid:AbC.1@dept.example.edu")]
    [InlineData("rfc822msgid:<AbC.1@dept.example.edu>")]
    [InlineData("-from:bob")]
    [InlineData("-foo")]
    [InlineData("－foo")]
    [InlineData("(foo OR 成績) -bar")]
    [InlineData("（foo OR 成績）")]
    [InlineData("foo OR (after:2026-11-20 larger:1M)")]
    [InlineData("foo OR -bar")]
    [InlineData("body words OR foo")]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("!!!")]
    [InlineData("is:held")]
    [InlineData("is:delivered")]
    [InlineData("hidden@example.edu")]
    public void The_administrator_finds_it_by(string query)
    {
        using var bed = OneMail();
        Assert.True(bed.Finds(query), query);
    }

    [Theory]
    [InlineData("from:amy")]
    [InlineData("寄件者:公告")]
    [InlineData("subject:body")]
    [InlineData("cc:amy")]
    [InlineData("附件:無")]
    [InlineData("-附件:有")]
    [InlineData("larger:6M")]
    [InlineData("smaller:6M")]
    [InlineData("before:2026-11-20")]
    [InlineData("after:2026-11-21")]
    [InlineData("older_than:1w")]
    [InlineData("newer_than:2d")]
    [InlineData("rfc822msgid:abc.1@dept.example.edu")]
    [InlineData("-成績")]
    [InlineData("-(成績 foo) -(成績 OR foo)")]
    [InlineData("foo OR -body")]
    [InlineData("-after:2026-11-20")]
    [InlineData("is:journal")]
    public void The_administrator_does_not_find_it_by(string query)
    {
        using var bed = OneMail();
        Assert.False(bed.Finds(query), query);
    }

    [Theory]
    [InlineData("to:hidden", "hidden@example.edu", true)]
    [InlineData("收件者:hidden@example.edu", "hidden@example.edu", true)]
    [InlineData("bcc:hidden", "hidden@example.edu", true)]
    [InlineData("is:held", "hidden@example.edu", true)]
    [InlineData("is:quarantined", "hidden@example.edu", true)]
    [InlineData("is:spam", "hidden@example.edu", true)]
    [InlineData("is:delivered", "hidden@example.edu", false)]
    [InlineData("to:hidden", "amy@example.edu", false)]
    [InlineData("hidden@example.edu", "amy@example.edu", false)]
    [InlineData("hidden", "amy@example.edu", false)]
    [InlineData("bcc:hidden", "amy@example.edu", false)]
    [InlineData("bcc:amy", "amy@example.edu", false)]
    [InlineData("is:held", "amy@example.edu", false)]
    [InlineData("is:spam", "amy@example.edu", false)]
    [InlineData("is:delivered", "amy@example.edu", true)]
    [InlineData("-is:held", "amy@example.edu", true)]
    public void Clauses_about_the_envelope_concern_the_readers_own_copy_only(string query, string reader, bool isFound)
    {
        using var bed = OneMail();
        Assert.Equal(isFound, bed.Ids(query, new OwnerScope(reader)).Length == 1);
    }

    [Fact]
    public void Days_begin_at_midnight_where_the_reader_is()
    {
        using var bed = OneMail(); // received 2026-11-21 02:00 in Taipei
        var zone = TimeZoneInfo.CreateCustomTimeZone("t", TimeSpan.FromHours(8), "t", "t");
        SearchPage At(string query) => bed.Index.Search(new SearchRequest(null, query, Zone: zone));
        Assert.Single(At("after:2026-11-21").Items);
        Assert.Empty(At("before:2026-11-21").Items);
        Assert.Single(At("before:2026-11-22").Items);
    }

    [Theory]
    [InlineData("colour:red", "unknown-operator:colour")]
    [InlineData("顏色：紅", "unknown-operator:顏色")]
    [InlineData("after:someday", "bad-date:someday")]
    [InlineData("on:1/2/2026", "bad-date:1/2/2026")]
    [InlineData("before:2026-02-30", "bad-date:2026-02-30")]
    [InlineData("older_than:7", "bad-date:7")]
    [InlineData("larger:big", "bad-size:big")]
    [InlineData("has:fun", "unknown-operator:has:fun")]
    [InlineData("is:odd", "unknown-operator:is:odd")]
    [InlineData("from:", "empty-operator:from")]
    [InlineData("!!!", "ignored:!!!")]
    [InlineData("(", "ignored:(")]
    [InlineData("subject:()", "ignored:subject:()")]
    [InlineData("\"\"", "ignored:\"\"")]
    [InlineData("a*", "prefix-too-short:a")]
    public void What_is_no_operator_is_searched_as_text_with_a_hint(string query, string hint)
    {
        using var bed = SearchBed.With("colour:red 顏色：紅 after:someday on:1/2/2026 before:2026-02-30 older_than:7 larger:big has:fun is:odd a");
        var page = bed.Search(query);
        Assert.Contains(hint, page.Hints);
        Assert.Single(page.Items);
    }

    [Theory]
    [InlineData("at 10:30 sharp")]
    [InlineData("http://example.org/x")]
    [InlineData("Re: hello")]
    [InlineData("well - known")]
    public void Ordinary_text_with_colons_and_dashes_gives_no_hint(string text)
    {
        using var bed = SearchBed.With(text);
        var page = bed.Search(text);
        Assert.Empty(page.Hints);
        Assert.Single(page.Items);
    }

    [Fact]
    public void More_than_64_clauses_and_16_levels_are_dropped_with_a_hint()
    {
        using var bed = SearchBed.With("word");
        var wide = bed.Search(string.Join(' ', Enumerable.Repeat("word", 64)) + " other");
        Assert.Single(wide.Items);
        Assert.Contains("too-many-clauses:64", wide.Hints);
        var deep = bed.Search(new string('(', 1000) + "word" + new string(')', 1000));
        Assert.Single(deep.Items);
        Assert.Contains("too-deep:16", deep.Hints);
    }

    [Fact]
    public void A_prefix_finds_all_its_words_whatever_other_people_wrote()
    {
        var words = string.Join(' ', Enumerable.Range(0, 3000).Select(i => $"prefix{i:D5}"));
        using var bed = SearchBed.With(words);
        bed.Add(bed.Mail("", "prefixzebra"));
        bed.Show();
        var page = bed.Search("prefix*");
        Assert.Equal(2, page.Items.Count);
        Assert.Empty(page.Hints);
        Assert.Equal(1, bed.Search("prefixz*").Total);
        Assert.Empty(bed.Search("pre*").Hints);
    }

    [Fact]
    public void A_prefix_inside_a_phrase_is_expanded_to_a_bound_with_a_hint()
    {
        var words = string.Join(' ', Enumerable.Range(0, 3000).Select(i => $"prefix{i:D5}"));
        using var bed = SearchBed.With("alpha " + words);
        Assert.Contains("prefix-too-wide:prefix", bed.Search("alpha-prefix*").Hints);
    }
}
