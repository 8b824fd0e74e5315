using Recorder.Ledger;

namespace Recorder.Accounts;

/// <summary>Who a session or a token stands for, as the ledger knows it at this moment.</summary>
internal sealed class Readers(ILedger ledger, AccountsOptions options, TimeProvider time)
{
    public Reader? OfSession(string hash, string source)
    {
        var state = ledger.State;
        return state.Get<SessionState>(StateKeys.Session(hash)) is { } session && session.ExpiresAt > time.GetUtcNow()
            ? Of(state, session.Address, hash, source) : null;
    }

    /// <summary>A token without the scope for administration is an ordinary person's, whoever made it.</summary>
    public Reader? OfToken(string hash, string source)
    {
        var state = ledger.State;
        if (state.Get<ApiToken>(StateKeys.Token(hash)) is not { } token || token.ExpiresAt <= time.GetUtcNow() || Of(state, token.Address, hash, source) is not { } reader)
        {
            return null;
        }

        return (token.Scope == TokenScope.Admin ? reader : reader with { Account = Plain(reader.Account) }) with { Token = token };
    }

    private Reader? Of(IStateSnapshot state, string address, string hash, string source)
    {
        if (state.Get<Account>(StateKeys.Account(address)) is not { IsDisabled: false } account) return null;
        var lacksFactor = options.AdminsNeedSecondFactor && HasRights(account) && state.Get<SecondFactor>(StateKeys.SecondFactor(address)) is null;
        var reader = new Reader(lacksFactor ? Plain(account) : account, Ownership.ScopeOf(account), hash, source) { LacksSecondFactor = lacksFactor };
        return Delegation.Widen(state, reader, time.GetUtcNow());
    }

    private static bool HasRights(Account account) => account.IsAdmin || account.IsAuditor || account.AdminOf is { Count: > 0 };

    private static Account Plain(Account account) => account with { IsAdmin = false, IsAuditor = false, AdminOf = null };
}
