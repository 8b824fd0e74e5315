using Recorder.Search;

namespace Recorder.Tests.Search;

/// <summary>The operators beyond the first ones, on one mail that has something for each.</summary>
public class LanguageTests
{
    private static SearchBed OneMail()
    {
        var bed = new SearchBed();
        bed.Add(bed.Mail("期末成績公告", "please read the schedule 行程表") with
        {
            From = "\"王小明\" <ming@dept.example.edu>", ReversePath = "bounces@lists.example.org", To = "Amy Chen <amy@example.edu>",
            AttachmentNames = ["成績單.PDF", "photo", "成績.xlsx"], AttachmentTypes = ["application/octet-stream", "image/png", "application/octet-stream"],
            Headers =
            [
                new("X-Mailer", "Microsoft Outlook 16.0"), new("In-Reply-To", "<first.1@example.org>"), new("References", "<zero@example.org> <first.1@example.org>"),
                new("X-Spam-Flag", "YES"), new("DKIM-Signature", "v=1; a=rsa-sha256; b=QWxhZGRpbg"), new("Organization", "國立大學 教務處"), new("Subject", "期末成績公告"),
            ],
        });
        bed.Show();
        return bed;
    }

    [Theory]
    [InlineData("body:schedule")]
    [InlineData("內文：行程表")]
    [InlineData("attachment:成績單")]
    [InlineData("附件：成績單")]
    [InlineData("檔名：photo")]
    [InlineData("has:image")]
    [InlineData("含：圖片")]
    [InlineData("has:pdf has:spreadsheet has:document")]
    [InlineData("附件:有 含:試算表")]
    [InlineData("from:@dept.example.edu")]
    [InlineData("寄件者：@dept.example.edu")]
    [InlineData("from:@lists.example.org")]
    [InlineData("from:\"王小明 <ming@dept.example.edu>\"")]
    [InlineData("from:王小明<ming@dept.example.edu>")]
    [InlineData("to:\"Amy Chen <amy@example.edu>\"")]
    [InlineData("to:@example.edu")]
    [InlineData("header:X-Mailer:outlook")]
    [InlineData("header:X-Mailer:\"microsoft outlook\"")]
    [InlineData("標頭：X-Mailer：Outlook")]
    [InlineData("header:x-spam-flag:yes")]
    [InlineData("header:x-spam-flag")]
    [InlineData("header:DKIM-Signature")]
    [InlineData("header:in-reply-to:<first.1@example.org>")]
    [InlineData("header:References:zero@example.org")]
    [InlineData("header:organization:教務處")]
    [InlineData("header:organization:務")]
    [InlineData("header:subject:成績")]
    [InlineData("header:from:ming")]
    [InlineData("on:today")]
    [InlineData("日期：今天")]
    [InlineData("on:2026-11 -on:yesterday")]
    [InlineData("after:\"last month\" before:明天 OR on:2026")]
    [InlineData("on:2026-11-01..2026-11-30")]
    [InlineData("最近：3天")]
    [InlineData("larger:100 smaller:\"2 KB\"")]
    [InlineData("大於：0.1k")]
    [InlineData("狀態：已送達")]
    [InlineData("FROM:ming SUBJECT:成績")]
    public void It_is_found_by(string query)
    {
        using var bed = OneMail();
        var page = bed.Search(query);
        Assert.True(page.Items.Count == 1, $"{query}: {string.Join(' ', page.Hints)}");
    }

    [Theory]
    [InlineData("body:成績")]
    [InlineData("has:video")]
    [InlineData("-has:image")]
    [InlineData("from:@example.edu")]
    [InlineData("from:@edu")]
    [InlineData("from:@dept.example")]
    [InlineData("from:\"王小明 <amy@example.edu>\"")]
    [InlineData("from:\"王大明 <ming@dept.example.edu>\"")]
    [InlineData("header:X-Mailer:thunderbird")]
    [InlineData("header:X-Other")]
    [InlineData("header:X-Mailer:yes")]
    [InlineData("header:DKIM-Signature:v")]
    [InlineData("header:in-reply-to:zero@example.org")]
    [InlineData("on:yesterday")]
    [InlineData("日期：昨天")]
    [InlineData("before:今天")]
    [InlineData("狀態：已隔離")]
    public void It_is_not_found_by(string query)
    {
        using var bed = OneMail();
        var page = bed.Search(query);
        Assert.Empty(page.Items);
        Assert.Empty(page.Hints);
    }

    [Fact]
    public void Every_name_of_the_table_is_read_and_no_name_stands_for_two_operators()
    {
        using var bed = OneMail();
        foreach (var row in QueryLanguage.Operators)
            foreach (var query in (string[])[row.Example, row.ChineseExample])
                Assert.DoesNotContain(bed.Search(query).Hints, hint => !hint.StartsWith("prefix", StringComparison.Ordinal));
        foreach (var row in QueryLanguage.Operators)
            Assert.All(row.Names, name => Assert.Same(row, QueryLanguage.Find(name)));
        foreach (var state in QueryLanguage.States.SelectMany(row => row.Names)) Assert.Empty(bed.Search($"is:{state}").Hints);
        foreach (var kind in QueryLanguage.Kinds.SelectMany(row => row.Names)) Assert.Empty(bed.Search($"has:{kind}").Hints);
    }

    [Fact]
    public void What_was_understood_is_told_part_by_part_with_the_query_that_lacks_it()
    {
        using var bed = OneMail();
        var parts = bed.Search("寄件者：王小明 －\"draft paper\"  (a OR b) x OR y subject:(p q)").Understood;
        Assert.Equal(
            [
                new QueryPart("from", "王小明", false, "-\"draft paper\"  (a OR b) x OR y subject:(p q)"),
                new QueryPart(null, "\"draft paper\"", true, "寄件者:王小明 (a OR b) x OR y subject:(p q)"),
                new QueryPart(null, "(a OR b)", false, "寄件者:王小明 -\"draft paper\" x OR y subject:(p q)"),
                new QueryPart(null, "x OR y", false, "寄件者:王小明 -\"draft paper\"  (a OR b) subject:(p q)"),
                new QueryPart(null, "subject:(p q)", false, "寄件者:王小明 -\"draft paper\"  (a OR b) x OR y"),
            ],
            parts);
        Assert.Empty(bed.Search("").Understood);
    }

    [Fact]
    public void Taking_the_parts_away_one_after_the_other_leaves_everything()
    {
        using var bed = OneMail();
        var query = "from:ming -has:video (成績 OR \"x y\") on:today header:X-Mailer:\"microsoft outlook\" 公告";
        for (var left = 6; left > 0; left--)
        {
            var page = bed.Search(query);
            Assert.Equal((1, left), (page.Items.Count, page.Understood.Count));
            query = page.Understood[left / 2].Without;
        }
        Assert.Equal("", query);
    }

    [Fact]
    public void The_documentation_names_every_operator_and_the_help_page_explains_it_in_both_languages()
    {
        var page = File.ReadAllText(Path.Combine(Architecture.Tree.Root, "docs", "search.md"));
        foreach (var name in QueryLanguage.Operators.SelectMany(row => row.Names)) Assert.Contains($"`{name}:`", page);
        foreach (var row in QueryLanguage.States.Select(row => row.Name).Concat(QueryLanguage.Kinds.Select(row => row.Name))) Assert.Contains($"`{row}`", page);
        foreach (var text in (Recorder.Web.Texts.Text[])[Recorder.Web.Texts.Text.English, Recorder.Web.Texts.Text.Chinese])
            Assert.All(QueryLanguage.Operators, row => Assert.NotEmpty(text[$"op.{row.Operator}"]));
    }
}
