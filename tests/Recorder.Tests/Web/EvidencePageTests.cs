using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Recorder.Accounts;
using Recorder.Evidence;
using Recorder.Ledger;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Web;

public sealed class EvidencePageTests
{
    private const string Auditor = "auditor@example.edu", Reason = "asked for by the court";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static FakeEvidence Evidence(WebWorld world) => (FakeEvidence)world.App.Services.GetRequiredService<IEvidence>();

    [Fact]
    public async Task The_page_shows_head_key_and_the_findings_of_the_last_reading_as_text()
    {
        await using var world = await WebWorld.StartAsync();
        var browser = await world.BrowserAsync(WebWorld.Admin);
        var page = await browser.GetStringAsync("/admin/evidence", Cancel);
        Assert.Contains(Evidence(world).Status.KeyId, page);
        Assert.Contains("its bytes &lt;are&gt; lost", page);
        Assert.Contains("BEGIN PUBLIC KEY", await browser.GetStringAsync("/admin/evidence/key.pem", Cancel));
        var status = await (await world.ProgramAsync(WebWorld.Admin)).GetFromJsonAsync<JsonElement>("/api/v1/admin/evidence", Cancel);
        Assert.Equal(17, status.GetProperty("head").GetProperty("number").GetInt64());
    }

    [Fact]
    public async Task An_administrator_takes_a_zip_with_a_reason_and_is_told_what_is_wrong_otherwise()
    {
        await using var world = await WebWorld.StartAsync();
        var id = (await world.RecordAsync("Subject: x\r\n\r\nx\r\n", WebWorld.Alice)).ToString();
        var browser = await world.BrowserAsync(WebWorld.Admin);
        using var zip = await WebWorld.PostFormAsync(browser, "/admin/evidence", "/admin/evidence", ("record", $" {id} "), ("reason", Reason));
        Assert.Equal(("application/zip", $"evidence-{id}.zip"), (zip.Content.Headers.ContentType!.MediaType, zip.Content.Headers.ContentDisposition!.FileName));
        using var brief = await WebWorld.PostFormAsync(browser, "/admin/evidence", "/admin/evidence", ("record", id), ("reason", "because"));
        Assert.Contains("at least 10 characters", await brief.Content.ReadAsStringAsync(Cancel));
        using var none = await WebWorld.PostFormAsync(browser, "/admin/evidence", "/admin/evidence", ("record", FakeEvidence.Missing.ToString()), ("reason", Reason));
        Assert.Contains("There is no such message.", await none.Content.ReadAsStringAsync(Cancel));
        var program = await world.ProgramAsync(WebWorld.Admin);
        using var again = await program.PostAsJsonAsync($"/api/v1/admin/evidence/{id}", new { reason = Reason }, Cancel);
        using var missing = await program.PostAsJsonAsync($"/api/v1/admin/evidence/{FakeEvidence.Missing}", new { reason = Reason }, Cancel);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (again.StatusCode, missing.StatusCode));
        Assert.Equal([(WebWorld.Admin, id, Reason), (WebWorld.Admin, id, Reason)], Evidence(world).Taken);
    }

    [Fact]
    public async Task An_auditor_takes_what_may_be_read_whole_and_nothing_else()
    {
        await using var world = await WebWorld.StartAsync();
        var open = await world.RecordAsync("Subject: x\r\n\r\nx\r\n", WebWorld.Alice);
        var harmful = await world.HeldAsync("Offer", Mails.To(WebWorld.Alice, Dispositions.HeldMalware) with { Reason = new ScreeningReason(ReasonCodes.Malware) });
        var auditor = await world.ProgramAsync(Auditor);
        await world.Counter.Desk.Roles.SetAsync(Desk.Cli, Auditor, new RoleWish(IsAuditor: true), Cancel);
        async Task<HttpStatusCode> TakeAsync(Recorder.Archive.RecordId id, string mailbox, string reason)
        {
            using var answer = await auditor.PostAsJsonAsync($"/api/v1/inspect/messages/{id}/evidence", new { mailbox, reason }, Cancel);
            return answer.StatusCode;
        }

        Assert.Equal(HttpStatusCode.OK, await TakeAsync(open, WebWorld.Alice, Reason));
        Assert.Equal(HttpStatusCode.NotFound, await TakeAsync(open, WebWorld.Bob, Reason));
        Assert.Equal(HttpStatusCode.Conflict, await TakeAsync(open, WebWorld.Alice, "because"));
        Assert.Equal(HttpStatusCode.Conflict, await TakeAsync(harmful, WebWorld.Alice, Reason));
        Assert.Equal((Auditor, open.ToString(), Reason), Assert.Single(Evidence(world).Taken));
        Assert.Contains(world.Facts<MailboxAudited>(), audited => audited.Reason == Reason && audited.Mailbox == WebWorld.Alice);
    }
}
