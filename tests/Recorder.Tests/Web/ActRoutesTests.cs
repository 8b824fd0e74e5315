using System.Net.Http.Json;
using System.Text.Json;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Tests.Fakes;
using Recorder.Web.Security;

namespace Recorder.Tests.Web;

/// <summary>
/// Every route through which somebody acts leaves an event with who, from where and on which record. A route that is new must be named here: among
/// the acts with what it writes, as the form of an act, or as one that changes and shows nothing that an audit asks for.
/// </summary>
public sealed class ActRoutesTests
{
    private const string Message = "Subject: Offer\r\nFrom: Sender <sender@example.org>\r\n\r\nbuy\r\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // Pages by which people do the same as programs by the route behind it.
    private static readonly Dictionary<string, string> Forms = new()
    {
        ["POST /mail/{id}/resend"] = "POST /api/v1/messages/{id}/resend", ["POST /mail/{id}/append"] = "POST /api/v1/messages/{id}/append", ["POST /mail/{id}/release"] = "POST /api/v1/messages/{id}/release",
        ["POST /mail/{id}/act"] = "POST /api/v1/messages/{id}/hide", ["POST /admin/campaign"] = "POST /api/v1/admin/campaign",
        ["POST /bulk"] = "POST /api/v1/bulk", ["POST /jobs/{job}/act"] = "POST /api/v1/jobs/{job}/cancel",
        ["POST /admin/requests/{request}/decide"] = "POST /api/v1/admin/requests/{request}/deny",
        ["POST /lists"] = "POST /api/v1/lists", ["POST /lists/remove"] = "DELETE /api/v1/lists", ["POST /lists/import"] = "POST /api/v1/lists/import",
        ["POST /admin/lists"] = "POST /api/v1/admin/lists", ["POST /admin/lists/remove"] = "DELETE /api/v1/admin/lists",
        ["POST /admin/lists/import"] = "POST /api/v1/admin/lists/import", ["POST /settings"] = "PUT /api/v1/preferences",
        ["POST /admin/outbox/{dispatch}/act"] = "POST /api/v1/admin/outbox/{dispatch}/give-up", ["POST /problems/{problem}/dismiss"] = "POST /api/v1/problems/{problem}/dismiss",
        ["POST /admin/retention/rules"] = "POST /api/v1/admin/retention/rules", ["POST /admin/retention/confirm-clock"] = "POST /api/v1/admin/retention/confirm-clock",
        ["POST /admin/retention/confirm-restore"] = "POST /api/v1/admin/retention/confirm-restore", ["POST /admin/approvals/{approval}"] = "POST /api/v1/admin/approvals/{approval}/give",
        ["POST /admin/erasures"] = "POST /api/v1/admin/erasures", ["POST /admin/holds"] = "POST /api/v1/admin/holds",
        ["POST /admin/holds/{hold}/lift"] = "POST /api/v1/admin/holds/{hold}/lift",
        ["POST /settings/access/sessions/end"] = "DELETE /api/v1/sessions/{session}", ["POST /settings/access/tokens"] = "POST /api/v1/tokens",
        ["POST /settings/access/tokens/revoke"] = "DELETE /api/v1/tokens/{token}", ["POST /settings/access/delegates"] = "POST /api/v1/delegates",
        ["POST /settings/access/delegates/end"] = "DELETE /api/v1/delegates", ["POST /inspect/{id}"] = "POST /api/v1/inspect/messages/{id}/open",
        ["POST /signin/code"] = "POST /api/v1/session", ["POST /admin/evidence"] = "POST /api/v1/admin/evidence/{record}",
        ["POST /inspect/{id}/evidence"] = "POST /api/v1/inspect/messages/{id}/evidence",
        ["POST /settings/digest"] = "POST /api/v1/preferences/digest", ["POST /signin"] = "POST /api/v1/session", ["POST /signout"] = "DELETE /api/v1/session",
    };

