using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Recorder.Completeness.Hours;
using Recorder.Health;

namespace Recorder.Tests.Web;

public sealed partial class AdminPageTests
{
    private static async Task<string> PageAsync(HttpClient client, string path) => WebUtility.HtmlDecode(await client.GetStringAsync(path));

    [Theory]
    [InlineData("en-GB", "Mail a day", "1,030")]
    [InlineData("zh-TW", "每日郵件", "1,030")]
    public async Task The_overview_draws_each_day_and_has_the_numbers_as_a_table(string language, string title, string today)
    {
        await using var world = await WebWorld.StartAsync();
        var admin = await world.BrowserAsync(WebWorld.Admin);
        admin.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language);
        var page = await PageAsync(admin, "/admin");
        Assert.Contains(title, page);
        Assert.Contains($"<strong>{today}</strong>", page);
        Assert.Equal(60, Whole().Count(page));
        Assert.Equal(30, Part().Count(page));
        Assert.Equal(60, Rows().Count(page));
    }

    [Fact]
    public async Task What_is_wrong_stands_first_on_the_overview()
    {
        await using var world = await WebWorld.StartAsync();
        ((FakeOverview)world.App.Services.GetRequiredService<IOverview>()).Facts = FakeOverview.Make(["index: 3999 entries behind"], 3_999);
        var page = await PageAsync(await world.BrowserAsync(WebWorld.Admin), "/admin");
        Assert.Contains("index: 3999 entries behind", page);
        // One of four thousand is 0.025 %: rounded down, never up to something that sounds done.
        Assert.Contains("<strong>0 %</strong>", page);
    }

    [Theory]
    [InlineData("en-GB", 0, "Complete: everything", 0)]
    [InlineData("en-GB", 3, "3 gaps in the last month", 1)]
    [InlineData("zh-TW", 3, "最近一個月有 3 處缺漏", 1)]
    public async Task Completeness_draws_each_hour_and_marks_those_with_gaps(string language, long lost, string words, int marks)
    {
        await using var world = await WebWorld.StartAsync();
        var admin = await world.BrowserAsync(WebWorld.Admin);
        admin.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language);
        var fake = (FakeCompleteness)world.App.Services.GetRequiredService<ICompleteness>();
        Assert.DoesNotContain("<rect", await PageAsync(admin, "/admin/completeness"));
        fake.Report = FakeCompleteness.Make(world.App.Services.GetRequiredService<TimeProvider>().GetUtcNow(), lost);
        foreach (var path in new[] { "/admin/completeness", "/admin/completeness?hours=168" })
        {
            var page = await PageAsync(admin, path);
            Assert.Contains(words, page);
            Assert.Equal((2, 2, 2, marks), (Whole().Count(page), Part().Count(page), Count(page, "chart-open"), Count(page, "chart-gap")));
            Assert.Equal(marks, Count(page, "gap"));
            Assert.Contains("<td>1,014</td>", page);
        }

        var answer = await admin.GetStringAsync("/api/v1/admin/completeness");
        Assert.Contains($"\"gaps\":{lost},\"uncounted\":0", answer);
    }

    private static int Count(string page, string name) => page.Split($"class=\"{name}").Length - 1;

    [Fact]
    public async Task Settings_in_force_name_their_source_and_no_secret()
    {
        await using var world = await WebWorld.StartAsync();
        var page = await PageAsync(await world.BrowserAsync(WebWorld.Admin), "/admin/settings");
        Assert.Contains("NextHop:Host", page);
        Assert.Contains("set, not shown", page);
        Assert.DoesNotContain("hunter2", page);
    }

    [Fact]
    public async Task The_checks_show_what_answers_the_lines_for_Postfix_and_send_a_test_to_the_reader_alone()
    {
        await using var world = await WebWorld.StartAsync();
        var admin = await world.BrowserAsync(WebWorld.Admin);
        var page = await PageAsync(admin, "/admin/setup");
        Assert.Contains("lmtp://mail:24 does not answer", page);
        Assert.Contains("IMAP mail:993 cannot be asked", page);
        Assert.Contains("no &lt;answer&gt;", await admin.GetStringAsync("/admin/setup", TestContext.Current.CancellationToken));
        Assert.Contains("The filter rspamd answers", page);
        Assert.Contains("virtual_transport = lmtp:[127.0.0.1]:2525", page);
        Assert.Contains("journal.invalid = lmtp:[127.0.0.1]:2527", page);
        using var sent = await WebWorld.PostFormAsync(admin, "/admin/setup", "/admin/setup");
        Assert.Contains("taken &lt;b&gt;", await sent.Content.ReadAsStringAsync());
        Assert.Equal([WebWorld.Admin], ((FakeSetupChecks)world.App.Services.GetRequiredService<ISetupChecks>()).Sent);
    }

    [Fact]
    public async Task Chosen_messages_are_acted_on_together()
    {
        await using var world = await WebWorld.StartAsync();
        var alice = await world.BrowserAsync(WebWorld.Alice);
        var ids = new List<string>();
        foreach (var subject in new[] { "One", "Two", "Three" })
        {
            ids.Add((await world.RecordAsync(System.Text.Encoding.UTF8.GetString(Fakes.Mails.Message(subject)), WebWorld.Alice)).ToString());
        }

        await world.Counter.IndexAsync();
        var page = await alice.GetStringAsync("/mail");
        Assert.All(ids, id => Assert.Contains($"name=\"ids\" value=\"{id}\" form=\"chosen\"", page));
        using var started = await WebWorld.PostFormAsync(alice, "/mail", "/bulk", ("act", "hide"), ("ids", ids[0]), ("ids", ids[2]));
        Assert.StartsWith("/jobs/", started.Headers.Location!.OriginalString);
        Assert.Equal([ids[0], ids[2]], Assert.Single(world.Facts<Recorder.Ledger.BulkStarted>()).RecordIds);
    }

    [Fact]
    public async Task A_message_is_sent_as_an_attachment_once_however_often_it_is_asked()
    {
        await using var world = await WebWorld.StartAsync();
        var alice = await world.BrowserAsync(WebWorld.Alice);
        var id = await world.RecordAsync(System.Text.Encoding.UTF8.GetString(Fakes.Mails.Message("One")), WebWorld.Alice);
        for (var time = 0; time < 2; time++)
        {
            using var sent = await WebWorld.PostFormAsync(alice, $"/mail/{id}", $"/mail/{id}/resend", ("attached", "true"));
            Assert.Equal(HttpStatusCode.Redirect, sent.StatusCode);
        }

        Assert.Equal(Recorder.Ledger.DispatchKind.Attached, Assert.Single(world.Facts<Recorder.Ledger.DispatchRequested>()).Kind);
    }

    [Fact]
    public async Task A_message_is_put_into_a_folder_once_however_often_it_is_asked_and_the_page_says_where()
    {
        await using var world = await WebWorld.StartAsync();
        var alice = await world.BrowserAsync(WebWorld.Alice);
        var id = await world.RecordAsync(System.Text.Encoding.UTF8.GetString(Fakes.Mails.Message("One")), WebWorld.Alice);
        for (var time = 0; time < 2; time++)
        {
            using var sent = await WebWorld.PostFormAsync(alice, $"/mail/{id}", $"/mail/{id}/append", ("folder", "Found again"));
            Assert.Equal(HttpStatusCode.Redirect, sent.StatusCode);
        }

        var asked = Assert.Single(world.Facts<Recorder.Ledger.DispatchRequested>());
        Assert.Equal((Recorder.Ledger.DispatchKind.Append, new Recorder.Ledger.MailboxFolder(WebWorld.Alice, "Found again")), (asked.Kind, asked.Into));
        Assert.Contains($"{WebWorld.Alice} › Found again", WebUtility.HtmlDecode(await alice.GetStringAsync($"/mail/{id}")));
        var program = await world.ProgramAsync(WebWorld.Alice);
        var one = (await program.GetFromJsonAsync<System.Text.Json.JsonElement>($"/api/v1/messages/{id}/dispatches")).GetProperty("items")[0];
        Assert.Equal(("append", "Found again"), (one.GetProperty("kind").GetString(), one.GetProperty("folder").GetString()));
        using var nowhere = await program.PostAsJsonAsync($"/api/v1/messages/{id}/append", new { folder = "every*" });
        Assert.Equal(HttpStatusCode.Conflict, nowhere.StatusCode);
        using var nobodys = await program.PostAsJsonAsync($"/api/v1/messages/{id}/append", new { mailbox = WebWorld.Bob });
        Assert.Equal(HttpStatusCode.Conflict, nobodys.StatusCode);
        using var foreign = await (await world.ProgramAsync(WebWorld.Bob)).PostAsJsonAsync($"/api/v1/messages/{id}/append", new { });
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
    }

    [GeneratedRegex("class=\"chart-whole\"")]
    private static partial Regex Whole();

    [GeneratedRegex("class=\"chart-part\"")]
    private static partial Regex Part();

    [GeneratedRegex("<tr><th scope=\"row\">")]
    private static partial Regex Rows();
}
