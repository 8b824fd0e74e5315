using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Recorder.Ledger;

namespace Recorder.Accounts;

/// <summary>Sessions by a random token whose digest alone is kept, in the ledger's state: they outlive a restart.</summary>
public sealed class Sessions : ISessions, IDisposable
{
    private const int TokenBytes = 32;
    private const int TokenLength = 43;

    /// <summary>RFC 5321 §4.5.3.1: 64 octets, the at sign, 255 octets.</summary>
    private const int MaxAddressLength = 320;

    private readonly ILedger ledger;
    private readonly IAccounts accounts;
    private readonly IAddressBook book;
    private readonly TimeProvider time;
    private readonly TimeSpan lifetime;
    private readonly Passwords passwords;
    private readonly SignInLimits limits;
    private readonly FailedSignIns failures;

    /// <param name="hasher">The framework's default where null.</param>
    public Sessions(
        ILedger ledger, IAccounts accounts, IAddressBook book, IOptions<AccountsOptions> options,
        TimeProvider time, PasswordHasher<Account>? hasher = null)
    {
        this.ledger = ledger;
        this.accounts = accounts;
        this.book = book;
        this.time = time;
        lifetime = TimeSpan.FromHours(options.Value.SessionHours);
        passwords = new Passwords(hasher);
        limits = new SignInLimits(options.Value.MaxFailuresPerAddress, options.Value.MaxFailuresPerSource, time);
        failures = new FailedSignIns(ledger, time);
    }

    /// <exception cref="ActRefusedException">too-many-attempts: the address or the source must wait.</exception>
    public async Task<StartedSession?> SignInAsync(string address, string password, string channel, string source, CancellationToken cancel)
    {
        // What is no address is not remembered: it may be long, or a password in the wrong field.
        var name = book.Normalise(address) is { Length: <= MaxAddressLength } written ? written : "";
        if (failures.IsFull || !limits.TryBegin(name, source))
        {
            throw new ActRefusedException("too-many-attempts", "too many failed sign-ins; wait a quarter of an hour");
        }

        var account = name.Length == 0 ? null : accounts.Find(name);
        var isRight = await passwords.IsRightAsync(account, password, cancel);
        if (!isRight || account is null or { IsDisabled: true })
        {
            failures.Add(name, source);
            return null;
        }

        limits.Succeeded(name, source);
        return await StartAsync(account, channel, source, cancel);
    }

    public Reader? Validate(string token, string source)
    {
        if (token.Length != TokenLength)
        {
            return null;
        }

        var state = ledger.State;
        var session = state.Get<SessionState>(StateKeys.Session(HashOf(token)));
        return session is not null && session.ExpiresAt > time.GetUtcNow()
            && state.Get<Account>(StateKeys.Account(session.Address)) is { IsDisabled: false } account
                ? ReaderOf(account, session.Hash, source)
                : null;
    }

    public async Task EndAsync(Reader reader, CancellationToken cancel) => await ledger.ActAsync(
        StateKeys.Session(reader.SessionHash),
        state => state.Get<SessionState>(StateKeys.Session(reader.SessionHash)) is null
            ? null
            : new SessionEnded(reader.SessionHash, reader.Account.Address) { Actor = reader.Actor, At = time.GetUtcNow() },
        cancel);

    /// <summary>Posts the failures gathered so far.</summary>
    public void Dispose() => failures.Dispose();

    private async Task<StartedSession?> StartAsync(Account account, string channel, string source, CancellationToken cancel)
    {
        var token = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(TokenBytes));
        var reader = ReaderOf(account, HashOf(token), source);
        var now = time.GetUtcNow();
        var started = new SessionStarted(reader.SessionHash, account.Address, channel, now + lifetime) { Actor = reader.Actor, At = now };
        // The password took a while to check: what was checked must still be in force.
        var recorded = await ledger.ActAsync(
            StateKeys.Session(reader.SessionHash),
            state => state.Get<Account>(StateKeys.Account(account.Address)) is { IsDisabled: false } present
                && present.PasswordHash == account.PasswordHash ? started : null,
            cancel);
        return recorded is null ? null : new StartedSession(token, reader, started.ExpiresAt);
    }

    private static Reader ReaderOf(Account account, string sessionHash, string source) =>
        new(account, Ownership.ScopeOf(account), sessionHash, source);

    private static string HashOf(string token) => WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
