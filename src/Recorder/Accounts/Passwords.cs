using Microsoft.AspNetCore.Identity;
using Recorder.Ledger;

namespace Recorder.Accounts;

/// <summary>
/// Hashes and checks passwords by the framework's scheme, no more at once than there are processors. An account that
/// does not exist costs the same time as one that does.
/// </summary>
internal sealed class Passwords(PasswordHasher<Account>? hasher = null)
{
    // Longer input buys no safety and would be hashed for whoever asks.
    private const int MaxLength = 1_000;
    private static readonly Account Nobody = new("", "", null, false, true, [], DateTimeOffset.UnixEpoch);

    private readonly PasswordHasher<Account> hasher = hasher ?? new PasswordHasher<Account>();
    private readonly SemaphoreSlim processors = new(Environment.ProcessorCount);
    private string? decoy;

    /// <exception cref="Ledger.ActRefusedException">weak-password.</exception>
    public async Task<string> HashAsync(Account account, string password, int minLength, CancellationToken cancel)
    {
        Check(account, password, minLength);
        return await AtWorkAsync(() => hasher.HashPassword(account, Prepare(password)), cancel);
    }

    /// <param name="account">Null for an unknown address: the answer is false, and takes as long.</param>
    public async Task<bool> IsRightAsync(Account? account, string password, CancellationToken cancel) => await AtWorkAsync(
        () =>
        {
            var hash = account?.PasswordHash ?? (decoy ??= hasher.HashPassword(Nobody, "decoy"));
            var matches = hasher.VerifyHashedPassword(account ?? Nobody, hash, Prepare(password)) != PasswordVerificationResult.Failed;
            return matches && account?.PasswordHash is not null;
        },
        cancel);

    private async Task<T> AtWorkAsync<T>(Func<T> work, CancellationToken cancel)
    {
        await processors.WaitAsync(cancel);
        try
        {
            return await Task.Run(work, cancel);
        }
        finally
        {
            processors.Release();
        }
    }

    private static void Check(Account account, string password, int minLength)
    {
        var length = password.EnumerateRunes().Count();
        if (length < minLength || password.Length > MaxLength)
        {
            throw new Ledger.ActRefusedException("weak-password", $"the password needs {minLength} to {MaxLength} characters");
        }

        if (password.Equals(account.Address, StringComparison.OrdinalIgnoreCase))
        {
            throw new Ledger.ActRefusedException("weak-password", "the password must not be the address");
        }
    }

    // Keyboards write the same letters in different code points (RFC 8265 §4.2.2).
    private static string Prepare(string password) => Composed.Of(password.Length <= MaxLength ? password : password[..MaxLength]);
}
