using Microsoft.Extensions.Time.Testing;
using Recorder.Ledger;
using Recorder.Screening.Lists;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Screening.Lists;

public sealed class SenderListsTests
{
    private static readonly Actor Alice = new("user", "alice@example.edu", "192.0.2.1");
    private static readonly string Scope = ListScopes.User("alice@example.edu");

    private static Task<ListEntry> SetAsync(SenderLists lists, ListKind kind, string pattern, string? comment = null, DateTimeOffset? expires = null, string? scope = null, bool enforced = false) =>
        lists.SetAsync(Alice, scope ?? Scope, kind, pattern, comment, expires, enforced, CancellationToken.None);

    [Fact]
    public async Task An_entry_of_one_list_leaves_the_other()
    {
        await using var desk = await Desk.OpenAsync();
        var lists = new SenderLists(desk.Ledger, desk.Time);
        await SetAsync(lists, ListKind.Allow, "Ann@Example.org", "my colleague");
        var blocked = await SetAsync(lists, ListKind.Block, "ann@example.ORG");

        Assert.Equal([blocked], lists.Of(Scope));
        Assert.Equal((ListKind.Block, "ann@example.org", null), (blocked.Kind, blocked.Pattern, blocked.Comment));
    }

    [Fact]
    public async Task Setting_the_same_again_changes_nothing_and_keeps_the_note()
    {
        await using var desk = await Desk.OpenAsync();
        var lists = new SenderLists(desk.Ledger, desk.Time);
        var first = await SetAsync(lists, ListKind.Allow, "example.org", "the library");
        desk.Time.Advance(TimeSpan.FromDays(1));
        await SetAsync(lists, ListKind.Allow, "example.org");
        Assert.Equal([first], lists.Of(Scope));
        Assert.Single(desk.Log.Entries, entry => LedgerJson.Decode(entry.Payload.Span) is ListEntrySet);

        await SetAsync(lists, ListKind.Allow, "example.org", "");
        Assert.Null(lists.Of(Scope).Single().Comment);
    }

    [Fact]
    public async Task Removing_takes_what_a_person_writes()
    {
        await using var desk = await Desk.OpenAsync();
        var lists = new SenderLists(desk.Ledger, desk.Time);
        await SetAsync(lists, ListKind.Block, "*.example.org");
        await SetAsync(lists, ListKind.Block, "news-*@example.org");
        Assert.False(await lists.RemoveAsync(Alice, Scope, "example.org", CancellationToken.None));
        Assert.True(await lists.RemoveAsync(Alice, Scope, ".EXAMPLE.org", CancellationToken.None));
        Assert.True(await lists.RemoveAsync(Alice, Scope, "news-*@example.org", CancellationToken.None));
        Assert.False(await lists.RemoveAsync(Alice, Scope, "not a pattern", CancellationToken.None));
        Assert.Empty(lists.Of(Scope));
        Assert.Null(desk.Ledger.State.Get<ListSummary>(StateKeys.ListSummary(Scope)));
    }

    [Theory]
    [InlineData("user/alice@example.edu", true, null, "not-enforceable")]
    [InlineData("domain/example.edu", true, null, "not-enforceable")]
    [InlineData("site", false, -1, "bad-expiry")]
    public async Task What_cannot_be_is_refused_with_a_code(string scope, bool enforced, int? expiresInDays, string code)
    {
        await using var desk = await Desk.OpenAsync();
        var expires = expiresInDays is { } days ? desk.Time.GetUtcNow().AddDays(days) : (DateTimeOffset?)null;
        var refused = await Assert.ThrowsAsync<ActRefusedException>(
            () => SetAsync(new SenderLists(desk.Ledger, desk.Time), ListKind.Block, "example.org", null, expires, scope, enforced));
        Assert.Equal(code, refused.Code);
    }