    private static readonly Dictionary<string, string> Elsewhere = new()
    {
        ["POST /setup"] = "SetupLink makes the first account: SignInTests", ["POST /digest/{token}"] = "LinkTests",
        ["POST /api/v1/admin/outbox/{dispatch}/retry"] = "OutboxPageTests", ["POST /api/v1/admin/outbox/{dispatch}/give-up"] = "OutboxPageTests",
        ["POST /api/v1/problems/{problem}/dismiss"] = "OutboxPageTests",
        ["POST /api/v1/admin/retention/preview"] = "counts and makes nothing", ["DELETE /api/v1/admin/retention/rules/{rule}"] = "RetentionPageTests",
        ["POST /api/v1/admin/holds/{hold}/lift"] = "RetentionPageTests", ["POST /api/v1/admin/erasures"] = "PurgeTests", ["POST /api/v1/admin/retention/rules"] = "RetentionPageTests",
        ["POST /api/v1/admin/retention/confirm-restore"] = "RetentionPageTests", ["POST /api/v1/admin/approvals/{approval}/give"] = "RetentionPageTests",
        ["POST /api/v1/admin/approvals/{approval}/refuse"] = "RetentionPageTests", ["POST /api/v1/admin/holds"] = "RetentionPageTests", ["POST /api/v1/admin/retention/confirm-clock"] = "RetentionPageTests",
        ["POST /api/v1/preferences/digest"] = "DigestPageTests", ["POST /admin/setup"] = "AdminPageTests: one test mail through the own door, recorded as mail",
        ["POST /settings/access/factor/begin"] = "shows a secret and keeps nothing", ["POST /settings/access/factor"] = "AccessPageTests, SecondFactorTests",
        ["POST /settings/access/factor/remove"] = "AccessPageTests, SecondFactorTests", ["DELETE /api/v1/sessions/{session}"] = "AccessPageTests",
        ["POST /api/v1/tokens"] = "ApiTokenTests", ["DELETE /api/v1/tokens/{token}"] = "ApiTokenTests", ["POST /api/v1/delegates"] = "DelegationTests",
        ["DELETE /api/v1/delegates"] = "DelegationTests", ["POST /api/v1/inspect/messages/{id}/open"] = "DelegationTests",
        ["PUT /api/v1/admin/accounts/{account}/addresses"] = "DelegationTests", ["POST /api/v1/admin/accounts/{account}/hand-over"] = "DelegationTests",
        ["POST /api/v1/admin/accounts/{account}/delegates"] = "DelegationTests", ["DELETE /api/v1/admin/accounts/{account}/delegates"] = "DelegationTests",
        ["POST /api/v1/admin/index/check"] = "compares what is derived with the log, and shows nothing",
        ["POST /api/v1/admin/evidence/{record}"] = "BundleTests", ["POST /api/v1/inspect/messages/{id}/evidence"] = "EvidencePageTests, BundleTests",
        ["POST /language"] = "a cookie of the browser", ["POST /api/v1/lists/preview"] = "looks at one's own mail and makes nothing",
        ["POST /api/v1/admin/lists/preview"] = "looks at one's own mail and makes nothing",
        ["POST /api/v1/admin/requests/{request}/approve"] = "QuarantineTests", ["POST /api/v1/messages/{id}/safe-copy"] = "RecordActsTests",
    };

    /// <summary>One act: the route, what it writes, and whether it is on a record.</summary>
    private sealed record Act(string Route, Type Writes, bool OnRecord = false, object? Body = null, string Query = "", string Who = WebWorld.Alice);

