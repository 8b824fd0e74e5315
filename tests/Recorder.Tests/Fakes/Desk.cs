using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Recorder.Accounts;
using Recorder.Accounts.SecondFactors;
using Recorder.Accounts.Sources;
using Recorder.Intake;
using Recorder.Ledger;

namespace Recorder.Tests.Fakes;

/// <summary>Ledger, address book, accounts and sessions over a log in memory, with hashing that costs nothing.</summary>
internal sealed class Desk : IAsyncDisposable
{
    public static readonly Actor Cli = new("cli", "operator");
    public const string Password = "correct horse battery";

    private Desk(FakeTimeProvider time, InMemoryLog log, Recorder.Ledger.Ledger ledger, string[] domains, PasswordSources? sources, IOptions<AccountsOptions> settings)
    {
        (Time, Log, Ledger) = (time, log, ledger);
        Book = new AddressBook(domains, "", settings.Value);
        Accounts = new Recorder.Accounts.Accounts(ledger, Book, settings, time, CheapHasher);
        Owned = new OwnedAddresses(ledger, Book, time);
        Factors = new Authenticators(ledger, Box, time);
        Tokens = new ApiTokens(ledger, settings, time);
        Grants = new Grants(ledger, Book, time);
        Roles = new AccountRoles(ledger, Book, time);
        Sessions = new Sessions(ledger, Accounts, Book, settings, time, CheapHasher, sources, Factors);
    }

    public FakeTimeProvider Time { get; }

    public InMemoryLog Log { get; }

    public Recorder.Ledger.Ledger Ledger { get; }

    public AddressBook Book { get; }

    public Recorder.Accounts.Accounts Accounts { get; }

    public OwnedAddresses Owned { get; }

    public Authenticators Factors { get; }

    public ApiTokens Tokens { get; }

    public Grants Grants { get; }

    public AccountRoles Roles { get; }

    public Sessions Sessions { get; }

    public static SecretBox Box { get; } = new([.. Enumerable.Range(0, SecretBox.KeyLengthBytes).Select(i => (byte)i)]);

    public static IOptions<AccountsOptions> Settings { get; } = Options.Create(new AccountsOptions());

    public static PasswordHasher<Account> CheapHasher { get; } = new(Options.Create(new PasswordHasherOptions { IterationCount = 1 }));

    public static async Task<Desk> OpenAsync(
        InMemoryLog? log = null, FakeTimeProvider? time = null, string? stateFile = null, PasswordSources? sources = null, AccountsOptions? settings = null)
    {
        time ??= new FakeTimeProvider(new DateTimeOffset(2026, 1, 5, 8, 0, 0, TimeSpan.Zero));
        log ??= new InMemoryLog(time);
        return new Desk(time, log, await Recorder.Ledger.Ledger.OpenAsync(log, stateFile, time), ["example.edu"], sources, settings is null ? Settings : Options.Create(settings));
    }

    public Task<Account> AddAsync(string address, bool isAdmin = false) =>
        Accounts.AddAsync(Cli, address, Password, isAdmin, null, CancellationToken.None);

    /// <summary>A signed-in reader; the account is made when there is none.</summary>
    public async Task<Reader> ReaderAsync(string address)
    {
        if (Accounts.Find(address) is null)
        {
            await AddAsync(address);
        }

        return (await Sessions.SignInAsync(address, Password, "web", "127.0.0.1", CancellationToken.None))!.Reader;
    }

    public async ValueTask DisposeAsync()
    {
        Sessions.Dispose();
        await Ledger.DisposeAsync();
    }
}
