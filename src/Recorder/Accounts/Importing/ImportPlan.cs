using Recorder.Accounts.Sources;
using Recorder.Ledger;

namespace Recorder.Accounts.Importing;

/// <summary>What an import would do, decided line by line against the accounts as they are and the lines before.</summary>
internal sealed class ImportPlan
{
    public const string Made = "account", Given = "address", Identified = "identity", Moved = "moved", HandedOver = "handed-over", Known = "known", Skipped = "skipped", Read = "read", Failed = "failed";

    private readonly IAddressBook book;
    private readonly IReadOnlyList<ListedAccount> rows;
    private readonly Dictionary<string, Account> present;
    private readonly Dictionary<string, string> holders = new(StringComparer.Ordinal), byIdentity = new(StringComparer.Ordinal), listed = new(StringComparer.Ordinal);
    private readonly HashSet<string> made = new(StringComparer.Ordinal);

    public ImportPlan(IAccounts accounts, IAddressBook book, IReadOnlyList<ListedAccount> rows)
    {
        (this.book, this.rows) = (book, rows);
        present = accounts.List(limit: int.MaxValue).ToDictionary(account => account.Address, StringComparer.Ordinal);
        foreach (var account in present.Values)
        {
            if (account.Identity is { } identity) byIdentity[identity] = account.Address;
            foreach (var address in account.Addresses.Where(one => one.Until is null)) holders[address.Address] = account.Address;
        }

        // Who is said to have which address: the first line that names it.
        foreach (var (address, account) in rows.Where(row => row.Problem is null).SelectMany(Named)) listed.TryAdd(address, account);
    }

    public IEnumerable<ImportStep> Steps() => rows.SelectMany(StepsOf);

    private IEnumerable<(string Address, string Account)> Named(ListedAccount row) => Local(row.Account) is not { } account ? []
        : (row.Addresses ?? []).Select(Local).OfType<string>().Prepend(account).Select(address => (address, account));

    private IEnumerable<ImportStep> StepsOf(ListedAccount row)
    {
        if (row.Problem is not null || Local(row.Account) is not { } account)
        {
            return [new ImportStep(row.Line, Skipped, row.Account, Why: row.Problem ?? "is no address in our domains")];
        }

        var first = Whose(row, account);
        // The former holder's addresses end with the account.
        if (first.Kind == HandedOver) foreach (var (address, _) in holders.Where(pair => pair.Value == account && pair.Key != account).ToList()) holders.Remove(address);
        return first.Kind == Skipped ? [first]
            : (row.Addresses ?? []).Select(address => AddressStep(row, account, address)).Where(step => step.Address != account).Prepend(first);
    }

    private ImportStep Whose(ListedAccount row, string account)
    {
        var step = new ImportStep(row.Line, Known, account);
        if (row.Identity is not null && listed[account] != account) return step with { Kind = Skipped, Why = $"is also a further address of {listed[account]}" };
        if (row.Identity is not null && !made.Add(account)) return step with { Kind = Skipped, Why = "stands in two entries" };
        if (!present.TryGetValue(account, out var known))
        {
            if (row.Identity is null && !made.Add(account)) return step;
            return holders.TryGetValue(account, out var holder) ? step with { Kind = Skipped, Why = $"belongs to {holder} as a further address" }
                : step with { Kind = Made, Why = Before(row, account) };
        }

        return step with { Kind = Kind(row, known) };
    }

    // Whoever has a password here is known by it, and whoever comes from a provider by the provider: a directory does not contradict them.
    private static string Kind(ListedAccount row, Account known) => (known, row.Identity) switch
    {
        (_, null) or ({ PasswordHash: not null }, _) => Known,
        ({ Identity: null }, _) => Identified,
        ({ Identity: { } identity }, { } other) when identity != other && ProviderIdentity.AreComparable(identity, other) => HandedOver,
        _ => Known,
    };

    // The mailbox stays where it was: whether the person has both is for an administrator to say.
    private string? Before(ListedAccount row, string account) => row.Identity is { } identity && byIdentity.TryGetValue(identity, out var former) && former != account
        ? $"was {former} before, whose mail stays there: let it in with recorder account grant {former} {account} --release --resend" : null;

    private ImportStep AddressStep(ListedAccount row, string account, string written)
    {
        var step = new ImportStep(row.Line, Skipped, account, written);
        if (Local(written) is not { } address) return step with { Why = "is no address in our domains" };
        step = step with { Address = address };
        if (holders.GetValueOrDefault(address) is not { } holder) return Claimed(row, step);
        return holder == account ? step with { Kind = Known }
            : row.Identity is not null && MayMove(address, holder, account) ? step with { Kind = Moved, Why = holder }
            : row.Identity is not null ? step with { Why = $"belongs to {holder}" }
            : Claimed(row, step);
    }

    private ImportStep Claimed(ListedAccount row, ImportStep step) => row.Identity is not null && listed[step.Address!] != step.Account
        ? step with { Why = $"is also listed for {listed[step.Address!]}" } : step with { Kind = Given };

    // The directory must know both, and give the address to this one alone.
    private bool MayMove(string address, string holder, string account) =>
        address != holder && listed.GetValueOrDefault(address) == account && listed.GetValueOrDefault(holder) == holder && present[holder].PasswordHash is null;

    private string? Local(string address) => address.Contains('@') && book.Normalise(address) is { } name && book.IsLocal(name) ? name : null;
}