    private static readonly Act[] Acts =
    [
        new("GET /api/v1/messages/{id}", typeof(MessageViewed), true),
        new("GET /api/v1/messages/{id}/raw", typeof(MessageViewed), true),
        new("GET /api/v1/messages/{id}/parts/{index:int}", typeof(MessageViewed), true),
        new("POST /api/v1/messages/{id}/report", typeof(MessageReported), true, new { @as = "spam" }),
        new("POST /api/v1/messages/{id}/allow-sender", typeof(ListEntrySet)),
        new("POST /api/v1/messages/{id}/unlist-sender", typeof(ListEntryRemoved)),
        new("POST /api/v1/messages/{id}/block-sender", typeof(ListEntrySet)),
        new("POST /api/v1/messages/{id}/release", typeof(DispatchRequested), true),
        new("POST /api/v1/messages/{delivered}/resend", typeof(DispatchRequested), true),
        new("POST /api/v1/messages/{delivered}/append", typeof(DispatchRequested), true, new { folder = "Found again" }),
        new("POST /api/v1/messages/{malware}/request", typeof(ReleaseAsked), true, new { words = "mine" }),
        new("POST /api/v1/admin/requests/{request}/deny", typeof(ReleaseDecided), true, new { words = "no" }, Who: WebWorld.Admin),
        new("POST /api/v1/messages/{id}/hide", typeof(MessageHidden), true),
        new("POST /api/v1/messages/{id}/unhide", typeof(MessageHidden), true),
        new("POST /api/v1/lists", typeof(ListEntrySet), Body: new { kind = "allow", pattern = "a@b.example" }),
        new("DELETE /api/v1/lists", typeof(ListEntryRemoved), Query: "?pattern=a@b.example"),
        new("POST /api/v1/lists/import", typeof(ListEntriesSet), Body: "allow,c@d.example,,"),
        new("POST /api/v1/admin/lists", typeof(ListEntrySet), Body: new { kind = "allow", pattern = "a@b.example" }, Who: WebWorld.Admin),
        new("DELETE /api/v1/admin/lists", typeof(ListEntryRemoved), Query: "?pattern=a@b.example", Who: WebWorld.Admin),
        new("POST /api/v1/admin/lists/import", typeof(ListEntriesSet), Body: "block,c@d.example,,", Who: WebWorld.Admin),
        new("PUT /api/v1/preferences", typeof(PreferencesSet), Body: new { language = "en" }),
        new("GET /api/v1/admin/campaign", typeof(CampaignPreviewed), Query: "?recordId={id}", Who: WebWorld.Admin),
        new("POST /api/v1/admin/campaign", typeof(CampaignActed), Body: new { act = "hide", reason = "why", recordId = "{id}" }, Who: WebWorld.Admin),
        new("POST /api/v1/bulk", typeof(BulkStarted), Body: new { act = "hide", ids = new[] { "{id}" } }),
        new("POST /api/v1/jobs/{job}/pause", typeof(BulkPaused)),
        new("POST /api/v1/jobs/{job}/resume", typeof(BulkPaused)),
        new("POST /api/v1/jobs/{job}/cancel", typeof(BulkEnded)),
        new("GET /api/v1/admin/audit", typeof(AuditSearched), Who: WebWorld.Admin),
        new("GET /api/v1/admin/audit/export", typeof(AuditSearched), Who: WebWorld.Admin),
        new("DELETE /api/v1/session", typeof(SessionEnded)),
        new("POST /api/v1/session", typeof(SessionStarted), Body: new { address = WebWorld.Alice, password = Desk.Password }),
    ];

    [Fact]
    public void Every_route_that_acts_is_named_with_what_it_writes()
    {
        var named = Acts.Select(act => act.Route.Replace("{delivered}", "{id}", StringComparison.Ordinal).Replace("{malware}", "{id}", StringComparison.Ordinal)).ToHashSet();
        var acting = RouteTable.Routes.Keys.Where(route => !route.StartsWith("GET ", StringComparison.Ordinal) && !route.StartsWith("* ", StringComparison.Ordinal)).ToList();
        var missing = acting.Where(route => !named.Contains(route) && !Forms.ContainsKey(route) && !Elsewhere.ContainsKey(route));
        Assert.True(!missing.Any(), $"say in ActRoutesTests what these write to the ledger: {string.Join(", ", missing)}");
        Assert.All(Forms.Values, route => Assert.True(named.Contains(route) || Elsewhere.ContainsKey(route), route));
        Assert.All(Forms.Keys.Concat(Elsewhere.Keys).Concat(named), route => Assert.Contains(route, RouteTable.Routes.Keys));
    }

