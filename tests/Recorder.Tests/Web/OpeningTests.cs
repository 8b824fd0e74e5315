using System.Net;
using System.Net.Http.Json;
using System.Text;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Tests.Fakes;
using Recorder.Web.Security;

namespace Recorder.Tests.Web;

/// <summary>The table of docs/quarantine.md, "What may be opened", asked on every route that names a message.</summary>
public sealed class OpeningTests
{
    private const string Payload = "program-that-does-harm";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static byte[] Message { get; } = Encoding.UTF8.GetBytes(string.Join("\r\n",
        "From: Bank <bank@evil.example>", "Subject: Invoice", "MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=b", "",
        "--b", "Content-Type: text/html; charset=utf-8", "",
        "<p>Pay at <a href=\"https://evil.example/login\">the bank</a> or http://evil.example/pay now: is:held. <img src=\"cid:one\"></p>",
        "--b", "Content-Type: image/png", "Content-ID: <one>", "Content-Disposition: inline; filename=one.png", "Content-Transfer-Encoding: base64", "", "iVBORw0KGgo=",
        "--b", "Content-Type: application/octet-stream", "Content-Disposition: attachment; filename=invoice.exe", "Content-Transfer-Encoding: base64", "",
        Convert.ToBase64String(Encoding.ASCII.GetBytes(Payload)), "--b--", ""));

    /// <summary>What a user is answered about a message held as malware or phish. A new route needs a line here.</summary>
    private static readonly Dictionary<string, int> OfUsers = new()
    {
        ["GET /mail/{id}"] = 200,
        ["GET /mail/{id}/body"] = 404,
        ["GET /mail/{id}/source"] = 409,
        ["GET /mail/{id}/raw"] = 409,
        ["GET /mail/{id}/parts/{index:int}"] = 409,
        ["GET /mail/{id}/dispatches"] = 200,
        ["POST /mail/{id}/resend"] = 409,
        ["POST /mail/{id}/append"] = 409,
        ["POST /mail/{id}/release"] = 409,
        ["POST /mail/{id}/act"] = 409,
        ["GET /api/v1/messages/{id}"] = 200,
        ["GET /api/v1/messages/{id}/raw"] = 409,
        ["GET /api/v1/messages/{id}/parts/{index:int}"] = 409,
        ["GET /api/v1/messages/{id}/timeline"] = 200,
        ["GET /api/v1/messages/{id}/dispatches"] = 200,
        ["POST /api/v1/messages/{id}/resend"] = 409,
        ["POST /api/v1/messages/{id}/append"] = 409,
        ["POST /api/v1/messages/{id}/release"] = 409,
        ["POST /api/v1/messages/{id}/request"] = 200,
        ["POST /api/v1/messages/{id}/allow-sender"] = 200,
        ["POST /api/v1/messages/{id}/block-sender"] = 200,
        ["POST /api/v1/messages/{id}/unlist-sender"] = 204,
        ["POST /api/v1/messages/{id}/report"] = 400,
        ["POST /api/v1/messages/{id}/hide"] = 204,
        ["POST /api/v1/messages/{id}/unhide"] = 204,
        ["POST /api/v1/messages/{id}/safe-copy"] = 409,
    };

    private static async Task<RecordId> HeldAsync(WebWorld world, string address, string disposition)
    {
        var envelope = Mails.Envelope(world.Counter.Desk.Time.GetUtcNow(), Mails.To(address, disposition));
        var id = (await world.Counter.Desk.Ledger.RecordAsync(envelope, Message)).Id;
        await world.Counter.IndexAsync();
        return id;
    }

    private static void Harmless(string where, string said)
    {
        foreach (var harm in new[] { "http://evil.example", "https://evil.example", Payload, Convert.ToBase64String(Encoding.ASCII.GetBytes(Payload)) })
        {
            Assert.False(said.Contains(harm, StringComparison.Ordinal), $"{where} has {harm}");
        }
    }

    private static async Task<HttpResponseMessage> AskAsync(string route, RecordId id, HttpClient page, HttpClient program, int part = 2)
    {
        var path = route[(route.IndexOf(' ') + 1)..].Replace("{id}", id.ToString()).Replace("{index:int}", $"{part}");
        return route.Contains("/api/") ? await program.SendAsync(new HttpRequestMessage(new HttpMethod(route.Split(' ')[0]), path))
            : route.StartsWith("POST", StringComparison.Ordinal) ? await WebWorld.PostFormAsync(page, "/help", path)
            : await page.GetAsync(path);
    }

