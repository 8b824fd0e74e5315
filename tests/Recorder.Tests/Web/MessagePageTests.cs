using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Recorder.Ledger;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Web;

public sealed partial class MessagePageTests
{
    private const string Pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    private const string Evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";

    private static string Hostile => string.Join("\r\n",
        $"From: =?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(Evil))}?= <a@b.example>",
        $"To: =?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(Evil))}?= <alice@example.edu>",
        $"Subject: =?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(Evil + "\u202Egnp.exe"))}?=",
        "MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=b", "",
        "--b", "Content-Type: text/plain; charset=utf-8", "", Evil, "",
        "--b", "Content-Type: text/html", $"Content-Disposition: attachment; filename*=utf-8''{Uri.EscapeDataString(Evil + "\u202E.html")}", "", "<script>alert(3)</script>",
        "--b--", "");

    private static string Related(string html) => string.Join("\r\n",
        "Subject: Picture", "MIME-Version: 1.0", "Content-Type: multipart/related; boundary=b", "",
        "--b", "Content-Type: text/html; charset=utf-8", "", html, "",
        "--b", "Content-Type: image/png", "Content-ID: <p@x>", "Content-Transfer-Encoding: base64", "Content-Disposition: inline; filename=p.png", "", Pixel, "--b--", "");

