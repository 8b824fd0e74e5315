using System.Security.Cryptography;
using Microsoft.AspNetCore.WebUtilities;
using Recorder.Ledger;

namespace Recorder.Accounts;

/// <summary>
/// The one-time link with which the first admin makes an account. Alive only while there is no admin and only in this
/// process: a restart prints a new one.
/// </summary>
public sealed class SetupLink(IAccounts accounts)
{
    private readonly byte[] token = RandomNumberGenerator.GetBytes(32);
    private int used;

    /// <summary>Path and query, or null when an admin exists or the link was used.</summary>
    public string? Path => IsOpen ? $"/setup?token={WebEncoders.Base64UrlEncode(token)}" : null;

    public bool IsOpen => Volatile.Read(ref used) == 0 && !accounts.AnyAdmin;

    /// <summary>True for the right token while the link is open; does not use it up.</summary>
    public bool Accepts(string? candidate)
    {
        try
        {
            return IsOpen && candidate is not null
                && CryptographicOperations.FixedTimeEquals(token, WebEncoders.Base64UrlDecode(candidate));
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>Makes the admin and closes the link; a second caller gets null.</summary>
    /// <exception cref="Ledger.ActRefusedException">The address or password was refused; the link stays open.</exception>
    public async Task<Account?> UseAsync(string candidate, string address, string password, string source, CancellationToken cancel)
    {
        if (!Accepts(candidate) || Interlocked.Exchange(ref used, 1) == 1)
        {
            return null;
        }

        try
        {
            return await accounts.AddAsync(new Ledger.Actor("setup", address, source), address, password, isAdmin: true, null, cancel);
        }
        catch
        {
            Volatile.Write(ref used, 0);
            throw;
        }
    }
}