    [Theory]
    [InlineData(Dispositions.HeldMalware)]
    [InlineData(Dispositions.HeldPhish)]
    public async Task No_route_gives_a_user_anything_that_could_do_harm(string disposition)
    {
        Assert.Equal(RouteTable.Routes.Where(route => route.Value != Access.Auditor).Select(route => route.Key).Where(route => route.Contains("{id}")).Order(), OfUsers.Keys.Order());
        await using var world = await WebWorld.StartAsync();
        var id = await HeldAsync(world, WebWorld.Alice, disposition);
        var (page, program) = (await world.BrowserAsync(WebWorld.Alice), await world.ProgramAsync(WebWorld.Alice));
        foreach (var (route, status) in OfUsers)
        {
            for (var part = 0; part < (route.Contains("index") ? 3 : 1); part++)
            {
                using var answer = await AskAsync(route, id, page, program, part);
                Assert.Equal((route, status), (route, (int)answer.StatusCode));
                Harmless(route, await answer.Content.ReadAsStringAsync(Cancel));
            }
        }

        foreach (var list in new[] { "/mail", "/mail?q=is:held", "/quarantine" })
        {
            var said = await page.GetStringAsync(list, Cancel);
            Assert.Contains("Invoice", said);
            Harmless(list, said);
        }

        Harmless("/api/v1/messages", await program.GetStringAsync("/api/v1/messages", Cancel));
        Assert.Empty(world.Facts<DispatchRequested>());
        Assert.DoesNotContain(world.Facts<MessageViewed>(), viewed => viewed.What is not "text");
    }

    [Fact]
    public async Task The_text_is_shown_with_its_links_written_out_and_attachments_by_name()
    {
        await using var world = await WebWorld.StartAsync();
        var id = await HeldAsync(world, WebWorld.Alice, Dispositions.HeldPhish);
        var page = await (await world.BrowserAsync(WebWorld.Alice)).GetStringAsync($"/mail/{id}", Cancel);
        Assert.Contains("hxxp://evil.example/pay", page);
        Assert.Contains("invoice.exe", page);
        Assert.Contains("This message could harm you.", page);
        foreach (var closed in new[] { "/parts/", "/raw", "/source", "<iframe" })
        {
            Assert.DoesNotContain(closed, page);
        }
    }

    [Fact]
    public async Task An_approved_request_opens_the_whole_and_only_for_that_record()
    {
        await using var world = await WebWorld.StartAsync();
        var (id, other) = (await HeldAsync(world, WebWorld.Alice, Dispositions.HeldMalware), await HeldAsync(world, WebWorld.Alice, Dispositions.HeldMalware));
        var (program, admin) = (await world.ProgramAsync(WebWorld.Alice), await world.ProgramAsync(WebWorld.Admin));
        using var asked = await program.PostAsJsonAsync($"/api/v1/messages/{id}/request", new { }, Cancel);
        using var still = await program.GetAsync($"/api/v1/messages/{id}/raw", Cancel);
        Assert.Equal(HttpStatusCode.Conflict, still.StatusCode);

        var request = Assert.Single((await world.Counter.Requests.ListAsync(await world.Counter.Desk.ReaderAsync(WebWorld.Admin), false, null, Cancel)).Items);
        using var approved = await admin.PostAsJsonAsync($"/api/v1/admin/requests/{request.Id}/approve", new { }, Cancel);
        Assert.Equal(HttpStatusCode.OK, approved.StatusCode);
        Assert.Equal(Message, await program.GetByteArrayAsync($"/api/v1/messages/{id}/raw", Cancel));
        Assert.Equal(Payload, await program.GetStringAsync($"/api/v1/messages/{id}/parts/2", Cancel));
        using var closed = await program.GetAsync($"/api/v1/messages/{other}/raw", Cancel);
        Assert.Equal(HttpStatusCode.Conflict, closed.StatusCode);
    }

    [Fact]
    public async Task An_administrator_opens_the_own_and_spam_is_open_to_everybody()
    {
        await using var world = await WebWorld.StartAsync();
        var harmful = await HeldAsync(world, WebWorld.Admin, Dispositions.HeldMalware);
        var spam = await HeldAsync(world, WebWorld.Alice, Dispositions.HeldSpam);
        Assert.Equal(Message, await (await world.ProgramAsync(WebWorld.Admin)).GetByteArrayAsync($"/api/v1/messages/{harmful}/raw", Cancel));
        Assert.Equal(Message, await (await world.ProgramAsync(WebWorld.Alice)).GetByteArrayAsync($"/api/v1/messages/{spam}/raw", Cancel));
    }
}
