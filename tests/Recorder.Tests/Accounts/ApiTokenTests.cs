using Recorder.Accounts;
using Recorder.Ledger;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Accounts;

public sealed class ApiTokenTests
{
    private const string Alice = "alice@example.edu", Source = "192.0.2.1";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_is_shown_once_kept_as_a_hash_and_ends_at_its_time()
    {
        await using var desk = await Desk.OpenAsync();
        await desk.AddAsync(Alice);
        var (token, secret) = await desk.Tokens.MakeAsync(Desk.Cli, Alice, " nightly export ", TokenScope.Read, 30, Cancel);
        Assert.StartsWith("rec_", secret);
        Assert.Equal("nightly export", Assert.Single(desk.Tokens.Of(Alice)).Name);
        Assert.DoesNotContain(desk.Log.Entries, entry => System.Text.Encoding.UTF8.GetString(entry.Payload.Span).Contains(secret[4..], StringComparison.Ordinal));

        var reader = desk.Sessions.Validate(secret, Source)!;
        Assert.Equal((Alice, TokenScope.Read), (reader.Account.Address, reader.Token!.Scope));
        Assert.Null(desk.Sessions.Validate(secret[4..], Source));
        Assert.Null(desk.Sessions.Validate(token.Hash, Source));
        desk.Time.SetUtcNow(token.ExpiresAt);
        Assert.Null(desk.Sessions.Validate(secret, Source));
    }

    [Theory]
    [InlineData(TokenScope.Read, false)]
    [InlineData(TokenScope.Act, false)]
    [InlineData(TokenScope.Admin, true)]
    public async Task A_token_has_an_admins_rights_only_by_its_scope(TokenScope scope, bool isAdmin)
    {
        await using var desk = await Desk.OpenAsync();
        await desk.AddAsync(Alice, isAdmin: true);
        var (_, secret) = await desk.Tokens.MakeAsync(Desk.Cli, Alice, "x", scope, 1, Cancel);
        Assert.Equal(isAdmin, desk.Sessions.Validate(secret, Source)!.Account.IsAdmin);
    }

    [Fact]
    public async Task A_token_ends_when_revoked_by_its_own_account_and_sleeps_while_that_is_disabled()
    {
        await using var desk = await Desk.OpenAsync();
        await desk.AddAsync(Alice);
        await desk.AddAsync("bob@example.edu");
        var (token, secret) = await desk.Tokens.MakeAsync(Desk.Cli, Alice, "x", TokenScope.Act, 1, Cancel);
        await desk.Accounts.SetDisabledAsync(Desk.Cli, Alice, true, Cancel);
        Assert.Null(desk.Sessions.Validate(secret, Source));
        await desk.Accounts.SetDisabledAsync(Desk.Cli, Alice, false, Cancel);

        Assert.False(await desk.Tokens.RevokeAsync(Desk.Cli, "bob@example.edu", token.Hash, Cancel));
        Assert.NotNull(desk.Sessions.Validate(secret, Source));
        Assert.True(await desk.Tokens.RevokeAsync(Desk.Cli, Alice, token.Hash[..8], Cancel));
        Assert.False(await desk.Tokens.RevokeAsync(Desk.Cli, Alice, token.Hash, Cancel));
        Assert.Null(desk.Sessions.Validate(secret, Source));
    }

    [Theory]
    [InlineData("", 10, "bad-token-name")]
    [InlineData("x", 0, "bad-token-days")]
    [InlineData("x", 366, "bad-token-days")]
    public async Task A_token_has_a_name_and_an_end(string name, int days, string code)
    {
        await using var desk = await Desk.OpenAsync();
        await desk.AddAsync(Alice);
        Assert.Equal(code, (await Assert.ThrowsAsync<ActRefusedException>(() => desk.Tokens.MakeAsync(Desk.Cli, Alice, name, TokenScope.Read, days, Cancel))).Code);
    }

    [Fact]
    public async Task Own_sessions_are_listed_and_ended_and_nobody_elses()
    {
        await using var desk = await Desk.OpenAsync();
        var (first, second, bob) = (await desk.ReaderAsync(Alice), await desk.ReaderAsync(Alice), await desk.ReaderAsync("bob@example.edu"));
        Assert.Equal([second.SessionHash, first.SessionHash], desk.Sessions.Open(second).Select(session => session.Hash));
        Assert.False(await desk.Sessions.EndAsync(bob, first.SessionHash, Cancel));
        Assert.True(await desk.Sessions.EndAsync(second, first.SessionHash, Cancel));
        Assert.Equal([second.SessionHash], desk.Sessions.Open(second).Select(session => session.Hash));
        Assert.Single(desk.Sessions.Open(bob));
    }
}
