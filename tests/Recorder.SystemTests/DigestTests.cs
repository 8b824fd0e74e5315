using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using MimeKit;
using Recorder.Smtp;
using Recorder.SystemTests.Peers;

namespace Recorder.SystemTests;

/// <summary>A digest from the hold to the mailbox and back: the mail that Dovecot keeps, and the links in it.</summary>
public sealed partial class DigestTests
{
    private const string Password = "correct horse battery", Amy = "amy@example.edu", Phrase = "藍色蒼鷺 heron", Host = "https://archive.example.edu";
    private const string Gtube = "XJS*C4JDBQADN1.NSBN3*2IDNEN*" + "GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_digest_arrives_with_the_phrase_and_each_of_its_links_releases_one_message_once_and_by_POST_alone()
    {
        Dovecot.Need();
        using var scratch = new Scratch();
        await using var dovecot = await Dovecot.StartAsync();
        await using var recorder = await StartAsync(scratch, dovecot);
        using var api = await Api.SignInAsync(recorder, Amy, Password);
        (await api.PutAsync("preferences", new { digestPhrase = Phrase, language = "en" })).EnsureSuccessStatusCode();

        var first = await SendAsync(recorder, "Let me have it", "X-Nothing: at all", Gtube);
        await SendAsync(recorder, "This one too", "X-Nothing: at all", Gtube);
        await SendAsync(recorder, "With a virus", "X-Spamd-Result: default: False [0.00 / 15.00]; CLAM_VIRUS(0.00)[Eicar]", "Look at this.");
        await SendAsync(recorder, "With a hook", "X-Spamd-Result: default: False [7.00 / 15.00]; PHISHED_OPENPHISH(7.00)[evil.example]", "Sign in here.");
        await api.UntilIndexedAsync();
        Assert.Empty(dovecot.Messages(Amy));
        var links = await LinksOfDigestAsync(await DigestAsync(api, dovecot));
        using var stranger = new HttpClient { BaseAddress = recorder.Web };
        var pages = await LookAtEverythingAsync(stranger, links);
        Assert.Equal(["held", "held", "held", "held"], await StatesAsync(api));

        // One click, and one more.
        var one = Assert.Single(pages, page => page.Value.Contains("Let me have it", StringComparison.Ordinal)).Key;
        await ClickAsync(stranger, one);
        await Machine.UntilAsync("the released message", () => Task.FromResult(dovecot.Messages(Amy).Count == 2));
        Assert.Equal(1, dovecot.Messages(Amy).Count(copy => Wire.FieldsBefore(first, copy) is not null));
        await ClickAsync(stranger, one);
        await ClickAsync(stranger, links.Single(link => link != one));
        await Machine.UntilAsync("the other message", () => Task.FromResult(dovecot.Messages(Amy).Count >= 3));
        await Machine.UntilAsync("both to be told", async () => (await StatesAsync(api)).Count(state => state == "released") == 2);
        Assert.Equal((3, 1), (dovecot.Messages(Amy).Count, dovecot.Messages(Amy).Count(copy => Wire.FieldsBefore(first, copy) is not null)));
        Assert.Equal(["held", "held", "released", "released"], (await StatesAsync(api)).Order());
    }

    [Fact]
    public async Task The_page_behind_a_link_is_accessible_and_fits_before_the_click_and_after()
    {
        Dovecot.Need();
        Browser.Need();
        using var scratch = new Scratch();
        await using var dovecot = await Dovecot.StartAsync();
        await using var recorder = await StartAsync(scratch, dovecot);
        using var api = await Api.SignInAsync(recorder, Amy, Password);
        await SendAsync(recorder, "Let me have it", "X-Nothing: at all", Gtube);
        await api.UntilIndexedAsync();
        var link = Links((await MimeMessage.LoadAsync(new MemoryStream(await DigestAsync(api, dovecot)), Cancel)).TextBody!)[0];
        await using var browser = await Browser.StartAsync();
        var faults = new List<string>();
        await LookAsync("before");
        using var stranger = new HttpClient { BaseAddress = recorder.Web };
        await ClickAsync(stranger, link);
        await Machine.UntilAsync("the released message", () => Task.FromResult(dovecot.Messages(Amy).Count == 2));
        await LookAsync("after");
        Assert.Equal([], faults);

        async Task LookAsync(string when)
        {
            foreach (var (language, widthPixels) in (ValueTuple<string, int>[])[("en", 1440), ("en", 390), ("zh-Hant", 1440), ("zh-Hant", 390)])
            {
                (await api.PutAsync("preferences", new { language })).EnsureSuccessStatusCode();
                var page = await browser.PageAsync(widthPixels: widthPixels);
                await page.GotoAsync(new Uri(recorder.Web, link).ToString());
                Assert.StartsWith(language, await page.Locator("html").GetAttributeAsync("lang"), StringComparison.Ordinal);
                await Look.AtAsync(page, $"digest-{when}-{language}-{widthPixels}", faults);
                await page.Context.CloseAsync();
            }
        }
    }

