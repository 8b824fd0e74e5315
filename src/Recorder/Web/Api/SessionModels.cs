using Recorder.Accounts;
using Recorder.Ledger;

namespace Recorder.Web.Api;

/// <param name="Id">For ending it; opens nothing.</param>
/// <param name="Channel">web or api.</param>
/// <param name="IsThis">The session that asks.</param>
public sealed record SessionItem(string Id, string Channel, string? Source, DateTimeOffset StartedAt, DateTimeOffset ExpiresAt, bool IsThis)
{
    internal static SessionItem Of(SessionState session, Reader reader) =>
        new(session.Hash, session.Channel, session.Source, session.StartedAt, session.ExpiresAt, session.Hash == reader.SessionHash);
}

public sealed record SessionsAnswer(IReadOnlyList<SessionItem> Items);

/// <param name="Id">For revoking it; opens nothing.</param>
/// <param name="Scope">Read: find and read. Act: release, resend, lists as well. Admin: what the account may as an administrator as well.</param>
public sealed record TokenItem(string Id, string Name, TokenScope Scope, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt)
{
    internal static TokenItem Of(ApiToken token) => new(token.Hash, token.Name, token.Scope, token.CreatedAt, token.ExpiresAt);
}

public sealed record TokensAnswer(IReadOnlyList<TokenItem> Items);

/// <param name="Days">From now.</param>
public sealed record TokenRequest(string? Name, TokenScope Scope = TokenScope.Read, int Days = 90);

/// <param name="Secret">For <c>Authorization: Bearer</c>; shown once.</param>
public sealed record MadeToken(TokenItem Token, string Secret);
