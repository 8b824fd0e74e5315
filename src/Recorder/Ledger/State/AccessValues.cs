namespace Recorder.Ledger.State;

/// <summary>What lets people and programs in: second factors, tokens, grants, and what a new holder of an address leaves behind.</summary>
internal static class AccessValues
{
    public static void Apply(LedgerEvent fact, StateEditor state)
    {
        switch (fact)
        {
            case AccountHandedOver handed:
                HandOver(state, handed);
                break;
            case SecondFactorSet { Factor: null } set:
                state.Remove(StateKeys.SecondFactor(set.Address));
                break;
            case SecondFactorSet set:
                state.Set(StateKeys.SecondFactor(set.Address), set.Factor);
                break;
            case SecondFactorUsed used:
                Use(state, used);
                break;
            case TokenMade made:
                foreach (var key in TokenKeys(made.Token)) state.Set(key, made.Token);
                break;
            case TokenRevoked revoked:
                Revoke(state, revoked.Hash);
                break;
            case GrantSet set:
                state.Set(StateKeys.Grant(set.Grant.Mailbox, set.Grant.Delegate), set.Grant);
                state.Set(StateKeys.GrantTo(set.Grant.Delegate, set.Grant.Mailbox), set.Grant);
                break;
            case GrantEnded ended:
                End(state, ended.Mailbox, ended.Delegate);
                break;
        }
    }

    public static void Sweep(StateEditor state, DateTimeOffset now)
    {
        foreach (var (_, token) in state.TakeWhile<ApiToken>(StateKeys.TokenEnds, token => token.ExpiresAt <= now)) Revoke(state, token.Hash);
    }

    private static void HandOver(StateEditor state, AccountHandedOver handed)
    {
        var address = handed.Account.Address;
        state.Set(StateKeys.FormerAccount(address, handed.At), handed.Former);
        SessionValues.EndAll(state, address);
        foreach (var (_, token) in state.Range<ApiToken>(StateKeys.TokensOf(address)).Where(pair => pair.Value.Address == address)) Revoke(state, token.Hash);
        foreach (var (_, grant) in state.Range<MailboxGrant>(StateKeys.GrantsOf(address)).Concat(state.Range<MailboxGrant>(StateKeys.GrantsTo(address)))
            .Where(pair => pair.Value.Mailbox == address || pair.Value.Delegate == address))
        {
            End(state, grant.Mailbox, grant.Delegate);
        }

        foreach (var (_, entry) in state.Range<ListEntry>(StateKeys.ListEntries(ListScopes.User(address)))) ListValues.Remove(state, entry.Scope, entry.Pattern);
        state.Remove(StateKeys.SecondFactor(address));
        state.Remove(StateKeys.Preferences(address));
        ForgetActs(state, address);
        state.Set(StateKeys.Account(address), handed.Account);
    }

    // What the former holder looked for, took away or asked for in vain says what that mail was about.
    private static void ForgetActs(StateEditor state, string address)
    {
        BulkValues.ForgetAll(state, address);
        foreach (var (key, export) in state.Range<ExportState>(ExportKeys.All)) if (export.Account == address) state.Remove(key);
        foreach (var (key, _) in state.Range<Dispatch>(OutboxKeys.ProblemsOf(address))) state.Remove(key);
        state.Remove(StateKeys.DigestMark(address));
    }

    private static void Use(StateEditor state, SecondFactorUsed used)
    {
        if (state.Get<SecondFactor>(StateKeys.SecondFactor(used.Address)) is not { } factor) return;
        state.Set(StateKeys.SecondFactor(used.Address), factor with
        {
            LastStep = Math.Max(factor.LastStep, used.Step ?? 0),
            RecoveryHashes = [.. factor.RecoveryHashes.Where(hash => hash != used.RecoveryHash)],
        });
    }

    private static void Revoke(StateEditor state, string hash)
    {
        if (state.Get<ApiToken>(StateKeys.Token(hash)) is not { } token) return;
        foreach (var key in TokenKeys(token)) state.Remove(key);
    }

    private static string[] TokenKeys(ApiToken token) =>
        [StateKeys.Token(token.Hash), StateKeys.TokenOf(token.Address, token.Hash), StateKeys.TokenEnd(token.ExpiresAt, token.Hash)];

    private static void End(StateEditor state, string mailbox, string delegated)
    {
        state.Remove(StateKeys.Grant(mailbox, delegated));
        state.Remove(StateKeys.GrantTo(delegated, mailbox));
    }
}
