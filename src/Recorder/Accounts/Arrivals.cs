using Recorder.Accounts.Sources;
using Recorder.Ledger;

namespace Recorder.Accounts;

/// <summary>
/// Whoever a source elsewhere vouches for: the first sign-in makes the account, and a changed identity hands the address
/// over, so that its next holder sees nothing of the former one.
/// </summary>
internal sealed class Arrivals(ILedger ledger, TimeProvider time)
{
    /// <exception cref="ActRefusedException">address-taken: a further address of another account.</exception>
    public Task<Account> WelcomeAsync(string name, PasswordAnswer answer, string source, CancellationToken cancel) =>
        WelcomeAsync(name, answer, new Actor("user", name, source), cancel);

    /// <param name="actor">Who brings the answer, where it is not the person.</param>
    /// <exception cref="ActRefusedException">address-taken: a further address of another account.</exception>
    public async Task<Account> WelcomeAsync(string name, PasswordAnswer answer, Actor actor, CancellationToken cancel)
    {
        // The usual sign-in changes nothing and waits for nobody.
        if (Decide(ledger.State, name, answer, actor) is not null)
        {
            await ledger.ActAsync(Accounts.LedgerKey, state => Decide(state, name, answer, actor), cancel);
        }

        return ledger.State.Get<Account>(StateKeys.Account(name))!;
    }

    private LedgerEvent? Decide(IStateSnapshot state, string name, PasswordAnswer answer, Actor actor)
    {
        var now = time.GetUtcNow();
        return state.Get<Account>(StateKeys.Account(name)) switch
        {
            null => new AccountSet(new Account(name, Named(answer, name), null, false, false, [OwnedAddresses.Fresh(state, name, now)], now, Identity: answer.Identity)) { Actor = actor, At = now },
            { Identity: null } known when answer.Identity is not null => new AccountSet(known with { Identity = answer.Identity }) { Actor = actor, At = now },
            { Identity: { } identity } known when answer.Identity is { } other && !ProviderIdentity.AreComparable(identity, other) =>
                new AccountSet(known with { Identity = other }) { Actor = actor, At = now },
            { Identity: { } identity } known when answer.Identity is { } other && other != identity => HandOver.Of(known, Named(answer, name), other, actor, now),
            _ => null,
        };
    }

    private static string Named(PasswordAnswer answer, string name) => string.IsNullOrWhiteSpace(answer.DisplayName) ? name : answer.DisplayName.Trim();
}

/// <summary>An address goes to somebody else: the former account keeps the past, the new one begins now and has no rights of the former.</summary>
internal static class HandOver
{
    public static AccountHandedOver Of(Account former, string displayName, string? identity, Actor actor, DateTimeOffset now) => new(
        former with { IsDisabled = true, Addresses = [.. former.Addresses.Select(owned => owned.Until is null || owned.Until > now ? owned with { Until = now } : owned)] },
        new Account(former.Address, displayName, null, false, former.IsDisabled, [new OwnedAddress(former.Address, From: now)], now, Identity: identity))
    {
        Actor = actor, At = now,
    };
}
