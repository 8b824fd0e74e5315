using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Recorder.Web.Remote;

namespace Recorder.Tests.Web;

/// <summary>Pictures from elsewhere, against a server of the sender's own making.</summary>
public sealed partial class RemoteImageTests
{
    private static readonly byte[] Gif = [.. "GIF89a"u8, 1, 0, 1, 0, 0x80, 0, 0, 255, 255, 255, 0, 0, 0, 0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3B];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Data => $"data:image/gif;base64,{Convert.ToBase64String(Gif)}";

    private static Task<PictureServer> ServeAsync() => PictureServer.StartAsync(AnswerAsync);

    private static RemoteImages Here(int most = 40, int maxBytes = 100_000, int seconds = 20) => new(
        new RemoteImageOptions { Enabled = true, MaxImages = most, MaxImageBytes = maxBytes, TimeoutSeconds = seconds }, TimeProvider.System, IPAddress.IsLoopback, _ => true);

    private static async Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!;
        http.Response.Headers.SetCookie = "tracker=42; Path=/";
        if (path.StartsWith("/to", StringComparison.Ordinal))
        {
            (http.Response.StatusCode, http.Response.Headers.Location) = (302, http.Request.Query["where"].ToString());
            return;
        }

        http.Response.ContentType = path == "/lie.png" ? "image/png" : "image/gif";
        if (path == "/stuck.gif") await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        else if (path == "/lie.png") await http.Response.WriteAsync("<svg onload=alert(1)></svg> and more than sixteen letters");
        else if (path == "/endless.gif") await EndlessAsync(http);
        else if (path == "/gone.gif") http.Response.StatusCode = 404;
        else await http.Response.Body.WriteAsync(Gif);
    }

    private static async Task EndlessAsync(HttpContext http)
    {
        await http.Response.Body.WriteAsync(Gif);
        try
        {
            for (var piece = 0; piece < 100_000 && !http.RequestAborted.IsCancellationRequested; piece++) await http.Response.Body.WriteAsync(new byte[4_096], http.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The other side has had enough.
        }
    }

    [Fact]
    public async Task A_picture_comes_as_part_of_the_page_and_the_sender_sees_one_and_the_same_stranger()
    {
        await using var server = await ServeAsync();
        using var images = Here();
        // A trace under way would be told from others' by its id.
        using var trace = new System.Diagnostics.Activity("a reader's request").Start();
        Assert.Equal([Data, Data], await images.FetchAsync([server.Url("/one.gif"), server.Url("/two.gif?for=alice")], Cancel));
        Assert.Equal([Data], await images.FetchAsync([server.Url("/again.gif")], Cancel));
        Assert.All(server.Asked, asked => Assert.Equal(["Accept", "Host", "User-Agent"], asked.Headers.Keys.Order()));
        Assert.All(server.Asked, asked => Assert.Equal("Mozilla/5.0", asked.Headers["User-Agent"]));
        Assert.Equal(["/again.gif", "/one.gif", "/two.gif?for=alice"], server.Asked.Select(asked => asked.Path).Order());
    }

    [Theory]
    [InlineData("/lie.png")]
    [InlineData("/endless.gif")]
    [InlineData("/gone.gif")]
    [InlineData("/to?where=/gone.gif")]
    public async Task What_is_no_picture_or_has_no_end_stays_away(string path)
    {
        await using var server = await ServeAsync();
        using var images = Here();
        Assert.Equal([null, Data], await images.FetchAsync([server.Url(path), server.Url("/one.gif")], Cancel));
    }

    [Fact]
    public async Task Who_never_answers_costs_no_more_than_the_time_of_one_view()
    {
        await using var server = await ServeAsync();
        using var images = Here(seconds: 1);
        Assert.Equal([null], await images.FetchAsync([server.Url("/stuck.gif")], Cancel));
    }

    [Fact]
    public async Task Only_so_many_pictures_are_asked_for()
    {
        await using var server = await ServeAsync();
        using var images = Here(most: 3);
        var found = await images.FetchAsync([.. Enumerable.Range(0, 10).Select(number => server.Url($"/{number}.gif"))], Cancel);
        Assert.Equal((3, 3), (found.Count(one => one is not null), server.Asked.Count));
    }

    [Fact]
    public async Task Redirects_are_followed_a_few_times_and_judged_each_time()
    {
        await using var server = await ServeAsync();
        using var images = Here();
        Assert.Equal([Data], await images.FetchAsync([server.Url("/to?where=/one.gif")], Cancel));
        Assert.Equal([null], await images.FetchAsync([server.Url("/to?where=%2Fto%3Fwhere%3D%2Fto")], Cancel));
        Assert.InRange(server.Asked.Count, 3, 8);
        foreach (var elsewhere in new[] { "file:///etc/passwd", "ftp://127.0.0.1/x", "http://user:secret@127.0.0.1/x.gif", "data:image/gif;base64,R0lGODlh", "gopher://127.0.0.1" })
        {
            Assert.Equal([null], await images.FetchAsync([server.Url("/to?where=" + Uri.EscapeDataString(elsewhere))], Cancel));
        }
    }

    [Fact]
    public async Task A_redirect_to_an_address_that_is_not_allowed_is_not_connected_to()
    {
        await using var near = await ServeAsync();
        var judged = new List<IPAddress>();
        using var images = new RemoteImages(new RemoteImageOptions { Enabled = true }, TimeProvider.System, Judge, _ => true);
        Assert.Equal([null], await images.FetchAsync([near.Url("/to?where=" + Uri.EscapeDataString("http://127.0.0.9:1/x.gif"))], Cancel));
        Assert.Equal([null], await images.FetchAsync(["http://127.0.0.9:1/x.gif"], Cancel));
        Assert.Contains(IPAddress.Parse("127.0.0.9"), judged);
        Assert.Single(near.Asked);

        bool Judge(IPAddress address)
        {
            lock (judged) judged.Add(address);
            return address.Equals(IPAddress.Loopback);
        }
    }

    [Fact]
    public async Task Outside_of_tests_nothing_on_this_machine_or_beside_it_is_connected_to()
    {
        await using var server = await ServeAsync();
        using var images = new RemoteImages(new RemoteImageOptions { Enabled = true }, TimeProvider.System);
        using var anyPort = new RemoteImages(new RemoteImageOptions { Enabled = true }, TimeProvider.System, address => PublicAddresses.IsPublic(address) && !PublicAddresses.IsOfThisMachine(address), _ => true);
        string[] names = ["127.0.0.1", "localhost", "localhost.", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "0x7f000001", "2130706433", "127.1"];
        var urls = names.Select(name => server.Url("/one.gif", name)).ToList();
        Assert.All(await anyPort.FetchAsync(urls, Cancel), Assert.Null);
        Assert.All(await images.FetchAsync(urls, Cancel), Assert.Null);
        Assert.Empty(server.Asked);
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("140.112.8.116", true)]
    [InlineData("2404:6800:4008::200e", true)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.168.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("127.255.0.1", false)]
    [InlineData("0.1.2.3", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("192.0.2.1", false)]
    [InlineData("198.18.0.1", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("2002:a00:1::", false)]
    [InlineData("2001:0:a00:1::", false)]
    [InlineData("2001:db8::1", false)]
    public void Only_the_public_net_is_elsewhere(string address, bool isPublic) => Assert.Equal(isPublic, PublicAddresses.IsPublic(IPAddress.Parse(address)));

    [Fact]
    public async Task A_page_shows_them_when_asked_and_its_frame_names_no_place_elsewhere()
    {
        await using var server = await ServeAsync();
        await using var world = await WebWorld.StartAsync(pictures: Here());
        var alice = await world.BrowserAsync(WebWorld.Alice);
        var id = await world.RecordAsync(
            $"Subject: News\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<p>Hi <img src=\"{server.Url("/one.gif")}\"><img src=\"{server.Url("/gone.gif")}\" alt=gone></p>", WebWorld.Alice);
        var page = WebUtility.HtmlDecode(await alice.GetStringAsync($"/mail/{id}", Cancel));
        await alice.GetStringAsync(Frame().Match(page).Groups[1].Value, Cancel);
        await alice.GetStringAsync($"/mail/{id}?remote=1", Cancel);
        await alice.GetStringAsync($"/mail/{id}/body?remote=1", Cancel);
        await alice.GetStringAsync($"/api/v1/messages/{id}", Cancel);
        Assert.Empty(server.Asked);

        var shown = WebUtility.HtmlDecode(await alice.GetStringAsync(Show().Match(page).Groups[1].Value, Cancel));
        using var frame = await alice.GetAsync(Frame().Match(shown).Groups[1].Value, Cancel);
        var body = await frame.Content.ReadAsStringAsync(Cancel);
        Assert.Contains($"src=\"{Data}\"", body);
        Assert.DoesNotContain("127.0.0.1", body);
        Assert.DoesNotContain("http", frame.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal("no-store", frame.Headers.CacheControl!.ToString());
        Assert.Equal(["/gone.gif", "/one.gif"], server.Asked.Select(asked => asked.Path).Order());
        Assert.All(server.Asked, asked => Assert.DoesNotContain("Cookie", asked.Headers.Keys));
    }

    [Fact]
    public async Task A_site_that_has_not_chosen_them_offers_none_and_fetches_none()
    {
        await using var server = await ServeAsync();
        await using var world = await WebWorld.StartAsync();
        var alice = await world.BrowserAsync(WebWorld.Alice);
        var id = await world.RecordAsync($"Subject: News\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<img src=\"{server.Url("/one.gif")}\">", WebWorld.Alice);
        var page = WebUtility.HtmlDecode(await alice.GetStringAsync($"/mail/{id}", Cancel));
        Assert.Contains("data-part=\"remote\"", page);
        Assert.DoesNotContain("remote=1", page);
        var body = await alice.GetStringAsync(Frame().Match(page).Groups[1].Value + "&remote=1", Cancel);
        Assert.DoesNotContain("one.gif", body);
        Assert.Empty(server.Asked);
    }

    [GeneratedRegex("<iframe[^>]* src=\"([^\"]+)\"")]
    private static partial Regex Frame();

    [GeneratedRegex("href=\"(/mail/[^\"]+remote=1[^\"]*)\"")]
    private static partial Regex Show();
}
