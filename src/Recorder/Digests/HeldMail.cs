using Recorder.Accounts;
using Recorder.Ledger;
using Recorder.Recovery;
using Recorder.Retention;
using Microsoft.Extensions.Options;
using Recorder.Search;

namespace Recorder.Digests;

/// <param name="Through">The index knew the log up to here.</param>
/// <param name="IsBehind">It did not know all of it.</param>
internal sealed record HeldNow(IReadOnlyList<DigestItem> Items, int More, long Through, bool IsBehind);

/// <summary>Finds what is held for an account: the rows that its own quarantine page would show.</summary>
internal sealed class HeldMail(IRecovery recovery, IOptions<DigestOptions> options, RetentionTerms terms)
{
    private const string Query = "is:held";
    private const int RowsAPage = 200;

    // Beyond so many nobody reads a list; the count then is a lower bound.
    private const int MaxLookedAt = 5_000;

    /// <param name="since">Received since then.</param>
    /// <param name="seen">Positions up to this one were in an earlier digest; 0 where there was none.</param>
    /// <param name="expiring">Messages received in this time are about to leave; null for none.</param>
    public HeldNow Find(Account account, DateTimeOffset now, DateTimeOffset since, long seen, (DateTimeOffset From, DateTimeOffset Until)? expiring)
    {
        var fresh = Rows(account, now, since, null, out var through, out var lag).Where(row => row.Hit.Sequence > seen).ToList();
        var leaving = expiring is not { } span ? [] : Rows(account, now, span.From, span.Until, out _, out _);
        var max = options.Value.MaxRows;
        DigestItem[] items =
        [
            .. fresh.Take(max).Select(row => Item(row, expires: false)),
            .. leaving.ExceptBy(fresh.Select(row => row.Hit.Id), row => row.Hit.Id).Take(max).Select(row => Item(row, expires: true)),
        ];
        return new HeldNow(items, Math.Max(0, fresh.Count - max) + Math.Max(0, leaving.Count - max), through, lag > 0);
    }

    /// <summary>The received times of what will be gone within the days of the setting, and was not yet so at <paramref name="last"/>,
    /// by the term that spam has in the account's mailbox.</summary>
    public (DateTimeOffset From, DateTimeOffset Until)? Expiring(Account account, DateTimeOffset last, DateTimeOffset now)
    {
        var days = options.Value.ExpiringDays;
        return terms.Policy.DaysOf(account.Address, RetentionCategories.Spam) is not { } kept || days == 0 || days >= kept
            ? null : (last.AddDays(days - kept), now.AddDays(days - kept));
    }

    private static DigestItem Item(MessageRow row, bool expires) => new(row.Hit.Id, row.Hit.Addresses[0], expires);

    private List<MessageRow> Rows(Account account, DateTimeOffset now, DateTimeOffset from, DateTimeOffset? until, out long through, out long lag)
    {
        var reader = DigestReader.Of(account, now, from, until);
        var rows = new List<MessageRow>();
        (through, lag) = (long.MaxValue, 0);
        for (string? cursor = null; ;)
        {
            var page = recovery.Find(reader, Query, RowsAPage, cursor);
            // What the first page knew counts: mail that came while the pages were turned is new next time.
            if (cursor is null) (through, lag) = (page.IndexedThrough, page.IndexLag);
            rows.AddRange(page.Items.Where(row => row.State == "held"));
            cursor = page.Next;
            if (cursor is null || rows.Count >= MaxLookedAt) return rows;
        }
    }
}

/// <summary>The account as a reader for whom nobody signed in.</summary>
internal static class DigestReader
{
    /// <summary>The addresses that are the account's now, narrowed to what was received in a time.</summary>
    public static Reader Of(Account account, DateTimeOffset now, DateTimeOffset? from, DateTimeOffset? until)
    {
        var present = Ownership.AddressesAt(account, now);
        var scope = Ownership.ScopeOf(account).Where(owned => present.Contains(owned.Address) && Ownership.Covers(owned, now))
            .Select(owned => new OwnerScope(owned.Address, Later(owned.From, from), until ?? owned.Until));
        return new Reader(account, [.. scope], "", "") { IsByLink = true };
    }

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other : one;
}
