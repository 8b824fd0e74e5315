using System.Security.Cryptography;
using Recorder.Accounts.Sources;

namespace Recorder.Accounts;

/// <summary>
/// Whether a password is right, asked of whoever knows: the account's own hash where it has one, otherwise the source of
/// its domain. Nothing in the answer or in its time tells whether an account exists.
/// </summary>
internal sealed class PasswordCheck(IAccounts accounts, PasswordSources sources, Passwords passwords, Arrivals arrivals)
{
    /// <param name="name">Normalised; empty for what is no address.</param>
    /// <returns>An account for <see cref="PasswordVerdict.Right"/> alone.</returns>
    /// <exception cref="Ledger.ActRefusedException">address-taken, and only after the right password.</exception>
    public async Task<(PasswordVerdict Verdict, Ledger.Account? Account)> CheckAsync(string name, string password, string clientAddress, CancellationToken cancel)
    {
        var account = name.Length == 0 ? null : accounts.Find(name);
        var source = name.Length == 0 ? null : sources.Find(name);
        if (source is null || account?.PasswordHash is not null)
        {
            return await passwords.IsRightAsync(account, password, cancel)
                ? (PasswordVerdict.Right, account) : (await LikeOthersAsync(source, name, clientAddress, cancel), null);
        }

        if (!SourceLogin.IsAllowed(name) || !SourceLogin.IsAllowedPassword(password)) return (PasswordVerdict.Wrong, null);
        var answer = await source.CheckAsync(new PasswordQuestion(name, password, clientAddress), cancel);
        return answer.Verdict == PasswordVerdict.Right
            ? (PasswordVerdict.Right, await arrivals.WelcomeAsync(name, answer, clientAddress, cancel)) : (answer.Verdict, null);
    }

    // A local account in a domain of a source would be told by its quick answer. So the source is asked there too, with a
    // password that nobody has: what was typed goes to no server that does not know it.
    private static async Task<PasswordVerdict> LikeOthersAsync(IPasswordSource? source, string name, string clientAddress, CancellationToken cancel)
    {
        if (source is null || !SourceLogin.IsAllowed(name)) return PasswordVerdict.Wrong;
        var nobodys = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        return (await source.CheckAsync(new PasswordQuestion(name, nobodys, clientAddress), cancel)).Verdict == PasswordVerdict.Unavailable
            ? PasswordVerdict.Unavailable : PasswordVerdict.Wrong;
    }
}
