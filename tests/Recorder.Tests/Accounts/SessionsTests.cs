using Microsoft.Extensions.Time.Testing;
using Recorder.Accounts;
using Recorder.Ledger;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Accounts;

public sealed class SessionsTests
{
    private const string Alice = "alice@example.edu";
    private const string Source = "192.0.2.1";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Task<StartedSession?> SignIn(Desk desk, string address = Alice, string password = Desk.Password, string source = Source) =>
        desk.Sessions.SignInAsync(address, password, "web", source, Cancel);

    [Fact]
    public async Task A_token_opens_the_own_mailbox_until_it_expires()
    {
        await using var desk = await Desk.OpenAsync();
        await desk.AddAsync(Alice);
        var session = await SignIn(desk, "ALICE+x@example.edu");

        Assert.Equal(43, session!.Token.Length);
        var reader = desk.Sessions.Validate(session.Token, "192.0.2.9")!;
        Assert.Equal(Alice, reader.Account.Address);
        Assert.Equal([Alice], reader.Scope.Select(owned => owned.Address));
        Assert.Equal(new Actor("user", Alice, "192.0.2.9"), reader.Actor);

        desk.Time.SetUtcNow(session.ExpiresAt);
        Assert.Null(desk.Sessions.Validate(session.Token, Source));
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task An_unknown_token_opens_nothing(string token)
    {
        await using var desk = await Desk.OpenAsync();
        Assert.Null(desk.Sessions.Validate(token, Source));
    }

    [Fact]
    public async Task What_is_longer_than_any_address_is_not_kept()
    {
        var desk = await Desk.OpenAsync();
        Assert.Null(await SignIn(desk, new string('x', 50_000) + "@example.edu"));
        await desk.DisposeAsync();
        var failure = Assert.Single(desk.Log.Entries.Select(entry => LedgerJson.Decode(entry.Payload.Span)).OfType<SignInFailed>());
        Assert.Equal("", failure.Address);
    }

    [Fact]
    public async Task Sessions_of_one_account_are_limited_in_number()
    {
        await using var desk = await Desk.OpenAsync();
        await desk.AddAsync(Alice);
        for (var count = 0; count < 100; count++)
        {
            Assert.NotNull(await SignIn(desk, source: $"192.0.2.{count}"));
        }

        var refusal = await Assert.ThrowsAsync<ActRefusedException>(() => SignIn(desk, source: "192.0.2.200"));
        Assert.Equal("too-many-attempts", refusal.Code);
        desk.Time.Advance(TimeSpan.FromMinutes(16));
        Assert.NotNull(await SignIn(desk));
    }

    [Fact]
    public async Task The_stored_hash_is_no_token()
    {
        await using var desk = await Desk.OpenAsync();
        var reader = await desk.ReaderAsync(Alice);
        Assert.Null(desk.Sessions.Validate(reader.SessionHash, Source));
    }

    [Fact]
    public async Task Signing_out_a_new_password_and_disabling_each_end_the_session()
    {
        await using var desk = await Desk.OpenAsync();
        await desk.AddAsync(Alice);
        var first = (await SignIn(desk))!;
        await desk.Sessions.EndAsync(first.Reader, Cancel);
        await desk.Sessions.EndAsync(first.Reader, Cancel);
        Assert.Null(desk.Sessions.Validate(first.Token, Source));

        var second = (await SignIn(desk))!;
        await desk.Accounts.SetPasswordAsync(Desk.Cli, Alice, "another long one", Cancel);
        Assert.Null(desk.Sessions.Validate(second.Token, Source));

        var third = (await SignIn(desk, password: "another long one"))!;
        await desk.Accounts.SetDisabledAsync(Desk.Cli, Alice, true, Cancel);
        Assert.Null(desk.Sessions.Validate(third.Token, Source));
        await desk.Accounts.SetDisabledAsync(Desk.Cli, Alice, false, Cancel);
        Assert.Null(desk.Sessions.Validate(third.Token, Source));
    }

    [Fact]
    public async Task Wrong_unknown_and_disabled_are_answered_alike()
    {
        await using var desk = await Desk.OpenAsync();
        await desk.AddAsync(Alice);
        await desk.AddAsync("off@example.edu");
        await desk.Accounts.AddAsync(Desk.Cli, "nopassword@example.edu", null, false, null, Cancel);
        await desk.Accounts.SetDisabledAsync(Desk.Cli, "off@example.edu", true, Cancel);

        Assert.Null(await SignIn(desk, password: "wrong"));
        Assert.Null(await SignIn(desk, "nobody@example.edu"));
        Assert.Null(await SignIn(desk, "not an address"));
        Assert.Null(await SignIn(desk, "off@example.edu"));
        Assert.Null(await SignIn(desk, "nopassword@example.edu", "decoy"));
        Assert.Empty(desk.Ledger.State.Range<SessionState>(StateKeys.Sessions));
    }

    [Fact]
    public async Task Too_many_failures_of_an_address_make_it_wait_however_many_come_at_once()
    {
        await using var desk = await Desk.OpenAsync();
        await desk.AddAsync(Alice);
        var attempts = Enumerable.Range(0, 30).Select(_ => SignIn(desk, password: "wrong")).ToList();
        await Settled.AllAsync(attempts);

        Assert.Equal(10, attempts.Count(attempt => attempt.IsCompletedSuccessfully));
        Assert.Equal("too-many-attempts", (await Assert.ThrowsAsync<ActRefusedException>(() => SignIn(desk))).Code);
        desk.Time.Advance(TimeSpan.FromMinutes(15));
        Assert.NotNull(await SignIn(desk));
    }

    [Fact]
    public async Task Nobody_is_locked_out_from_elsewhere()
    {
        await using var desk = await Desk.OpenAsync();
        await desk.AddAsync(Alice);
        Assert.NotNull(await SignIn(desk, source: "203.0.113.7"));
        for (var number = 0; number < 300; number++)
        {
            await SignIn(desk, password: "wrong", source: $"192.0.{number / 200}.{number % 200}").ContinueWith(_ => { }, TaskScheduler.Default);
        }

        // Beyond the bound for guesses from everywhere, a new place must wait; where Alice is signed in, she goes on.
        Assert.Equal("too-many-attempts", (await Assert.ThrowsAsync<ActRefusedException>(() => SignIn(desk, source: "198.51.100.1"))).Code);
        Assert.NotNull(await SignIn(desk, source: "203.0.113.7"));
    }

    [Fact]
    public async Task A_stranger_who_guesses_does_not_shut_out_the_owner()
    {
        await using var desk = await Desk.OpenAsync();
        await desk.AddAsync(Alice);
        for (var number = 0; number < 10; number++) await SignIn(desk, password: "wrong", source: "192.0.2.66");
        await Assert.ThrowsAsync<ActRefusedException>(() => SignIn(desk, source: "192.0.2.66"));
        Assert.NotNull(await SignIn(desk));
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("2001:db8::1", "2001:db8::ffff")]
    public async Task Too_many_failures_from_a_source_make_it_wait(string source, string neighbour)
    {
        await using var desk = await Desk.OpenAsync();
        await desk.AddAsync(Alice);
        for (var number = 0; number < 100; number++)
        {
            Assert.Null(await SignIn(desk, $"guess{number}@example.edu", source: source));
        }

        await Assert.ThrowsAsync<ActRefusedException>(() => SignIn(desk, source: neighbour));
        Assert.NotNull(await SignIn(desk, source: "198.51.100.7"));
    }

    [Fact]
    public async Task A_success_forgets_the_failures_of_the_address()
    {
        await using var desk = await Desk.OpenAsync();
        await desk.AddAsync(Alice);
        for (var round = 0; round < 3; round++)
        {
            for (var number = 0; number < 9; number++)
            {
                await SignIn(desk, password: "wrong");
            }

            Assert.NotNull(await SignIn(desk));
        }
    }

    [Fact]
    public async Task Failed_sign_ins_are_one_event_an_address_source_and_minute()
    {
        var desk = await Desk.OpenAsync();
        await desk.AddAsync(Alice);
        for (var number = 0; number < 3; number++)
        {
            await SignIn(desk, password: "wrong");
        }

        await SignIn(desk, "my secret password", "x");
        desk.Time.Advance(TimeSpan.FromMinutes(1));
        await SignIn(desk, password: "wrong");
        await SignIn(desk, password: "wrong", source: "192.0.2.2");
        await desk.DisposeAsync();

        var failures = desk.Log.Entries.Select(entry => LedgerJson.Decode(entry.Payload.Span)).OfType<SignInFailed>()
            .Select(fact => (fact.Address, fact.Actor.Source, fact.Attempts)).Order().ToList();
        Assert.Equal([("", Source, 1), (Alice, Source, 1), (Alice, Source, 3), (Alice, "192.0.2.2", 1)], failures);
    }

    [Fact]
    public async Task Sessions_outlive_a_restart_and_expired_ones_are_swept()
    {
        var desk = await Desk.OpenAsync();
        await desk.AddAsync(Alice);
        var session = (await SignIn(desk))!;
        await desk.DisposeAsync();

        await using var again = await Desk.OpenAsync(desk.Log, desk.Time);
        Assert.NotNull(again.Sessions.Validate(session.Token, Source));
        again.Time.Advance(TimeSpan.FromDays(1));
        await SignIn(again);
        Assert.Single(again.Ledger.State.Range<SessionState>(StateKeys.Sessions));
        Assert.Single(again.Ledger.State.Range<SessionState>(StateKeys.SessionEnds));
    }

    [Fact]
    public void Attempts_that_must_wait_take_no_place_from_others()
    {
        var limits = new SignInLimits(maxPerAddress: 10, maxPerSource: 20, new FakeTimeProvider());
        for (var i = 0; i < 150_000; i++) limits.TryBegin($"guess{i}@example.edu", "198.51.100.1");

        Assert.True(limits.TryBegin("alice@example.edu", "192.0.2.1"));
    }

    [Fact]
    public void Whoever_fills_the_tables_keeps_nobody_out_who_comes_from_where_they_signed_in()
    {
        var limits = new SignInLimits(maxPerAddress: 10, maxPerSource: 20, new FakeTimeProvider(), isKnown: (address, group) => (address, group) == (Alice, Source));
        // A whole IPv6 network of one customer: each try from another /64, under another address.
        for (var number = 0; number < 40_000; number++) limits.TryBegin($"guess{number}@example.edu", $"2001:db8:{number:x}::1");
        Assert.False(limits.TryBegin("bob@example.edu", "198.51.100.7"));
        Assert.False(limits.TryBegin(Alice, "198.51.100.7"));
        Assert.True(limits.TryBegin(Alice, Source));
    }

    [Fact]
    public async Task A_ledger_full_of_failures_keeps_nobody_out_who_comes_from_where_they_signed_in()
    {
        await using var desk = await Desk.OpenAsync(settings: new AccountsOptions { MaxFailuresPerSource = 10_000 });
        await desk.AddAsync(Alice);
        Assert.NotNull(await SignIn(desk));
        for (var number = 0; number < 10_000; number++) await SignIn(desk, $"guess{number}@example.edu", "x", "198.51.100.7");
        Assert.Equal("too-many-attempts", (await Assert.ThrowsAsync<ActRefusedException>(() => SignIn(desk, source: "198.51.100.9"))).Code);
        Assert.NotNull(await SignIn(desk));
    }
}
