using Microsoft.Extensions.Options;
using Recorder.Ledger;

namespace Recorder.Accounts;

/// <summary>Tokens for programs: shown once, kept as a hash, each with a scope and an end.</summary>
public sealed class ApiTokens(ILedger ledger, IOptions<AccountsOptions> options, TimeProvider time)
{
    public const int MaxName = 80, MaxPerAccount = 50;

    public int MaxDays => options.Value.MaxTokenDays;

    public IReadOnlyList<ApiToken> Of(string account) =>
        [.. ledger.State.Range<ApiToken>(StateKeys.TokensOf(account)).Select(pair => pair.Value)
            .Where(token => token.Address == account && token.ExpiresAt > time.GetUtcNow()).OrderByDescending(token => token.CreatedAt)];

    /// <param name="days">Up to <see cref="MaxDays"/>.</param>
    /// <returns>What is kept, and the token itself, which nobody can show again.</returns>
    /// <exception cref="ActRefusedException">no-such-account, bad-token-name, bad-token-days, too-many-tokens.</exception>
    public async Task<(ApiToken Token, string Secret)> MakeAsync(Actor actor, string account, string name, TokenScope scope, int days, CancellationToken cancel)
    {
        var (label, now) = (name.Trim(), time.GetUtcNow());
        if (label.Length is 0 or > MaxName || label.Any(char.IsControl)) throw new ActRefusedException("bad-token-name", $"name the token, in up to {MaxName} characters");
        if (days < 1 || days > MaxDays) throw new ActRefusedException("bad-token-days", $"a token lives 1 to {MaxDays} days");
        var secret = SecretToken.ProgramPrefix + SecretToken.Make();
        var token = new ApiToken(SecretToken.HashOf(secret), account, label, scope, now, now.AddDays(days));
        await ledger.ActAsync(KeyOf(account), state => Make(state, actor, token), cancel);
        return (token, secret);
    }

    /// <param name="hash">Of one of the account's tokens, or its beginning of at least 8 characters.</param>
    /// <returns>false where the account has no such token.</returns>
    public async Task<bool> RevokeAsync(Actor actor, string account, string hash, CancellationToken cancel) =>
        hash.Length >= 8 && Of(account).FirstOrDefault(token => token.Hash.StartsWith(hash, StringComparison.Ordinal)) is { } found
        && await ledger.ActAsync(
            KeyOf(account),
            state => state.Get<ApiToken>(StateKeys.Token(found.Hash)) is null ? null : new TokenRevoked(found.Hash, account) { Actor = actor, At = time.GetUtcNow() },
            cancel) is not null;

    private static TokenMade Make(IStateSnapshot state, Actor actor, ApiToken token)
    {
        if (state.Get<Account>(StateKeys.Account(token.Address)) is null) throw new ActRefusedException("no-such-account", $"there is no account {token.Address}");
        return state.Range<ApiToken>(StateKeys.TokensOf(token.Address)).Count() >= MaxPerAccount
            ? throw new ActRefusedException("too-many-tokens", $"an account has up to {MaxPerAccount} tokens; revoke one")
            : new TokenMade(token) { Actor = actor, At = token.CreatedAt };
    }

    private static string KeyOf(string account) => $"tokens/{account}";
}
