using System.Security.Cryptography;
using Microsoft.AspNetCore.WebUtilities;
using Recorder.Ledger;

namespace Recorder.Accounts.SecondFactors;

/// <summary>The password was right; a code is asked for.</summary>
/// <param name="ticket">Stands for the password for five minutes and five codes.</param>
public sealed class SecondFactorNeededException(string ticket) : ActRefusedException("second-factor-needed", "give the code of the authenticator")
{
    public string Ticket { get; } = ticket;
}

/// <summary>
/// Sign-ins between the password and the code. In memory: after a restart people begin again. Bounded; a full table makes
/// further ones wait.
/// </summary>
internal sealed class PendingSignIns(TimeProvider time)
{
    private const int MaxPending = 10_000, MaxTries = 5;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly Lock gate = new();
    private readonly Dictionary<string, (Account Account, DateTimeOffset Until, int Tries)> pending = new(StringComparer.Ordinal);

    /// <exception cref="ActRefusedException">too-many-attempts.</exception>
    public string Begin(Account account)
    {
        var ticket = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));
        lock (gate)
        {
            var now = time.GetUtcNow();
            foreach (var (old, _) in pending.Where(one => one.Value.Until <= now).ToList()) pending.Remove(old);
            if (pending.Count >= MaxPending) throw new ActRefusedException("too-many-attempts", "too many sign-ins wait for a code; try again in a minute");
            pending[ticket] = (account, now + Lifetime, 0);
        }

        return ticket;
    }

    /// <summary>One try with a ticket.</summary>
    /// <returns>null for a ticket that is unknown, too old or used up.</returns>
    public Account? Try(string ticket)
    {
        lock (gate)
        {
            if (!pending.TryGetValue(ticket, out var one) || one.Until <= time.GetUtcNow() || one.Tries >= MaxTries)
            {
                pending.Remove(ticket);
                return null;
            }

            pending[ticket] = one with { Tries = one.Tries + 1 };
            return one.Account;
        }
    }

    public void End(string ticket)
    {
        lock (gate) pending.Remove(ticket);
    }
}
