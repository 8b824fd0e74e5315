using System.Text.RegularExpressions;
using System.Xml.Linq;
using MimeKit;
using Recorder.Digests;
using Recorder.Ledger;
using Recorder.Tests.Architecture;
using static Recorder.Tests.Digests.DigestWorld;

namespace Recorder.Tests.Digests;

public sealed partial class MessageTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<MimeMessage> DigestOfAsync(string subject, string language = "en", string? phrase = "blue heron", string? disposition = null)
    {
        await using var world = await DigestWorld.OpenAsync(new DigestOptions { PublicUrl = "https://archive.example.edu", TimeZone = "Asia/Taipei", Times = "17:00", Language = language });
        await world.Desk.AddAsync(Alice);
        await world.RunAsync();
        if (phrase is not null) await world.Preferences.SetAsync(await world.Desk.ReaderAsync(Alice), new PreferencesWish(null, null, phrase, null, null, null), Cancel);
        await world.HoldAsync(subject, disposition: disposition ?? Dispositions.HeldSpam);
        await world.RunAtAsync(5, 9);
        return await world.ReadAsync();
    }

    [Fact]
    public async Task It_is_a_message_by_a_program_in_text_and_HTML_that_goes_through_any_next_hop()
    {
        await using var world = await DigestWorld.OpenAsync();
        await world.Desk.AddAsync(Alice);
        await world.RunAsync();
        await world.HoldAsync("會議記錄");
        await world.RunAtAsync(5, 9);
        var bytes = await world.Mail.WriteAsync(Assert.Single(world.Owed), Cancel);
        var mail = await MimeMessage.LoadAsync(new MemoryStream(bytes), Cancel);

        Assert.All(bytes, one => Assert.InRange(one, (byte)1, (byte)126));
        Assert.All(System.Text.Encoding.ASCII.GetString(bytes).Split("\r\n"), line => Assert.True(line.Length <= 998 && !line.Contains('\n')));
        Assert.Equal("multipart/alternative", mail.Body!.ContentType.MimeType);
        Assert.Equal(["text/plain", "text/html"], ((Multipart)mail.Body!).Select(part => part.ContentType.MimeType));
        Assert.Equal(("auto-generated", Alice, "quarantine@mx.example.edu"), (mail.Headers["Auto-Submitted"], mail.To!.Mailboxes.Single().Address, mail.From.Mailboxes.Single().Address));
        Assert.Equal($"digest.{world.Made[0].DigestId}@mx.example.edu", mail.MessageId);
        Assert.Contains("會議記錄", mail.TextBody!, StringComparison.Ordinal);
        Assert.Contains("會議記錄", mail.HtmlBody!, StringComparison.Ordinal);
        Assert.Equal("", Assert.Single(world.Owed).ReversePath);
        Assert.Contains("https://archive.example.edu/settings", mail.TextBody!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("en", "Held mail: 1 new", "Release", "放行")]
    [InlineData("zh-Hant", "隔離的郵件：1 封新郵件", "放行", "Release")]
    public async Task It_speaks_the_readers_language(string language, string subject, string word, string foreign)
    {
        var mail = await DigestOfAsync("Offer", language);
        Assert.Equal(subject, mail.Subject);
        Assert.All([mail.TextBody!, mail.HtmlBody!], body => Assert.Contains(word, body, StringComparison.Ordinal));
        Assert.All([mail.TextBody!, mail.HtmlBody!], body => Assert.DoesNotContain(foreign, body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_the_language_is_unknown_it_speaks_both()
    {
        var mail = await DigestOfAsync("Offer", "");
        Assert.Equal("隔離的郵件：1 封新郵件 / Held mail: 1 new", mail.Subject);
        Assert.All([mail.TextBody!, mail.HtmlBody!], body =>
        {
            Assert.Contains("放行 / Release", body, StringComparison.Ordinal);
            Assert.Contains("Your phrase: ", body, StringComparison.Ordinal);
            Assert.Contains("您的識別字句：", body, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task The_phrase_stands_on_top_and_who_has_none_is_invited()
    {
        var mail = await DigestOfAsync("Offer");
        Assert.StartsWith("Your phrase: \u2068blue heron\u2069", mail.TextBody!, StringComparison.Ordinal);
        Assert.True(mail.HtmlBody!.IndexOf("blue heron", StringComparison.Ordinal) < mail.HtmlBody!.IndexOf("Offer", StringComparison.Ordinal));
        Assert.Contains("is a fake", mail.TextBody!, StringComparison.Ordinal);
        Assert.StartsWith("You have chosen no personal phrase.", (await DigestOfAsync("Offer", phrase: null)).TextBody!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<script>alert(1)</script><img src=https://evil.example/x>")]
    [InlineData("\"><a href='https://evil.example'>Release</a>")]
    [InlineData("Pay now https://evil.example/login www.evil.example")]
    [InlineData("right \u202Egnp.exe\u202C left \u2067 and \u2069 \u200F")]
    [InlineData("line one\u2028line two\u0085three\u0000four\u0007")]
    [InlineData("&#60;b&#62; &amp; {0} %s ${x}")]
    public async Task A_hostile_subject_stays_one_line_of_harmless_text(string subject)
    {
        var mail = await DigestOfAsync($"=?utf-8?B?{Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(subject))}?=");

        Assert.DoesNotMatch("(?i)<(script|img|iframe|link|style|form|input|svg)", mail.HtmlBody!);
        Assert.All(Links().Matches(mail.HtmlBody!), link => Assert.StartsWith("https://archive.example.edu/", link.Groups[1].Value, StringComparison.Ordinal));
        Assert.All([mail.TextBody!, mail.HtmlBody!], body =>
        {
            Assert.DoesNotMatch("[\u202A-\u202E\u2066\u2067\u200E\u200F\u061C\u0000-\u0009\u000B\u000C\u000E-\u001F\u0085\u2028]", body);
            Assert.DoesNotContain("evil.example", body, StringComparison.Ordinal); // no mail program makes a link of it
        });
        // Between the isolates nothing closes them early.
        Assert.All(mail.TextBody!.Split('\n'), line => Assert.Equal(line.Count(letter => letter == '\u2068'), line.Count(letter => letter == '\u2069')));
    }

    [Fact]
    public async Task Nothing_is_loaded_from_anywhere()
    {
        var mail = await DigestOfAsync("Offer");
        Assert.DoesNotMatch("(?i)(src|srcset|background|poster)=|url\\(|@import|<link|<style", mail.HtmlBody!);
        Assert.DoesNotContain(mail.BodyParts, part => part.ContentType.MimeType is not ("text/plain" or "text/html"));
    }

    [Fact]
    public void Both_languages_have_every_text_with_the_same_blanks()
    {
        var (english, chinese) = (Table("DigestText.resx"), Table("DigestText.zh-Hant.resx"));
        Assert.Equal(english.Keys, chinese.Keys);
        Assert.All(english, text => Assert.Equal((text.Key, Blanks(text.Value)), (text.Key, Blanks(chinese[text.Key]))));
        Assert.All(chinese, text => Assert.Matches(@"[\u4E00-\u9FFF]", text.Value));
    }

    private static SortedDictionary<string, string> Table(string file) => new(XDocument.Load(Path.Combine(Tree.Root, $"src/Recorder/Digests/{file}")).Root!
        .Elements("data").ToDictionary(data => data.Attribute("name")!.Value, data => data.Element("value")!.Value), StringComparer.Ordinal);

    private static string Blanks(string text) => string.Concat(Blank().Matches(text).Select(match => match.Value).Distinct().Order());

    [GeneratedRegex(@"\{[0-9]\}")]
    private static partial Regex Blank();

    [GeneratedRegex("href=\"([^\"]*)\"")]
    private static partial Regex Links();
}
