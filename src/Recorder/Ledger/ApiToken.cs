using System.Text.Json.Serialization;

namespace Recorder.Ledger;

/// <summary>What a token may do of what its account may.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TokenScope>))]
public enum TokenScope
{
    /// <summary>Find and read.</summary>
    Read,

    /// <summary>Release, resend, lists and preferences as well.</summary>
    Act,

    /// <summary>What the account may do as an administrator or auditor as well.</summary>
    Admin,
}

/// <summary>A token for a program.</summary>
/// <param name="Hash">SHA-256 of the token, base64url: the token itself is never stored.</param>
public sealed record ApiToken(string Hash, string Address, string Name, TokenScope Scope, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);

public sealed record TokenMade(ApiToken Token) : LedgerEvent;

public sealed record TokenRevoked(string Hash, string Address) : LedgerEvent;