    private static async Task<RecorderProcess> StartAsync(Scratch scratch, Dovecot dovecot)
    {
        var recorder = new RecorderProcess(
            scratch.File("data"), "Smtp:Protocol=lmtp", "Smtp:Domains:0=example.edu", "NextHop:Host=127.0.0.1", $"NextHop:Port={dovecot.LmtpPort}", "NextHop:Protocol=lmtp",
            $"Digests:PublicUrl={Host}", "Screening:Headers:Rspamd=true");
        await recorder.StartAsync();
        await recorder.AddAccountsAsync(Password, Amy);
        return recorder;
    }

    private static async Task<byte[]> DigestAsync(Api api, Dovecot dovecot)
    {
        using var asked = await api.PostAsync("preferences/digest", new { });
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        await Machine.UntilAsync("the digest", () => Task.FromResult(dovecot.Messages(Amy).Count == 1));
        return Assert.Single(dovecot.Messages(Amy));
    }

    /// <summary>Checks the mail itself.</summary>
    private static async Task<IReadOnlyList<string>> LinksOfDigestAsync(byte[] mail)
    {
        var digest = await MimeMessage.LoadAsync(new MemoryStream(mail), Cancel);
        Assert.Equal(("auto-generated", "<>"), (digest.Headers["Auto-Submitted"], digest.Headers["Return-Path"]));
        foreach (var body in new[] { digest.TextBody!, WebUtility.HtmlDecode(digest.HtmlBody!) })
        {
            Assert.All(new[] { Phrase, "Let me have it", "This one too", "With a virus", "With a hook" }, words => Assert.Contains(words, body, StringComparison.Ordinal));
            Assert.Equal(2, Links(body).Count);
        }

        Assert.Equal(Links(digest.TextBody!).Order(), Links(digest.HtmlBody!).Order());
        return Links(digest.TextBody!);
    }

    /// <summary>As programs do that fetch every link of a mail; finds no malware and no phish behind any.</summary>
    private static async Task<Dictionary<string, string>> LookAtEverythingAsync(HttpClient stranger, IReadOnlyList<string> links)
    {
        var pages = new Dictionary<string, string>();
        foreach (var link in links)
        {
            using var head = new HttpRequestMessage(HttpMethod.Head, link);
            using var _ = await stranger.SendAsync(head, Cancel);
            pages[link] = await stranger.GetStringAsync(link, Cancel);
            using var without = await stranger.PostAsync(link, new FormUrlEncodedContent([]), Cancel);
            using var tampered = await stranger.GetAsync(link[..^4] + "AAAA", Cancel);
            Assert.Equal(HttpStatusCode.NotFound, tampered.StatusCode);
        }

        Assert.All(pages.Values, page => Assert.DoesNotContain("With a ", page, StringComparison.Ordinal));
        return pages;
    }

    private static async Task<IReadOnlyList<string>> StatesAsync(Api api) =>
        [.. (await api.GetAsync("messages"))["items"]!.AsArray().Select(item => item!["state"]!.GetValue<string>())];

    private static async Task<byte[]> SendAsync(RecorderProcess recorder, string subject, string field, string text)
    {
        var bytes = Encoding.ASCII.GetBytes($"{field}\r\nFrom: Shop <offers@shop.example>\r\nTo: {Amy}\r\nSubject: {subject}\r\nMessage-ID: <{Guid.NewGuid():N}@shop.example>\r\n"
            + $"Date: Mon, 23 Nov 2026 10:00:00 +0800\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n{text}\r\n");
        await using var pool = Wire.Sender(recorder.SmtpPort, SmtpProtocol.Lmtp);
        Assert.Equal(DeliveryOutcome.Accepted, Assert.Single(await pool.SendAsync(bytes, "offers@shop.example", Amy)).Outcome);
        return bytes;
    }

    private static async Task ClickAsync(HttpClient stranger, string link)
    {
        using var answer = await stranger.PostAsync(link, new FormUrlEncodedContent([KeyValuePair.Create("act", "release")]), Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static IReadOnlyList<string> Links(string body) => [.. Link().Matches(body).Select(match => match.Groups[1].Value).Distinct()];

    [GeneratedRegex(Host + "(/digest/[A-Za-z0-9_-]+)")]
    private static partial Regex Link();
}