    [Theory]
    [InlineData("en-GB")]
    [InlineData("zh-TW")]
    public async Task Hostile_words_stay_words_on_every_page(string language)
    {
        await using var world = await WebWorld.StartAsync();
        var alice = await world.BrowserAsync(WebWorld.Alice);
        alice.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language);
        var id = await world.RecordAsync(Hostile, WebWorld.Alice);
        var held = await world.RecordHeldAsync(Encoding.UTF8.GetBytes(Hostile), WebWorld.Alice);
        await world.Counter.IndexAsync();
        (await WebWorld.PostFormAsync(alice, "/lists", "/lists", ("pattern", "evil.example"), ("kind", "block"), ("comment", Evil), ("act", "save"))).Dispose();
        foreach (var path in new[] { "/mail", "/quarantine", "/lists", "/problems", "/settings", $"/mail/{held}", "/mail?q=" + Uri.EscapeDataString(Evil), $"/mail/{id}", $"/mail/{id}/source", "/signin?back=" + Uri.EscapeDataString("/" + Evil), "/setup?token=" + Uri.EscapeDataString(Evil) })
        {
            var page = await alice.GetStringAsync(path);
            Assert.DoesNotContain("<script>", page);
            Assert.DoesNotContain("<img src=x", page);
            Assert.DoesNotMatch("\"'>", page);
            Assert.DoesNotMatch(InlineCode(), page);
        }
    }

    [Fact]
    public async Task Of_thousands_of_recipients_a_few_are_shown_and_the_rest_is_folded_away()
    {
        await using var world = await WebWorld.StartAsync();
        var alice = await world.BrowserAsync(WebWorld.Alice);
        var to = string.Join(",\r\n ", Enumerable.Range(0, 2_000).Select(n => $"u{n}@example.edu"));
        var page = await alice.GetStringAsync($"/mail/{await world.RecordAsync($"Subject: all\r\nTo: {to}\r\nCc: one@example.edu\r\n\r\nwords\r\n", WebWorld.Alice)}");
        Assert.Matches(@"u7@example\.edu</bdi>\s*<details>\s*<summary>and 1,992 more</summary>\s*<bdi>u8@example\.edu", page);
        Assert.Contains("<bdi>one@example.edu</bdi>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_download_is_a_file_and_never_a_page_of_ours()
    {
        await using var world = await WebWorld.StartAsync();
        var alice = await world.BrowserAsync(WebWorld.Alice);
        var id = await world.RecordAsync(Hostile, WebWorld.Alice);
        var link = PartLink().Match(await alice.GetStringAsync($"/mail/{id}")).Groups[1].Value;
        foreach (var path in new[] { link, $"/api/v1{link.Replace("/mail/", "/messages/")}", $"/mail/{id}/raw", $"/api/v1/messages/{id}/raw" })
        {
            using var answer = await alice.GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("attachment", answer.Content.Headers.ContentDisposition!.DispositionType);
            Assert.Contains("sandbox", answer.Headers.GetValues("Content-Security-Policy").Single());
            Assert.Contains(answer.Content.Headers.ContentType!.MediaType, new[] { "application/octet-stream", "message/rfc822" });
        }
    }

    [Fact]
    public async Task The_original_is_the_exact_bytes()
    {
        await using var world = await WebWorld.StartAsync();
        var alice = await world.BrowserAsync(WebWorld.Alice);
        var bytes = Encoding.Latin1.GetBytes("Subject: \xE9\r\n\r\n\0\xFF trailing  \r\n");
        var id = (await world.Counter.Desk.Ledger.RecordAsync(Mails.Envelope(world.Counter.Desk.Time.GetUtcNow(), Mails.To(WebWorld.Alice)), bytes)).Id;
        Assert.Equal(bytes, await alice.GetByteArrayAsync($"/mail/{id}/raw"));
        Assert.Equal(bytes, await alice.GetByteArrayAsync($"/api/v1/messages/{id}/raw"));
        Assert.Contains("\uFFFD", WebUtility.HtmlDecode(await alice.GetStringAsync($"/mail/{id}/source")).Replace('\xFF', '\uFFFD'));
    }

    [Fact]
    public async Task The_frame_is_locked_and_shows_the_messages_own_pictures()
    {
        await using var world = await WebWorld.StartAsync();
        var alice = await world.BrowserAsync(WebWorld.Alice);
        var id = await world.RecordAsync(Related("<p>Hi <img src=\"cid:p@x\"><img src=\"https://far.example/t.gif\"></p><script>alert(1)</script>"), WebWorld.Alice);
        var page = await alice.GetStringAsync($"/mail/{id}");
        Assert.Contains("sandbox=\"allow-popups allow-popups-to-escape-sandbox\"", page);
        using var frame = await alice.GetAsync(FrameUrl(page));
        var body = await frame.Content.ReadAsStringAsync();
        Assert.Contains($"src=\"data:image/png;base64,{Pixel}\"", body);
        Assert.DoesNotContain("far.example", body);
        Assert.DoesNotContain("alert", body);
        Assert.DoesNotContain("script-src", frame.Headers.GetValues("Content-Security-Policy").Single());
    }

    [Fact]
    public async Task A_link_from_elsewhere_shows_no_remote_picture()
    {
        await using var world = await WebWorld.StartAsync(options: new Recorder.Web.WebOptions { RemoteImages = { Enabled = true } });
        var alice = await world.BrowserAsync(WebWorld.Alice);
        var id = await world.RecordAsync(Related("<img src=\"https://far.example/t.gif\">"), WebWorld.Alice);
        var lured = await alice.GetStringAsync($"/mail/{id}?remote=1");
        Assert.DoesNotContain("remote=1", FrameUrl(lured));
        Assert.NotEmpty(ShowRemoteUrl(lured));
        using var frame = await alice.GetAsync($"/mail/{id}/body?remote=1");
        Assert.DoesNotContain("far.example", await frame.Content.ReadAsStringAsync());
        Assert.DoesNotContain("https:", frame.Headers.GetValues("Content-Security-Policy").Single());
    }

    [Fact]
    public async Task A_picture_named_ten_thousand_times_does_not_fill_the_memory()
    {
        await using var world = await WebWorld.StartAsync();
        var alice = await world.BrowserAsync(WebWorld.Alice);
        var large = Related(string.Concat(Enumerable.Repeat("<img src=\"cid:p@x\"> ", 9_000)))
            .Replace(Pixel, Convert.ToBase64String(Convert.FromBase64String(Pixel).Concat(new byte[200_000]).ToArray(), Base64FormattingOptions.InsertLineBreaks));
        var id = await world.RecordAsync(large, WebWorld.Alice);
        var body = await alice.GetStringAsync($"/mail/{id}/body");
        Assert.Contains("data:image/png", body);
        Assert.InRange(body.Length, 1_000_000, 10 << 20);
    }

    [Fact]
    public async Task Opening_a_page_with_its_frame_and_pictures_is_one_view()
    {
        await using var world = await WebWorld.StartAsync();
        var alice = await world.BrowserAsync(WebWorld.Alice);
        var id = await world.RecordAsync(Related("<img src=\"cid:p@x\">"), WebWorld.Alice);
        var other = await world.RecordAsync(Related("<img src=\"cid:p@x\">"), WebWorld.Alice);
        var frame = FrameUrl(await alice.GetStringAsync($"/mail/{id}"));
        Assert.Contains("data:image/png", await alice.GetStringAsync(frame));

        // The ticket is good for this message alone, and without one a frame is a view like any other.
        await alice.GetStringAsync(frame.Replace(id.ToString(), other.ToString()));
        await alice.GetStringAsync($"/mail/{other}/body");
        await world.Counter.Desk.DisposeAsync();
        Assert.Equal([(id.ToString(), "message"), (other.ToString(), "message"), (other.ToString(), "message")],
            world.Facts<MessageViewed>().Select(viewed => (viewed.RecordId, viewed.What)));
    }

    [Fact]
    public async Task Sending_again_shows_the_next_hops_words_once_it_took_the_message()
    {
        await using var world = await WebWorld.StartAsync();
        var alice = await world.BrowserAsync(WebWorld.Alice);
        var id = await world.RecordAsync("Subject: Minutes\r\n\r\nHello.\r\n", WebWorld.Alice);
        for (var click = 0; click < 3; click++)
        {
            using var answer = await WebWorld.PostFormAsync(alice, $"/mail/{id}", $"/mail/{id}/resend");
            Assert.Equal($"/mail/{id}", answer.Headers.Location!.OriginalString);
        }

        var pending = await alice.GetStringAsync($"/mail/{id}");
        Assert.Contains($"data-live=\"/mail/{id}/dispatches\"", pending);
        Assert.Contains("http-equiv=\"refresh\"", pending);
        Assert.Single(world.Facts<DispatchRequested>());

        var dispatch = (await world.Counter.Recovery.DispatchesAsync(await world.Counter.Desk.ReaderAsync(WebWorld.Alice), id, TestContext.Current.CancellationToken))![0];
        await world.Counter.EndAsync(dispatch, accepted: true, WebWorld.Alice);
        await world.Counter.Desk.Ledger.CatchUpAsync(CancellationToken.None);
        var done = await alice.GetStringAsync($"/mail/{id}");
        Assert.Contains("Accepted by smtp://next:25: 250 2.0.0 kept", done);
        Assert.DoesNotContain("data-live=", done);
        Assert.Contains("name=\"again\" value=\"true\"", done);
    }

    [Fact]
    public async Task Errors_say_what_happened_in_the_readers_language()
    {
        await using var world = await WebWorld.StartAsync();
        var alice = await world.BrowserAsync(WebWorld.Alice);
        alice.DefaultRequestHeaders.AcceptLanguage.ParseAdd("zh-TW");
        using var missing = await alice.GetAsync("/mail/nothing");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.Contains("找不到此頁面或郵件", WebUtility.HtmlDecode(await missing.Content.ReadAsStringAsync()));
        var id = await world.RecordAsync("Subject: Minutes\r\n\r\nHello.\r\n", WebWorld.Alice);
        using var refused = await WebWorld.PostFormAsync(alice, $"/mail/{id}", $"/mail/{id}/release");
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Contains("不在隔離區", WebUtility.HtmlDecode(await refused.Content.ReadAsStringAsync()));
    }

    private static string FrameUrl(string page) => WebUtility.HtmlDecode(FrameSource().Match(page).Groups[1].Value);

    private static string ShowRemoteUrl(string page) => WebUtility.HtmlDecode(RemoteLink().Match(page).Groups[1].Value);

    [GeneratedRegex("href=\"(/mail/[^\"]+remote=1[^\"]*)\"")]
    private static partial Regex RemoteLink();

    [GeneratedRegex("<iframe[^>]* src=\"([^\"]+)\"")]
    private static partial Regex FrameSource();

    [GeneratedRegex("href=\"(/mail/[^\"]+/parts/[0-9]+)\"")]
    private static partial Regex PartLink();

    [GeneratedRegex("<\\w+(\\s+[\\w-]+(=\"[^\"]*\")?)*\\s+(style|on[a-z]+)=|<script(?! type=\"module\" src=)|<style", RegexOptions.IgnoreCase)]
    private static partial Regex InlineCode();
}