    [Fact]
    public async Task Wildcards_are_few_and_only_they()
    {
        await using var desk = await Desk.OpenAsync();
        var lists = new SenderLists(desk.Ledger, desk.Time);
        var full = Enumerable.Range(0, SenderLists.MaxWildcards).Select(n => new ListEntry(Scope, ListKind.Block, $"w{n}-*@example.org", null, default, ""));
        await desk.Ledger.AppendAsync(new ListEntriesSet(Scope, [.. full]) { Actor = Alice, At = desk.Time.GetUtcNow() }, CancellationToken.None);

        Assert.Equal("too-many-entries", (await Assert.ThrowsAsync<ActRefusedException>(() => SetAsync(lists, ListKind.Block, "more-*@example.org"))).Code);
        await SetAsync(lists, ListKind.Allow, "w7-*@example.org");
        await SetAsync(lists, ListKind.Block, "more@example.org");
        Assert.Equal(SenderLists.MaxWildcards + 1, desk.Ledger.State.Get<ListSummary>(StateKeys.ListSummary(Scope))!.Entries);
    }

    [Fact]
    public async Task A_personal_list_ends_at_ten_thousand()
    {
        await using var desk = await Desk.OpenAsync();
        var lists = new SenderLists(desk.Ledger, desk.Time);
        foreach (var part in Enumerable.Range(0, SenderLists.MaxPersonalEntries).Chunk(2_000))
        {
            var entries = part.Select(n => new ListEntry(Scope, ListKind.Block, $"d{n}.example.org", null, default, "")).ToList();
            await desk.Ledger.AppendAsync(new ListEntriesSet(Scope, entries) { Actor = Alice, At = desk.Time.GetUtcNow() }, CancellationToken.None);
        }

        Assert.Equal("too-many-entries", (await Assert.ThrowsAsync<ActRefusedException>(() => SetAsync(lists, ListKind.Block, "one.example.com"))).Code);
        Assert.Equal(ListKind.Allow, (await SetAsync(lists, ListKind.Allow, "d1.example.org")).Kind);
    }

    [Fact]
    public async Task An_expired_entry_is_swept_after_a_while_and_a_renewed_one_stays()
    {
        await using var desk = await Desk.OpenAsync();
        var lists = new SenderLists(desk.Ledger, desk.Time);
        var soon = desk.Time.GetUtcNow().AddDays(1);
        await SetAsync(lists, ListKind.Block, "ends.example.org", null, soon);
        await SetAsync(lists, ListKind.Block, "renewed.example.org", null, soon);
        await SetAsync(lists, ListKind.Block, "renewed.example.org", null, null);
        desk.Time.Advance(TimeSpan.FromDays(20));
        await SetAsync(lists, ListKind.Block, "a.example.org");
        Assert.Equal(3, lists.Of(Scope).Count());
        desk.Time.Advance(TimeSpan.FromDays(20));
        await SetAsync(lists, ListKind.Block, "b.example.org");
        Assert.Equal(["a.example.org", "b.example.org", "renewed.example.org"], lists.Of(Scope).Select(entry => entry.Pattern));
    }

    [Fact]
    public async Task A_rebuild_keeps_lists_and_hits_that_are_older_than_all_mail()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 5, 8, 0, 0, TimeSpan.Zero));
        var log = new InMemoryLog(time);
        List<ListEntry> before;
        await using (var desk = await Desk.OpenAsync(log, time))
        {
            var lists = new SenderLists(desk.Ledger, time);
            await SetAsync(lists, ListKind.Allow, "news-*@example.org", "x");
            await SetAsync(lists, ListKind.Block, "*.example.org");
            await desk.Ledger.AppendAsync(Hit("*.example.org", 3), CancellationToken.None);
            await desk.Ledger.AppendAsync(Hit("*.example.org", 4), CancellationToken.None);
            await desk.Ledger.AppendAsync(Hit("gone.example.org", 4), CancellationToken.None);
            before = [.. lists.Of(Scope)];
        }

        time.Advance(TimeSpan.FromDays(400));
        await using var later = await Desk.OpenAsync(log, time);
        Assert.Equal(before, new SenderLists(later.Ledger, time).Of(Scope));
        Assert.Equal(["news-*@example.org"], later.Ledger.State.Get<ListSummary>(StateKeys.ListSummary(Scope))!.Wildcards);
        Assert.Equal(7, later.Ledger.State.Get<ListHits>(StateKeys.ListHits(Scope, "*.example.org"))!.Count);
        Assert.Null(later.Ledger.State.Get<ListHits>(StateKeys.ListHits(Scope, "gone.example.org")));

        ListEntriesHit Hit(string pattern, long count) => new([new ListHit(Scope, pattern, count, time.GetUtcNow())]) { Actor = Actor.System("screening"), At = time.GetUtcNow() };
    }
}
