using Microsoft.AspNetCore.Identity;
using Recorder.Accounts;
using Recorder.Ledger;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Accounts;

public sealed class AccountsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<string> RefusedAsync(Func<Task> act) => (await Assert.ThrowsAsync<ActRefusedException>(act)).Code;

    [Fact]
    public async Task An_account_signs_in_under_any_spelling_of_its_address()
    {
        await using var desk = await Desk.OpenAsync();
        var added = await desk.AddAsync("Alice@Example.EDU");

        Assert.Equal("alice@example.edu", added.Address);
        Assert.Equal([new OwnedAddress("alice@example.edu")], added.Addresses);
        Assert.Same(desk.Accounts.Find("alice@example.edu"), desk.Accounts.Find("\"ALICE\"@example.edu."));
    }

    [Fact]
    public async Task What_cannot_be_an_account_is_refused_by_name()
    {
        await using var desk = await Desk.OpenAsync();
        await desk.AddAsync("alice@example.edu");
        Task Add(string address, string? password = Desk.Password) => desk.Accounts.AddAsync(Desk.Cli, address, password, false, null, Cancel);

        Assert.Equal("address-taken", await RefusedAsync(() => Add("ALICE@example.edu")));
        Assert.Equal("bad-address", await RefusedAsync(() => Add("nobody")));
        Assert.Equal("not-local", await RefusedAsync(() => Add("bob@elsewhere.org")));
        Assert.Equal("weak-password", await RefusedAsync(() => Add("bob@example.edu", "short")));
        Assert.Equal("weak-password", await RefusedAsync(() => Add("bob@example.edu", "Bob@Example.edu")));
        Assert.Equal("no-such-account", await RefusedAsync(() => desk.Accounts.SetPasswordAsync(Desk.Cli, "carol@example.edu", Desk.Password, Cancel)));
        Assert.Equal("no-such-account", await RefusedAsync(() => desk.Accounts.SetDisabledAsync(Desk.Cli, "carol@example.edu", true, Cancel)));
    }

    [Fact]
    public async Task Of_many_who_take_an_address_at_once_one_gets_it()
    {
        await using var desk = await Desk.OpenAsync();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            try
            {
                await desk.AddAsync("alice@example.edu");
                return true;
            }
            catch (ActRefusedException)
            {
                return false;
            }
        }));

        Assert.Single(outcomes, won => won);
    }

    [Fact]
    public async Task Admins_who_disable_each_other_at_once_leave_one()
    {
        await using var desk = await Desk.OpenAsync();
        Assert.False(desk.Accounts.AnyAdmin);
        string[] admins = ["a@example.edu", "b@example.edu", "c@example.edu"];
        foreach (var admin in admins)
        {
            await desk.AddAsync(admin, isAdmin: true);
        }

        var attempts = admins.Select(admin => desk.Accounts.SetDisabledAsync(Desk.Cli, admin, true, Cancel)).ToList();
        await Settled.AllAsync(attempts);
        _ = Assert.Single(attempts, attempt => attempt.IsFaulted);
        Assert.Single(desk.Accounts.List(), account => !account.IsDisabled);
        Assert.True(desk.Accounts.AnyAdmin);
    }

    [Fact]
    public async Task A_list_is_paged_by_the_last_address()
    {
        await using var desk = await Desk.OpenAsync();
        foreach (var name in new[] { "c", "a", "b" })
        {
            await desk.AddAsync($"{name}@example.edu");
        }

        Assert.Equal(["a@example.edu", "b@example.edu"], desk.Accounts.List(limit: 2).Select(account => account.Address));
        Assert.Equal(["c@example.edu"], desk.Accounts.List("b@example.edu").Select(account => account.Address));
    }

    [Fact]
    public async Task The_first_holder_sees_an_address_from_the_start_and_a_later_one_from_now()
    {
        await using var desk = await Desk.OpenAsync();
        await desk.AddAsync("alice@example.edu");
        await desk.AddAsync("bob@example.edu");
        await desk.Owned.GiveAsync(Desk.Cli, "alice@example.edu", "dean@example.edu", Cancel);
        Assert.Equal("address-taken", await RefusedAsync(() => desk.Owned.GiveAsync(Desk.Cli, "bob@example.edu", "dean@example.edu", Cancel)));
        Assert.Equal("address-taken", await RefusedAsync(() => desk.AddAsync("dean@example.edu")));

        desk.Time.Advance(TimeSpan.FromDays(1));
        var handover = desk.Time.GetUtcNow();
        await desk.Owned.TakeAsync(Desk.Cli, "alice@example.edu", "dean@example.edu", Cancel);
        await desk.Owned.GiveAsync(Desk.Cli, "bob@example.edu", "Dean@example.edu", Cancel);

        Assert.Equal(new OwnedAddress("dean@example.edu", null, handover), desk.Accounts.Find("alice@example.edu")!.Addresses[1]);
        Assert.Equal(new OwnedAddress("dean@example.edu", handover, null), desk.Accounts.Find("bob@example.edu")!.Addresses[1]);
        Assert.Equal("not-own-address", await RefusedAsync(() => desk.Owned.TakeAsync(Desk.Cli, "bob@example.edu", "bob@example.edu", Cancel)));
    }

    [Fact]
    public async Task The_ledger_holds_no_password_in_clear()
    {
        await using var desk = await Desk.OpenAsync();
        await desk.AddAsync("alice@example.edu");
        await desk.Accounts.SetPasswordAsync(Desk.Cli, "alice@example.edu", "another long one", Cancel);
        await desk.Sessions.SignInAsync("alice@example.edu", "another long one", "web", "192.0.2.1", Cancel);

        var everything = string.Concat(desk.Log.Entries.Select(entry => System.Text.Encoding.UTF8.GetString(entry.Payload.Span)));
        Assert.DoesNotContain(Desk.Password, everything);
        Assert.DoesNotContain("another long one", everything);
        Assert.NotEqual(
            PasswordVerificationResult.Failed,
            Desk.CheapHasher.VerifyHashedPassword(desk.Accounts.Find("alice@example.edu")!, desk.Accounts.Find("alice@example.edu")!.PasswordHash!, "another long one"));
    }
}
