using OtpNet;
using Recorder.Accounts;
using Recorder.Accounts.SecondFactors;
using Recorder.Ledger;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Accounts;

public sealed class SecondFactorTests
{
    private const string Alice = "alice@example.edu", Source = "192.0.2.1";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string CodeAt(Desk desk, string secret, int stepsLater = 0) =>
        new Totp(Base32Encoding.ToBytes(secret)).ComputeTotp(desk.Time.GetUtcNow().UtcDateTime.AddSeconds(30 * stepsLater));

    private static async Task<(string Secret, IReadOnlyList<string> Recovery)> SetAsync(Desk desk)
    {
        var reader = await desk.ReaderAsync(Alice);
        var offer = desk.Factors.Offer(Alice);
        return (offer.Secret, await desk.Factors.SetAsync(reader, offer.Sealed, CodeAt(desk, offer.Secret), Cancel));
    }

    private static async Task<string> TicketAsync(Desk desk) => (await Assert.ThrowsAsync<SecondFactorNeededException>(
        () => desk.Sessions.SignInAsync(Alice, Desk.Password, "web", Source, Cancel))).Ticket;

    [Fact]
    public async Task The_password_alone_opens_nothing_and_a_code_counts_once()
    {
        await using var desk = await Desk.OpenAsync();
        var (secret, _) = await SetAsync(desk);
        Assert.Null(await desk.Sessions.SignInAsync(Alice, "wrong", "web", Source, Cancel));

        // The code that confirmed it is used up as well.
        Assert.Null(await desk.Sessions.ConfirmAsync(await TicketAsync(desk), CodeAt(desk, secret), "web", Source, Cancel));
        desk.Time.Advance(TimeSpan.FromMinutes(1));
        var code = CodeAt(desk, secret);
        Assert.NotNull(await desk.Sessions.ConfirmAsync(await TicketAsync(desk), code.Insert(3, " "), "web", Source, Cancel));
        Assert.Null(await desk.Sessions.ConfirmAsync(await TicketAsync(desk), code, "web", Source, Cancel));
        // Nor one that is older than the newest that was used.
        Assert.Null(await desk.Sessions.ConfirmAsync(await TicketAsync(desk), CodeAt(desk, secret, -1), "web", Source, Cancel));
        Assert.NotNull(await desk.Sessions.ConfirmAsync(await TicketAsync(desk), CodeAt(desk, secret, 1), "web", Source, Cancel));
    }

    [Fact]
    public async Task A_recovery_code_works_once_however_it_is_written()
    {
        await using var desk = await Desk.OpenAsync();
        var (_, recovery) = await SetAsync(desk);
        Assert.Equal(10, recovery.Distinct().Count());
        Assert.All(recovery, code => Assert.Matches("^[a-z2-7]{4}(-[a-z2-7]{4}){3}$", code));
        Assert.NotNull(await desk.Sessions.ConfirmAsync(await TicketAsync(desk), recovery[3].ToUpperInvariant().Replace("-", " "), "web", Source, Cancel));
        Assert.Null(await desk.Sessions.ConfirmAsync(await TicketAsync(desk), recovery[3], "web", Source, Cancel));
        Assert.Equal(9, desk.Factors.Of(Alice)!.RecoveryHashes.Count);
    }

    [Fact]
    public async Task Guessing_codes_ends_with_the_ticket_and_then_with_the_address()
    {
        await using var desk = await Desk.OpenAsync();
        await SetAsync(desk);
        var ticket = await TicketAsync(desk);
        for (var round = 0; round < 5; round++) Assert.Null(await desk.Sessions.ConfirmAsync(ticket, "000000", "web", Source, Cancel));
        Assert.Equal("sign-in-again", (await Assert.ThrowsAsync<ActRefusedException>(() => desk.Sessions.ConfirmAsync(ticket, "000000", "web", Source, Cancel))).Code);
        var second = await TicketAsync(desk);
        for (var round = 0; round < 5; round++) Assert.Null(await desk.Sessions.ConfirmAsync(second, "000000", "web", Source, Cancel));
        var third = await TicketAsync(desk);
        Assert.Equal("too-many-attempts", (await Assert.ThrowsAsync<ActRefusedException>(() => desk.Sessions.ConfirmAsync(third, "000000", "web", Source, Cancel))).Code);
    }

    [Fact]
    public async Task A_ticket_ends_after_five_minutes_and_is_nobodys_token()
    {
        await using var desk = await Desk.OpenAsync();
        var (secret, _) = await SetAsync(desk);
        var ticket = await TicketAsync(desk);
        Assert.Null(desk.Sessions.Validate(ticket, Source));
        desk.Time.Advance(TimeSpan.FromMinutes(5));
        await Assert.ThrowsAsync<ActRefusedException>(() => desk.Sessions.ConfirmAsync(ticket, CodeAt(desk, secret), "web", Source, Cancel));
    }

