using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Recorder.Accounts.SecondFactors;
using Recorder.Accounts.Sources;
using Recorder.Ledger;

namespace Recorder.Accounts;

/// <summary>Sessions by a random token whose digest alone is kept, in the ledger's state: they outlive a restart.</summary>
public sealed class Sessions : ISessions, IDisposable
{
    private readonly ILedger ledger;
    private readonly TimeProvider time;
    private readonly TimeSpan lifetime;
    private readonly SignIns signIns;
    private readonly FailedSignIns failures;
    private readonly Readers readers;

    /// <param name="hasher">The framework's default where null.</param>
    /// <param name="sources">Where passwords of other servers are asked; null: local ones alone.</param>
    /// <param name="factors">Null: no second factors.</param>
    public Sessions(
        ILedger ledger, IAccounts accounts, IAddressBook book, IOptions<AccountsOptions> options,
        TimeProvider time, PasswordHasher<Account>? hasher = null, PasswordSources? sources = null, Authenticators? factors = null)
    {
        this.ledger = ledger;
        this.time = time;
        lifetime = TimeSpan.FromHours(options.Value.SessionHours);
        failures = new FailedSignIns(ledger, time);
        readers = new Readers(ledger, options.Value, time);
        var arrivals = new Arrivals(ledger, time);
        var check = new PasswordCheck(accounts, sources ?? PasswordSources.None, new Passwords(hasher), arrivals);
        var limits = new SignInLimits(
            options.Value.MaxFailuresPerAddress, options.Value.MaxFailuresPerSource, time, options.Value.MaxFailuresPerAddressEverywhere, IsKnown);
        signIns = new SignIns(book, check, factors, limits, failures, time) { Accounts = accounts, Arrivals = arrivals };
    }

    public async Task<StartedSession?> SignInAsync(string address, string password, string channel, string source, CancellationToken cancel) =>
        await signIns.PasswordAsync(address, password, source, cancel) is { } account ? await StartAsync(account, channel, source, cancel) : null;

    public async Task<StartedSession?> ConfirmAsync(string ticket, string code, string channel, string source, CancellationToken cancel) =>
        await signIns.CodeAsync(ticket, code, source, cancel) is { } account ? await StartAsync(account, channel, source, cancel) : null;

    public async Task<StartedSession?> WelcomeAsync(Vouched vouched, string channel, string source, CancellationToken cancel) =>
        await signIns.VouchedAsync(vouched, source, cancel) is { } account ? await StartAsync(account, channel, source, cancel) : null;

    public Reader? Validate(string token, string source) =>
        SecretToken.IsSession(token) ? readers.OfSession(SecretToken.HashOf(token), source)
        : SecretToken.IsProgram(token) ? readers.OfToken(SecretToken.HashOf(token), source) : null;

    public IReadOnlyList<SessionState> Open(Reader reader) =>
        [.. ledger.State.Range<SessionState>(StateKeys.SessionsOf(reader.Account.Address)).Select(pair => pair.Value)
            .Where(session => session.Address == reader.Account.Address && session.ExpiresAt > time.GetUtcNow())
            .OrderByDescending(session => session.Hash == reader.SessionHash).ThenByDescending(session => session.StartedAt)];

    public Task EndAsync(Reader reader, CancellationToken cancel) => EndAsync(reader, reader.SessionHash, cancel);

    public async Task<bool> EndAsync(Reader reader, string hash, CancellationToken cancel) => await ledger.ActAsync(
        StateKeys.Session(hash),
        state => state.Get<SessionState>(StateKeys.Session(hash)) is { } session && session.Address == reader.Account.Address
            ? new SessionEnded(hash, reader.Account.Address) { Actor = reader.Actor, At = time.GetUtcNow() } : null,
        cancel) is not null;

    /// <summary>Posts the failures gathered so far.</summary>
    public void Dispose() => failures.Dispose();

    private bool IsKnown(string address, string group) => ledger.State.Range<SessionState>(StateKeys.SessionsOf(address))
        .Any(pair => pair.Value.Address == address && pair.Value.Source is { } source && SourceNetwork.Of(source) == group);

    private async Task<StartedSession?> StartAsync(Account account, string channel, string source, CancellationToken cancel)
    {
        var token = SecretToken.Make();
        var (hash, now) = (SecretToken.HashOf(token), time.GetUtcNow());
        var started = new SessionStarted(hash, account.Address, channel, now + lifetime) { Actor = new Actor("user", account.Address, source), At = now };
        // The password took a while to check: what was checked must still be in force.
        var recorded = await ledger.ActAsync(
            StateKeys.Session(hash),
            state => state.Get<Account>(StateKeys.Account(account.Address)) is { IsDisabled: false } present
                && present.PasswordHash == account.PasswordHash && present.Identity == account.Identity && present.CreatedAt == account.CreatedAt ? started : null,
            cancel);
        return recorded is not null && readers.OfSession(hash, source) is { } reader ? new StartedSession(token, reader, started.ExpiresAt) : null;
    }
}
