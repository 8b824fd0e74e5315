using System.Security.Cryptography;
using System.Text;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Security;
using Recorder.Smtp;
using Recorder.SystemTests.Peers;

namespace Recorder.SystemTests;

/// <summary>Recorded mail put straight into folders of a real Dovecot, by a master user over TLS.</summary>
public sealed class FolderTests
{
    private const string User = "alice@example.edu", Other = "bob@example.edu";
    private const string Gtube = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X";
    private const int CorpusMails = 40;

    [Fact]
    public async Task What_was_deleted_is_back_in_the_folder_byte_for_byte_unread_and_under_its_own_time()
    {
        Dovecot.Need();
        using var scratch = new Scratch();
        await using var dovecot = await Dovecot.StartAsync(Certificates.Dovecot(scratch, "yes") + Master(scratch));
        await using var recorder = await StartAsync(scratch, dovecot);
        await using (var pool = Wire.Sender(recorder.SmtpPort, SmtpProtocol.Lmtp))
        {
            foreach (var mail in Mails()) await pool.SendAsync(mail, "a@sender.example", User);
        }

        using var api = await Api.SignInAsync(recorder, User, "pw");
        await api.UntilIndexedAsync();
        var ids = (await api.FindAsync("")).Select(hit => hit.Id).ToList();
        Assert.True(ids.Count >= Mails().Count(mail => !Wire.HasBareLineEnds(mail)), $"{ids.Count} recorded");
        foreach (var file in dovecot.Files(User)) File.Delete(file);
        foreach (var id in ids) await PutAsync(api, id, "還原 & found");

        var got = await FetchAsync(dovecot, User, "還原 & found");
        var raw = new Dictionary<string, DateTimeOffset>();
        foreach (var id in ids) raw[Digest((await api.RawAsync(id))!)] = (await api.GetAsync($"messages/{id}"))["receivedAt"]!.GetValue<DateTimeOffset>();
        Assert.Equal(raw.Keys.Order(), got.Select(one => one.Sha256).Distinct().Order());
        Assert.Equal(ids.Count, got.Count);
        Assert.All(got, one => Assert.Equal((MessageFlags.None, raw[one.Sha256].ToUnixTimeSeconds()), (one.Flags & ~MessageFlags.Recent, one.At.ToUnixTimeSeconds())));
        Assert.DoesNotContain("secret-of-the-site", recorder.Output, StringComparison.Ordinal);
        Assert.Contains($"ok    imap://localhost:{dovecot.ImapPort} answers for putting mail into folders", (await recorder.RunAsync("", "doctor")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_with_line_feeds_alone_gets_its_returns_and_one_with_NUL_is_refused_with_the_reason()
    {
        Dovecot.Need();
        using var scratch = new Scratch();
        await using var dovecot = await Dovecot.StartAsync(Certificates.Dovecot(scratch, "yes") + Master(scratch));
        await using var recorder = await StartAsync(scratch, dovecot);
        using var api = await Api.SignInAsync(recorder, User, "pw");
        const string lines = "Subject: from a disk\nFrom: a@sender.example\n\nline feeds\nalone\n";
        File.WriteAllText(scratch.File("unix.eml"), lines);
        File.WriteAllText(scratch.File("nul.eml"), "Subject: with nul\r\n\r\nnothing \0 here\r\n");
        foreach (var file in new[] { "unix.eml", "nul.eml" }) Assert.Equal(0, (await recorder.RunAsync("", "import", scratch.File(file), "--owner", User)).Code);
        await api.UntilIndexedAsync();

        await PutAsync(api, (await api.FindAsync("subject:disk"))[0].Id, "INBOX");
        Assert.Equal(Digest(Encoding.ASCII.GetBytes(lines.Replace("\n", "\r\n", StringComparison.Ordinal))), Assert.Single(await FetchAsync(dovecot, User, "INBOX")).Sha256);
        using var refused = await api.PostAsync($"messages/{(await api.FindAsync("subject:nul"))[0].Id}/append", new { });
        Assert.Equal(409, (int)refused.StatusCode);
        Assert.Contains("NUL", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_held_message_is_released_into_the_inbox_and_a_server_that_is_down_only_delays_it()
    {
        Dovecot.Need();
        using var scratch = new Scratch();
        await using var dovecot = await Dovecot.StartAsync(Certificates.Dovecot(scratch, "yes") + Master(scratch));
        await using var recorder = await StartAsync(scratch, dovecot);
        using var api = await Api.SignInAsync(recorder, User, "pw");
        await using (var pool = Wire.Sender(recorder.SmtpPort, SmtpProtocol.Lmtp))
        {
            await pool.SendAsync(Encoding.ASCII.GetBytes($"Subject: held\r\n\r\n{Gtube}\r\n"), "a@sender.example", User, Other);
        }

        await api.UntilIndexedAsync();
        var id = Assert.Single(await api.FindAsync("")).Id;
        await dovecot.StopAsync();
        using (var asked = await api.PostAsync($"messages/{id}/append", new { })) Assert.Equal(202, (int)asked.StatusCode);
        await Machine.UntilAsync("the first attempt to fail", async () => (await DispatchAsync(api, id)).Words.Length > 0);
        await dovecot.RunAsync();
        await recorder.StopAsync();
        await recorder.StartAsync();
        using var admin = await AdminAsync(recorder);
        await Machine.UntilAsync("the wish to be under way again", async () =>
        {
            foreach (var row in (await admin.GetAsync("admin/outbox"))["items"]!.AsArray()) (await admin.PostAsync($"admin/outbox/{row!["id"]}/retry", new { })).Dispose();
            return (await DispatchAsync(api, id)).State == "accepted";
        });

        Assert.Equal("released", (await api.GetAsync($"messages/{id}"))["state"]!.GetValue<string>());
        Assert.Equal(Digest((await api.RawAsync(id))!), Assert.Single(await FetchAsync(dovecot, User, "INBOX")).Sha256);
        Assert.Empty(dovecot.Files(Other));
        using var bob = await Api.SignInAsync(recorder, Other, "pw");
        Assert.Equal("held", (await bob.GetAsync($"messages/{id}"))["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_person_has_a_message_put_into_a_folder_from_its_page_and_a_held_one_too()
    {
        Dovecot.Need();
        Browser.Need();
        using var scratch = new Scratch();
        await using var dovecot = await Dovecot.StartAsync(Certificates.Dovecot(scratch, "yes") + Master(scratch));
        await using var recorder = await StartAsync(scratch, dovecot);
        await using var browser = await Browser.StartAsync();
        var faults = new List<string>();
        foreach (var (width, locale) in new[] { (1440, "en-GB"), (390, "zh-TW") })
        {
            var (plain, held) = (await SendAsync(recorder, $"plain-{width}", "hello"), await SendAsync(recorder, $"held-{width}", Gtube));
            var page = await browser.PageAsync(script: width > 1000, locale: locale, widthPixels: width);
            await SignInAsync(page, recorder);
            foreach (var id in new[] { plain, held })
            {
                await page.GotoAsync(new Uri(recorder.Web, $"/mail/{id}").ToString());
                await Look.AtAsync(page, $"folder-{width}-{locale}-{(id == held ? "held" : "plain")}", faults, axe: width > 1000);
                await page.Locator("form[action*='/append'] input[name=folder]").FillAsync("Found again");
                await page.Locator("form[action*='/append'] button").ClickAsync();
                await page.Locator(".dispatches li:has-text('OK ')").First.WaitForAsync();
                await Look.AtAsync(page, $"folder-{width}-{locale}-{(id == held ? "held" : "plain")}-done", faults, axe: width > 1000);
            }

            await page.Context.CloseAsync();
        }

        Assert.Empty(faults);
        Assert.Equal(4, (await FetchAsync(dovecot, User, "Found again")).Count);
    }

    private static async Task SignInAsync(Microsoft.Playwright.IPage page, RecorderProcess recorder)
    {
        await page.GotoAsync(new Uri(recorder.Web, "/signin").ToString());
        await page.Locator("input[name=address]").FillAsync(User);
        await page.Locator("input[name=password]").FillAsync("pw");
        await page.Locator("main button[type=submit]").ClickAsync();
        await page.Locator("form.search").WaitForAsync();
    }

    private static async Task<string> SendAsync(RecorderProcess recorder, string subject, string text)
    {
        await using var pool = Wire.Sender(recorder.SmtpPort, SmtpProtocol.Lmtp);
        var mail = Encoding.ASCII.GetBytes($"From: a@sender.example\r\nTo: {User}\r\nSubject: {subject}\r\n\r\n{text}\r\n");
        return Wire.RecordIdIn((await pool.SendAsync(mail, "a@sender.example", User))[0].Reply!.ToString())!;
    }

    private static async Task<RecorderProcess> StartAsync(Scratch scratch, Dovecot dovecot)
    {
        var recorder = new RecorderProcess(
            scratch.Folder("data"), "Smtp:Domains:0=example.edu", "Smtp:Protocol=lmtp", "NextHop:Host=127.0.0.1", $"NextHop:Port={dovecot.LmtpPort}", "NextHop:Protocol=lmtp",
            "Accounts:Imap:0:Host=localhost", $"Accounts:Imap:0:Port={dovecot.ImapPort}", $"Accounts:Imap:0:CertificateFile={scratch.File("imap.pem")}",
            "Mailboxes:0:Host=localhost", $"Mailboxes:0:Port={dovecot.ImapPort}", $"Mailboxes:0:CertificateFile={scratch.File("imap.pem")}",
            "Mailboxes:0:UserName=archive", "Mailboxes:0:Password=secret-of-the-site");
        await recorder.StartAsync();
        return recorder;
    }

    private static async Task<Api> AdminAsync(RecorderProcess recorder)
    {
        Assert.Equal(0, (await recorder.RunAsync("correct horse battery\n", "account", "add", "admin@example.edu", "--password-stdin", "--admin")).Code);
        return await Api.SignInAsync(recorder, "admin@example.edu", "correct horse battery");
    }

    /// <summary>What the sample says, with its file.</summary>
    private static string Master(Scratch scratch)
    {
        var file = scratch.File("recorder.master");
        File.WriteAllText(file, "archive:{PLAIN}secret-of-the-site::::::allow_nets=127.0.0.1,::1\n");
        // Dovecot's own user reads it.
        File.SetUnixFileMode(scratch.Path, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return Samples.Read("samples/dovecot/mailboxes.conf").Replace("/etc/dovecot/recorder.master", file, StringComparison.Ordinal);
    }

    /// <summary>Our own edges, and some of every kind of real mail where it is at hand.</summary>
    private static IEnumerable<byte[]> Mails()
    {
        yield return Encoding.UTF8.GetBytes("Subject: 8bit\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n您好，世界\r\n");
        yield return Encoding.ASCII.GetBytes("Subject: no end\r\n\r\nthe last line has no return");
        yield return Encoding.ASCII.GetBytes("Subject: dots\r\n\r\n.\r\n..\r\n)\r\nR9 LOGOUT\r\n");
        yield return [.. Encoding.ASCII.GetBytes("Subject: high\r\n\r\n"), .. Enumerable.Range(1, 255).Select(one => (byte)one).Where(one => one is not ((byte)'\r' or (byte)'\n')), .. "\r\n"u8];
        yield return Wire.Mail("large", 3_000_000);
        if (Machine.CorpusFolder() is not { } folder) yield break;
        var all = Directory.EnumerateFiles(Path.Combine(folder, "mail"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        foreach (var file in all.Where((_, at) => at % Math.Max(1, all.Count / CorpusMails) == 0))
        {
            yield return Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(File.ReadAllBytes(file)).ReplaceLineEndings("\n").Replace("\n", "\r\n", StringComparison.Ordinal));
        }
    }

    private static async Task PutAsync(Api api, string id, string folder)
    {
        using var asked = await api.PostAsync($"messages/{id}/append", new { folder });
        Assert.True(asked.IsSuccessStatusCode, $"{(int)asked.StatusCode} {await asked.Content.ReadAsStringAsync()}");
        var last = "";
        await Machine.UntilAsync("an answer of the server", async () =>
        {
            (var state, last) = await DispatchAsync(api, id);
            return state == "accepted" || last.Length > 0;
        });
        Assert.StartsWith("OK ", last, StringComparison.Ordinal);
    }

    private static async Task<(string State, string Words)> DispatchAsync(Api api, string id)
    {
        var newest = (await api.GetAsync($"messages/{id}/dispatches"))["items"]![0]!;
        return (newest["state"]!.GetValue<string>(), newest["words"]?.GetValue<string>() ?? "");
    }

    private static async Task<IReadOnlyList<(string Sha256, DateTimeOffset At, MessageFlags Flags)>> FetchAsync(Dovecot dovecot, string user, string name)
    {
        using var client = new ImapClient();
        await client.ConnectAsync("127.0.0.1", dovecot.ImapPort, SecureSocketOptions.None);
        await client.AuthenticateAsync(user, "pw");
        var folder = name == "INBOX" ? client.Inbox! : await client.GetFolderAsync(name);
        await folder.OpenAsync(FolderAccess.ReadOnly);
        var got = new List<(string, DateTimeOffset, MessageFlags)>();
        foreach (var one in await folder.FetchAsync(0, -1, MessageSummaryItems.UniqueId | MessageSummaryItems.InternalDate | MessageSummaryItems.Flags))
        {
            await using var bytes = await folder.GetStreamAsync(one.UniqueId);
            using var copy = new MemoryStream();
            await bytes.CopyToAsync(copy);
            got.Add((Digest(copy.ToArray()), one.InternalDate!.Value, one.Flags!.Value));
        }

        await client.DisconnectAsync(true);
        return got;
    }

    private static string Digest(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
