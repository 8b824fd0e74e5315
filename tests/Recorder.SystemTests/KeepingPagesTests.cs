using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Recorder.SystemTests.Peers;

namespace Recorder.SystemTests;

/// <summary>What an administrator sees of retention, holds, purges, copies and exports once there is something to see.</summary>
public sealed class KeepingPagesTests
{
    private const string Password = "correct horse battery", Admin = "admin@example.edu", User = "u@example.edu";

    [Fact]
    public async Task The_pages_of_what_is_kept_held_purged_copied_and_exported_fit_and_are_accessible()
    {
        Browser.Need();
        using var scratch = new Scratch();
        await using var recorder = new RecorderProcess(
            scratch.File("data"), "Smtp:Domains:0=example.edu", "Smtp:Mode=Journal", $"Data:Mirror={scratch.File("mirror")}", "Retention:PurgeDaily=false");
        await recorder.StartAsync();
        await FillAsync(recorder, scratch);
        using var user = await Api.SignInAsync(recorder, User, Password);
        using var admin = await Api.SignInAsync(recorder, Admin, Password);
        var run = (await admin.GetAsync("admin/purges"))[0]!["id"]!.GetValue<string>();
        string[] pages = ["/admin/retention", "/admin/retention/report", "/admin/retention/plan", "/admin/holds", $"/admin/purges/{run}", "/admin/copies", "/admin/evidence", "/admin/audit"];
        await using var browser = await Browser.StartAsync();
        var faults = new List<string>();
        foreach (var (locale, width, dark) in Views())
        {
            var page = await browser.PageAsync(locale: locale, widthPixels: width, dark: dark);
            await SignInAsync(page, recorder);
            foreach (var path in pages)
            {
                await page.GotoAsync(new Uri(recorder.Web, path).ToString());
                await LookAsync(path);
            }

            await ActAsync(page, recorder, LookAsync);
            await page.Context.CloseAsync();

            Task LookAsync(string name) => Look.AtAsync(page, $"keeping{name}-{locale[..2]}-{width}{(dark ? "-dark" : "")}", faults);
        }

        Assert.Equal([], faults);
    }

    private static IEnumerable<(string Locale, int WidthPixels, bool Dark)> Views() =>
        Environment.GetEnvironmentVariable("RECORDER_ALL_COMBINATIONS") is { Length: > 0 }
            ? from locale in (string[])["en-GB", "zh-TW"] from width in (int[])[390, 1440] from dark in (bool[])[false, true] select (locale, width, dark)
            : [("en-GB", 1440, false), ("zh-TW", 390, true)];

    /// <summary>What is refused, and what a person is shown before and after an act.</summary>
    private static async Task ActAsync(IPage page, RecorderProcess recorder, Func<string, Task> look)
    {
        await page.GotoAsync(new Uri(recorder.Web, "/admin/retention").ToString());
        var rules = page.Locator("form[action='/admin/retention/rules']").Last;
        await rules.Locator("[name=name]").FillAsync("brief");
        await rules.Locator("[name=days]").FillAsync("30");
        await rules.Locator("[name=mailboxes]").FillAsync(User);
        await rules.Locator("button[value=preview]").ClickAsync();
        await page.Locator("[role=alert]").WaitForAsync();
        await look("/refused-rule");
        await rules.Locator("[name=days]").FillAsync("3650");
        await rules.Locator("button[value=preview]").ClickAsync();
        await page.Locator("button[value=set]").WaitForAsync();
        await look("/previewed-rule");
        await page.GotoAsync(new Uri(recorder.Web, "/admin/holds").ToString());
        await page.Locator("[name=matter]").FillAsync("Complaint 12");
        await page.Locator("form[action='/admin/holds'] [name=reason]").FillAsync("letter of 3 May");
        await page.Locator("[name=kind]").SelectOptionAsync("query");
        await page.Locator("form[action='/admin/holds'] [name=query]").FillAsync("subject:young colour:red");
        await page.Locator("form[action='/admin/holds'] button.primary").ClickAsync();
        await page.Locator(".note.wait").First.WaitForAsync();
        await look("/placed-hold");
    }

    /// <summary>Mail of several years, rules, holds of each kind, a purge, an erasure, a backup.</summary>
    private static async Task FillAsync(RecorderProcess recorder, Scratch scratch)
    {
        await recorder.AddAccountAsync(Admin, Password, admin: true);
        await recorder.AddAccountAsync(User, Password);
        for (var year = 2013; year < 2016; year++) await ImportAsync(recorder, scratch, $"old-{year}", $"Mon, 02 Mar {year} 10:00:00 +0000", "--keep-from-received");
        foreach (var name in new[] { "young", "wrong", "held" }) await ImportAsync(recorder, scratch, name, "Mon, 02 Mar 2015 10:00:00 +0000");
        using var user = await Api.SignInAsync(recorder, User, Password);
        await user.UntilIndexedAsync();
        await SaysAsync(recorder, "hold", "add", "--matter", "Case 2026-17", "--reason", "court order of 4 May", "--mailbox", User, "--until", "2099-12-31");
        await SaysAsync(recorder, "hold", "add", "--matter", "Audit", "--reason", "asked by the auditors", "--record", await IdAsync(user, "held"));
        await SaysAsync(recorder, "hold", "add", "--matter", "Closed case", "--reason", "letter", "--query", "subject:young");
        foreach (var line in (await SaysAsync(recorder, "hold", "list")).Split('\n').Where(line => line.Contains("Closed case", StringComparison.Ordinal) || line.Contains("2026-17", StringComparison.Ordinal)))
            await SaysAsync(recorder, "hold", "lift", line.Split(' ')[0], "--reason", "the case is closed");
        await SaysAsync(recorder, "retention", "erase", await IdAsync(user, "wrong"), "--reason", "asked by the person");
        await SaysAsync(recorder, "purge", "--execute");
        await SaysAsync(recorder, "retention", "set-rule", "staff", "--days", "2555", "--domain", "example.edu");
        await SaysAsync(recorder, "backup", scratch.File("backup"));
    }

    private static async Task<string> IdAsync(Api user, string subject) => (await user.FindAsync($"subject:{subject}")).Single().Id;

    private static async Task SignInAsync(IPage page, RecorderProcess recorder)
    {
        await page.GotoAsync(new Uri(recorder.Web, "/signin").ToString());
        await page.Locator("input[name=address]").FillAsync(Admin);
        await page.Locator("input[name=password]").FillAsync(Password);
        await page.Locator("main button[type=submit]").ClickAsync();
        await page.Locator("form.search").WaitForAsync();
    }

    private static async Task ImportAsync(RecorderProcess recorder, Scratch scratch, string name, string received, params string[] options)
    {
        var file = scratch.File($"{name}.eml");
        await File.WriteAllTextAsync(file, $"Received: from a.example by b.example; {received}\r\nFrom: a@sender.example\r\nTo: {User}\r\nSubject: {name}\r\n\r\nwords-of-{name}\r\n");
        await SaysAsync(recorder, ["import", file, "--owner", User, .. options]);
    }

    private static async Task<string> SaysAsync(RecorderProcess recorder, params string[] command)
    {
        var (ended, words) = await recorder.RunAsync("", command);
        Assert.True(ended == 0, $"{string.Join(' ', command)}: {ended}: {words}");
        return words;
    }
}
