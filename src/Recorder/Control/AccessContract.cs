using Recorder.Ledger;

namespace Recorder.Control;

public sealed record TokenWish(string Address, string Name, TokenScope Scope, int Days);

/// <param name="Id">Of the token, or its beginning of at least 8 characters.</param>
public sealed record TokenName(string Address, string Id);

/// <param name="Secret">Only in the answer that made it.</param>
public sealed record TokenRow(string Id, string Address, string Name, TokenScope Scope, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, string? Secret = null)
{
    public static TokenRow Of(ApiToken token) => new(token.Hash, token.Address, token.Name, token.Scope, token.CreatedAt, token.ExpiresAt);
}
