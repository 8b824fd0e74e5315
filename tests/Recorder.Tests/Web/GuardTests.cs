using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Recorder.Accounts;
using Recorder.Ledger;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Web;

/// <summary>What roles reach together, and what a form may be made to say.</summary>
public sealed class GuardTests
{
    private const string Auditor = "auditor@example.edu", DomainAdmin = "domain@example.edu";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task RoleAsync(WebWorld world, string address, RoleWish wish)
    {
        if (world.Counter.Desk.Accounts.Find(address) is null) await world.Counter.Desk.AddAsync(address);
        await world.Counter.Desk.Roles.SetAsync(Desk.Cli, address, wish, Cancel);
    }

    [Fact]
    public async Task An_auditor_is_asked_for_a_reason_and_then_reads()
    {
        await using var world = await WebWorld.StartAsync();
        await RoleAsync(world, Auditor, new RoleWish(IsAuditor: true));
        var id = await world.RecordAsync("Subject: Budget\r\n\r\nfor your eyes\r\n", WebWorld.Alice);
        var browser = await world.BrowserAsync(Auditor);
        var path = $"/inspect/{id}?mailbox={Uri.EscapeDataString(WebWorld.Alice)}";
        var facts = await browser.GetStringAsync(path, Cancel);
        Assert.Contains("name=\"reason\"", facts);
        Assert.DoesNotContain("for your eyes", facts);
        using var open = await WebWorld.PostFormAsync(browser, path, $"/inspect/{id}", ("mailbox", WebWorld.Alice), ("reason", "complaint 2026/17 of the dean"));
        Assert.Contains("for your eyes", await open.Content.ReadAsStringAsync(Cancel));
        using var source = await browser.GetAsync($"/mail/{id}/raw", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, source.StatusCode);
    }

    [Fact]
    public async Task A_domains_administrator_has_no_way_to_accounts_with_rights_beyond_the_domain()
    {
        await using var world = await WebWorld.StartAsync();
        await RoleAsync(world, DomainAdmin, new RoleWish(AdminOf: ["example.edu"]));
        await RoleAsync(world, Auditor, new RoleWish(IsAuditor: true));
        foreach (var address in new[] { WebWorld.Alice, WebWorld.Admin }) await world.Counter.Desk.AddAsync(address, isAdmin: address == WebWorld.Admin);
        var domain = await world.ProgramAsync(DomainAdmin);
        foreach (var address in new[] { Auditor, WebWorld.Admin })
        {
            var account = $"/api/v1/admin/accounts/{address}";
            foreach (var answer in new[]
            {
                await domain.GetAsync(account, Cancel), await domain.PostAsync($"{account}/hand-over", null, Cancel),
                await domain.PostAsJsonAsync($"{account}/delegates", new { @delegate = DomainAdmin }, Cancel),
                await domain.PutAsJsonAsync($"{account}/addresses", new { address = "info@example.edu" }, Cancel),
            })
            {
                Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
                answer.Dispose();
            }
        }

        var listed = (await domain.GetFromJsonAsync<JsonElement>("/api/v1/admin/accounts", Cancel)).GetProperty("items").EnumerateArray().Select(one => one.GetProperty("address").GetString());
        Assert.Equal([WebWorld.Alice, DomainAdmin], listed.Order());
        Assert.True(world.Counter.Desk.Accounts.Find(Auditor)!.IsAuditor);
    }

    [Fact]
    public async Task An_account_with_mail_of_another_domain_is_no_domains_administrators_to_open()
    {
        await using var world = await WebWorld.StartAsync();
        await RoleAsync(world, DomainAdmin, new RoleWish(AdminOf: ["example.edu"]));
        await world.Counter.Desk.AddAsync(WebWorld.Alice);
        var alice = world.Counter.Desk.Accounts.Find(WebWorld.Alice)!;
        await world.Counter.Desk.Ledger.AppendAsync(
            new AccountSet(alice with { Addresses = [.. alice.Addresses, new OwnedAddress("alice@law.example")] }) { Actor = Desk.Cli, At = world.Counter.Desk.Time.GetUtcNow() }, Cancel);
        using var answer = await (await world.ProgramAsync(DomainAdmin)).PostAsJsonAsync($"/api/v1/admin/accounts/{WebWorld.Alice}/delegates", new { @delegate = DomainAdmin }, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Empty(world.Facts<GrantSet>());
    }

    [Theory]
    [InlineData("/quarantine?cursor=x", "/quarantine?cursor=x")]
    [InlineData("/quarantine\r\nX-Evil: 1", null)]
    [InlineData("/quarantine\u738b", null)]
    [InlineData("//evil.example/quarantine", null)]
    public async Task An_act_leads_back_to_a_page_of_ours(string back, string? expected)
    {
        await using var world = await WebWorld.StartAsync();
        var alice = await world.BrowserAsync(WebWorld.Alice);
        var id = await world.HeldAsync("Offer", Mails.To(WebWorld.Alice, Dispositions.HeldSpam));
        using var done = await WebWorld.PostFormAsync(alice, $"/mail/{id}", $"/mail/{id}/act", ("act", "hide"), ("back", back));
        Assert.Equal(HttpStatusCode.Redirect, done.StatusCode);
        Assert.Equal(expected ?? $"/mail/{id}", done.Headers.Location!.OriginalString);
        Assert.False(done.Headers.Contains("X-Evil"));
    }

    [Fact]
    public async Task The_cookie_of_forms_is_kept_to_TLS_where_there_is_one()
    {
        await using var world = await WebWorld.StartAsync(options: new Recorder.Web.WebOptions { TrustedProxies = ["127.0.0.0/8"] });
        var client = world.Anonymous();
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "192.0.2.7");
        using var page = await client.GetAsync("/signin", Cancel);
        Assert.Contains("; secure", Assert.Single(page.Headers.GetValues("Set-Cookie"), one => one.StartsWith("recorder.form=", StringComparison.Ordinal)));
    }
}