    [Fact]
    public async Task Every_act_is_in_the_ledger_with_who_from_where_and_on_which_record()
    {
        await using var world = await WebWorld.StartAsync();
        var programs = new Dictionary<string, HttpClient> { [WebWorld.Alice] = await world.ProgramAsync(WebWorld.Alice), [WebWorld.Admin] = await world.ProgramAsync(WebWorld.Admin) };
        var places = await PlacesAsync(world);
        foreach (var act in Acts)
        {
            var before = world.Counter.Desk.Log.DurableSequence;
            var (path, answer) = await SendAsync(programs[act.Who], act, places);
            Assert.True(answer.IsSuccessStatusCode, $"{act.Route}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync(Cancel)}");
            var fact = await WrittenAsync(world, before, act);
            Assert.Equal((act.Route, act.Who, "127.0.0.1"), (act.Route, fact.Actor.Name, fact.Actor.Source));
            Assert.Equal(act.Who == WebWorld.Admin ? "admin" : "user", fact.Actor.Kind);
            if (act.OnRecord) Assert.Contains((string)act.Writes.GetProperty("RecordId")!.GetValue(fact)!, act.Route.Contains("/requests/", StringComparison.Ordinal) ? places["{malware}"] : path, StringComparison.Ordinal);
            await LearnAsync(act, answer, programs[WebWorld.Admin], places);
        }
    }

    private static async Task<LedgerEvent> WrittenAsync(WebWorld world, long before, Act act)
    {
        try
        {
            await WaitUntil.Async(() => FactsAfter(world, before).Any(fact => fact.GetType() == act.Writes));
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{act.Route} wrote {string.Join(", ", FactsAfter(world, before).Select(fact => fact.GetType().Name))} and no {act.Writes.Name}");
        }

        return FactsAfter(world, before).First(fact => fact.GetType() == act.Writes);
    }

    private static IEnumerable<LedgerEvent> FactsAfter(WebWorld world, long sequence) => world.Counter.Desk.Log.Entries
        .Where(entry => entry.Kind == EntryKind.Event && entry.Position.Sequence > sequence).Select(entry => LedgerJson.Decode(entry.Payload.Span)!);

    private static async Task<Dictionary<string, string>> PlacesAsync(WebWorld world)
    {
        var held = await world.HeldAsync("Offer", Mails.To(WebWorld.Alice, Dispositions.HeldSpam) with { Reason = new ScreeningReason(ReasonCodes.Score, Threshold: 6) });
        var malware = await world.HeldAsync("Offer", Mails.To(WebWorld.Alice, Dispositions.HeldMalware) with { Reason = new ScreeningReason(ReasonCodes.Malware) });
        var delivered = await world.RecordAsync(Message, WebWorld.Alice);
        await world.Counter.IndexAsync();
        return new() { ["{id}"] = held.ToString(), ["{malware}"] = malware.ToString(), ["{delivered}"] = delivered.ToString(), ["{index:int}"] = "0" };
    }

    private static async Task<(string Path, HttpResponseMessage Answer)> SendAsync(HttpClient client, Act act, Dictionary<string, string> places)
    {
        string Fill(string text) => places.Aggregate(text, (filled, place) => filled.Replace(place.Key, place.Value, StringComparison.Ordinal));
        var (method, route) = (act.Route[..act.Route.IndexOf(' ')], act.Route[(act.Route.IndexOf(' ') + 1)..]);
        var path = Fill(route) + Fill(act.Query);
        using var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content = method == "GET" ? null : act.Body is string file ? new StringContent(file, null, "text/csv") : new StringContent(Fill(JsonSerializer.Serialize(act.Body ?? new { })), null, "application/json"),
        };
        return (path, await client.SendAsync(request, Cancel));
    }

    private static async Task LearnAsync(Act act, HttpResponseMessage answer, HttpClient admin, Dictionary<string, string> places)
    {
        if (act.Route.EndsWith("/bulk", StringComparison.Ordinal)) places["{job}"] = (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("id").GetString()!;
        if (act.Route.EndsWith("/request", StringComparison.Ordinal))
            places["{request}"] = (await admin.GetFromJsonAsync<JsonElement>("/api/v1/admin/requests", Cancel)).GetProperty("items")[0].GetProperty("id").GetString()!;
        answer.Dispose();
    }
}
