using Recorder.Accounts.SecondFactors;
using Recorder.Accounts.Sources;
using Recorder.Ledger;

namespace Recorder.Accounts;

/// <summary>From an address and a password, and a code where the account has one, to the account; within limits, and counted.</summary>
internal sealed class SignIns(
    IAddressBook book, PasswordCheck passwords, Authenticators? factors, SignInLimits limits, FailedSignIns failures, TimeProvider time)
{
    /// <summary>RFC 5321 §4.5.3.1: 64 octets, the at sign, 255 octets.</summary>
    private const int MaxAddressLength = 320;

    private readonly PendingSignIns pending = new(time);

    public required IAccounts Accounts { get; init; }

    public required Arrivals Arrivals { get; init; }

    /// <returns>null when refused.</returns>
    /// <exception cref="ActRefusedException">too-many-attempts, sign-in-unavailable, second-factor-needed, address-taken.</exception>
    public async Task<Account?> PasswordAsync(string address, string password, string source, CancellationToken cancel)
    {
        // What is no address is not remembered: it may be long, or a password in the wrong field.
        var name = book.Normalise(address) is { Length: <= MaxAddressLength } written ? written : "";
        if ((failures.IsFull && !limits.IsKnown(name, source)) || !limits.TryBegin(name, source)) throw TooMany();
        var (verdict, account) = await AskAsync(name, password, source, cancel);
        if (verdict != PasswordVerdict.Right || account is null or { IsDisabled: true })
        {
            failures.Add(name, source);
            return null;
        }

        limits.Succeeded(name, source);
        return factors?.Of(account.Address) is null ? account : throw new SecondFactorNeededException(pending.Begin(account));
    }

    /// <returns>null for a disabled account.</returns>
    /// <exception cref="ActRefusedException">too-many-attempts, second-factor-needed, local-password, address-taken.</exception>
    public async Task<Account?> VouchedAsync(Vouched vouched, string source, CancellationToken cancel)
    {
        if (book.Normalise(vouched.Address) is not { Length: <= MaxAddressLength } name || !book.IsLocal(name)) return null;
        if (Accounts.Find(name) is { PasswordHash: not null }) throw new ActRefusedException("local-password", "this account signs in with its own password");
        if (!limits.TryBegin(name, source)) throw TooMany(); // whatever passwords are tried elsewhere
        var account = await ArriveAsync(name, vouched, source, cancel);
        limits.Succeeded(name, source);
        if (account.IsDisabled) return null;
        return factors?.Of(account.Address) is null ? account : throw new SecondFactorNeededException(pending.Begin(account));
    }

    private async Task<Account> ArriveAsync(string name, Vouched vouched, string source, CancellationToken cancel)
    {
        try
        {
            return await Arrivals.WelcomeAsync(name, vouched.Answer, source, cancel);
        }
        catch (Exception error) when (error is ActRefusedException or OperationCanceledException)
        {
            limits.Undecided(name, source);
            throw;
        }
    }

    /// <returns>null when the code is wrong.</returns>
    /// <exception cref="ActRefusedException">sign-in-again: the ticket is too old or used up; too-many-attempts.</exception>
    public async Task<Account?> CodeAsync(string ticket, string code, string source, CancellationToken cancel)
    {
        var account = pending.Try(ticket) ?? throw new ActRefusedException("sign-in-again", "sign in again: the code came too late");
        if (failures.IsFull && !limits.IsKnown(account.Address, source)) throw TooMany();
        if (!await factors!.UseAsync(new Actor("user", account.Address, source), account.Address, code, cancel))
        {
            failures.Add(account.Address, source);
            return null;
        }

        pending.End(ticket);
        return account;
    }

    private async Task<(PasswordVerdict, Account?)> AskAsync(string name, string password, string source, CancellationToken cancel)
    {
        try
        {
            var answer = await passwords.CheckAsync(name, password, source, cancel);
            return answer.Verdict != PasswordVerdict.Unavailable ? answer
                : throw new ActRefusedException("sign-in-unavailable", "the server that knows the passwords does not answer; try again in a minute");
        }
        catch (Exception error) when (error is ActRefusedException or OperationCanceledException)
        {
            limits.Undecided(name, source);
            throw;
        }
    }

    private static ActRefusedException TooMany() => new("too-many-attempts", "too many failed sign-ins; wait a quarter of an hour");
}