    [Fact]
    public async Task An_offer_of_one_account_is_none_for_another_and_a_wrong_code_sets_nothing()
    {
        await using var desk = await Desk.OpenAsync();
        var (reader, bob) = (await desk.ReaderAsync(Alice), await desk.ReaderAsync("bob@example.edu"));
        var offer = desk.Factors.Offer(Alice);
        await Assert.ThrowsAsync<ActRefusedException>(() => desk.Factors.SetAsync(bob, offer.Sealed, CodeAt(desk, offer.Secret), Cancel));
        await Assert.ThrowsAsync<ActRefusedException>(() => desk.Factors.SetAsync(reader, offer.Sealed, "000000", Cancel));
        Assert.Null(desk.Factors.Of(Alice));
        Assert.Null(desk.Factors.Of("bob@example.edu"));
    }

    [Fact]
    public async Task The_log_holds_neither_the_secret_nor_a_recovery_code()
    {
        await using var desk = await Desk.OpenAsync();
        var (secret, recovery) = await SetAsync(desk);
        var log = string.Join('\n', desk.Log.Entries.Select(entry => System.Text.Encoding.UTF8.GetString(entry.Payload.Span)));
        Assert.DoesNotContain(secret, log);
        Assert.All(recovery, code => Assert.DoesNotContain(code, log));
    }

    [Fact]
    public async Task It_comes_off_by_a_code_and_not_without()
    {
        await using var desk = await Desk.OpenAsync();
        var (_, recovery) = await SetAsync(desk);
        var reader = desk.Sessions.Validate((await desk.Sessions.ConfirmAsync(await TicketAsync(desk), recovery[0], "web", Source, Cancel))!.Token, Source)!;
        await Assert.ThrowsAsync<ActRefusedException>(() => desk.Factors.RemoveAsync(reader, recovery[0], Cancel));
        await desk.Factors.RemoveAsync(reader, recovery[1], Cancel);
        Assert.NotNull(await desk.Sessions.SignInAsync(Alice, Desk.Password, "web", Source, Cancel));
    }

    [Fact]
    public async Task Where_admins_need_one_their_rights_sleep_until_they_have_it()
    {
        await using var desk = await Desk.OpenAsync(settings: new AccountsOptions { AdminsNeedSecondFactor = true });
        await desk.AddAsync(Alice, isAdmin: true);
        var before = await desk.ReaderAsync(Alice);
        Assert.Equal((false, true), (before.Account.IsAdmin, before.LacksSecondFactor));
        var token = (await desk.Tokens.MakeAsync(Desk.Cli, Alice, "x", TokenScope.Admin, 1, Cancel)).Secret;
        Assert.False(desk.Sessions.Validate(token, Source)!.Account.IsAdmin);

        var (_, recovery) = await SetAsync(desk);
        var after = (await desk.Sessions.ConfirmAsync(await TicketAsync(desk), recovery[0], "web", Source, Cancel))!.Reader;
        Assert.Equal((true, false), (after.Account.IsAdmin, after.LacksSecondFactor));
    }

    [Fact]
    public async Task A_stolen_session_cannot_guess_the_second_factor_away()
    {
        await using var desk = await Desk.OpenAsync();
        var (secret, recovery) = await SetAsync(desk);
        desk.Time.Advance(TimeSpan.FromMinutes(1));
        var reader = (await desk.Sessions.ConfirmAsync(await TicketAsync(desk), CodeAt(desk, secret), "web", Source, Cancel))!.Reader;
        var codes = new List<string>();
        for (var guess = 0; guess < 12; guess++) codes.Add((await Assert.ThrowsAsync<ActRefusedException>(() => desk.Factors.RemoveAsync(reader, "000000", Cancel))).Code);
        Assert.Equal((10, 2), (codes.Count(code => code == "wrong-code"), codes.Count(code => code == "too-many-attempts")));
        // Not even the right one counts then; a quarter of an hour later it does.
        Assert.Equal("too-many-attempts", (await Assert.ThrowsAsync<ActRefusedException>(() => desk.Factors.RemoveAsync(reader, recovery[0], Cancel))).Code);
        desk.Time.Advance(TimeSpan.FromMinutes(16));
        await desk.Factors.RemoveAsync(reader, recovery[0], Cancel);
        Assert.Null(desk.Factors.Of(Alice));
    }
}
