using Recorder.Accounts;
using Recorder.Accounts.Sources;
using Recorder.Ledger;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Accounts;

/// <summary>What accounts make of a server elsewhere that knows passwords.</summary>
public sealed class SourceSignInTests
{
    private const string Alice = "alice@example.edu", Source = "192.0.2.1";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Knows one password a name; remembers what it was asked.</summary>
    private sealed class Elsewhere : IPasswordSource
    {
        public Dictionary<string, (string Password, string? Identity)> Known { get; } = [];

        public List<PasswordQuestion> Asked { get; } = [];

        public bool IsDown { get; set; }

        public Task<PasswordAnswer> CheckAsync(PasswordQuestion question, CancellationToken cancel)
        {
            Asked.Add(question);
            return Task.FromResult(IsDown ? PasswordAnswer.Unavailable
                : Known.TryGetValue(question.Login, out var known) && known.Password == question.Password ? new PasswordAnswer(PasswordVerdict.Right, known.Identity, "Alice Chen")
                : PasswordAnswer.Wrong);
        }
    }

    private static async Task<(Desk Desk, Elsewhere Server)> OpenAsync()
    {
        var server = new Elsewhere { Known = { [Alice] = ("mail password", null) } };
        return (await Desk.OpenAsync(sources: new PasswordSources([(["example.edu"], server)])), server);
    }

    private static Task<StartedSession?> SignIn(Desk desk, string address = Alice, string password = "mail password", string source = Source) =>
        desk.Sessions.SignInAsync(address, password, "web", source, Cancel);

    [Fact]
    public async Task The_first_sign_in_makes_the_account_with_its_address_from_the_start()
    {
        var (desk, server) = await OpenAsync();
        await using var opened = desk;
        Assert.Null(await SignIn(desk, password: "wrong"));
        Assert.Null(desk.Accounts.Find(Alice));

        var session = await SignIn(desk, "Alice+news@EXAMPLE.edu");
        Assert.Equal(new PasswordQuestion(Alice, "mail password", Source), server.Asked[^1]);
        Assert.Equal("Alice Chen", session!.Reader.Account.DisplayName);
        Assert.Equal([new OwnedAddress(Alice)], session.Reader.Account.Addresses);
        Assert.NotNull(await SignIn(desk));
        Assert.Single(desk.Log.Entries.Select(entry => LedgerJson.Decode(entry.Payload.Span)).OfType<AccountSet>());
        Assert.DoesNotContain(desk.Log.Entries, entry => System.Text.Encoding.UTF8.GetString(entry.Payload.Span).Contains("mail password", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_is_down_says_so_for_everybody_and_counts_against_nobody()
    {
        var (desk, server) = await OpenAsync();
        await using var opened = desk;
        await desk.AddAsync("local@example.edu");
        server.IsDown = true;
        for (var round = 0; round < 15; round++)
        {
            foreach (var address in new[] { Alice, "nobody@example.edu", "local@example.edu" })
            {
                Assert.Equal("sign-in-unavailable", (await Assert.ThrowsAsync<ActRefusedException>(() => SignIn(desk, address))).Code);
            }
        }

        server.IsDown = false;
        Assert.NotNull(await SignIn(desk));
    }

    [Fact]
    public async Task A_local_account_keeps_its_own_password_and_sends_it_nowhere()
    {
        var (desk, server) = await OpenAsync();
        await using var opened = desk;
        await desk.AddAsync(Alice);
        Assert.NotNull(await SignIn(desk, password: Desk.Password));
        Assert.Empty(server.Asked);
        Assert.Null(await SignIn(desk, password: "mail password"));
        Assert.Null(await SignIn(desk, password: Desk.Password + "!"));
        // Asked with a password of nobody, so that the answer takes as long as for others.
        Assert.All(server.Asked, asked => Assert.Matches("^[0-9a-f]{32}$", asked.Password));
        Assert.Equal(2, server.Asked.Count);
    }

    [Theory]
    [InlineData("alice*root@example.edu")]
    [InlineData("nobody-here")]
    public async Task What_is_more_than_a_name_is_never_asked(string address)
    {
        var (desk, server) = await OpenAsync();
        await using var opened = desk;
        Assert.Null(await SignIn(desk, address));
        Assert.Null(await SignIn(desk, password: ""));
        Assert.Empty(server.Asked);
    }

    [Fact]
    public async Task Other_domains_know_local_passwords_alone()
    {
        var server = new Elsewhere();
        await using var desk = await Desk.OpenAsync(sources: new PasswordSources([(["other.example.edu"], server)]));
        Assert.Null(await SignIn(desk));
        Assert.Empty(server.Asked);
    }

    [Fact]
    public async Task A_changed_identity_hands_the_address_over_and_with_it_nothing_of_the_past()
    {
        var (desk, server) = await OpenAsync();
        await using var opened = desk;
        server.Known[Alice] = ("first", "uuid-1");
        var first = (await SignIn(desk, password: "first"))!;
        await desk.Accounts.SetDisabledAsync(Desk.Cli, Alice, false, Cancel);
        await desk.Tokens.MakeAsync(Desk.Cli, Alice, "script", TokenScope.Read, 10, Cancel);
        desk.Time.Advance(TimeSpan.FromDays(1));

        server.Known[Alice] = ("second", "uuid-2");
        var second = (await SignIn(desk, password: "second"))!;
        Assert.Equal([new OwnedAddress(Alice, desk.Time.GetUtcNow())], second.Reader.Account.Addresses);
        Assert.Null(desk.Sessions.Validate(first.Token, Source));
        Assert.Empty(desk.Tokens.Of(Alice));
        var former = Assert.Single(desk.Ledger.State.Range<Account>(StateKeys.FormerAccounts(Alice))).Value;
        Assert.Equal([new OwnedAddress(Alice, null, desk.Time.GetUtcNow())], former.Addresses);
        Assert.Single(desk.Log.Entries.Select(entry => LedgerJson.Decode(entry.Payload.Span)).OfType<AccountHandedOver>());
    }

    [Fact]
    public async Task A_further_address_of_another_account_makes_no_account()
    {
        var (desk, server) = await OpenAsync();
        await using var opened = desk;
        await SignIn(desk);
        await desk.Owned.GiveAsync(Desk.Cli, Alice, "info@example.edu", Cancel);
        server.Known["info@example.edu"] = ("x", null);
        Assert.Equal("address-taken", (await Assert.ThrowsAsync<ActRefusedException>(() => SignIn(desk, "info@example.edu", "x"))).Code);
        Assert.Null(await SignIn(desk, "info@example.edu", "wrong"));
    }
}
