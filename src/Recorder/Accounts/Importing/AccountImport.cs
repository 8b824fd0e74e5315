using Recorder.Ledger;

namespace Recorder.Accounts.Importing;

/// <summary>What an import does with a line: makes an account, gives it an address, knows it already, or passes it over.</summary>
/// <param name="Kind">account, address, known or skipped.</param>
/// <param name="Why">Of what was passed over; null otherwise.</param>
public sealed record ImportStep(int Line, string Kind, string Account, string? Address = null, string? Why = null);

/// <summary>Accounts and aliases from a file. The plan is made first and can be looked at; carrying it out twice adds nothing.</summary>
public sealed class AccountImport(IAccounts accounts, OwnedAddresses owned, IAddressBook book)
{
    /// <summary>What would be done; nothing is.</summary>
    public IReadOnlyList<ImportStep> Plan(IEnumerable<ListedAccount> rows)
    {
        var made = new HashSet<string>(StringComparer.Ordinal);
        return [.. rows.SelectMany(row => Steps(row, made))];
    }

    /// <summary>Carries a plan out, step by step; a step that is refused is passed over with the reason.</summary>
    public async IAsyncEnumerable<ImportStep> RunAsync(Actor actor, IReadOnlyList<ListedAccount> rows, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var names = rows.ToDictionary(row => row.Line, row => row.Name);
        foreach (var step in Plan(rows))
        {
            yield return await DoAsync(actor, step, names.GetValueOrDefault(step.Line), cancel);
        }
    }

    private IEnumerable<ImportStep> Steps(ListedAccount row, HashSet<string> made)
    {
        if (row.Problem is not null || Local(row.Account) is not { } account)
        {
            return [new ImportStep(row.Line, "skipped", row.Account, Why: row.Problem ?? "is no address in our domains")];
        }

        var isNew = accounts.Find(account) is null && made.Add(account);
        return (row.Addresses ?? []).Select(address => StepOf(row.Line, account, address))
            .Where(step => step.Address != account)
            .Prepend(new ImportStep(row.Line, isNew ? "account" : "known", account));
    }

    private ImportStep StepOf(int line, string account, string written) =>
        Local(written) is not { } address ? new ImportStep(line, "skipped", account, written, "is no address in our domains")
        : accounts.Find(account)?.Addresses.Any(one => one.Address == address && one.Until is null) == true ? new ImportStep(line, "known", account, address)
        : new ImportStep(line, "address", account, address);

    private async Task<ImportStep> DoAsync(Actor actor, ImportStep step, string? name, CancellationToken cancel)
    {
        try
        {
            if (step.Kind == "account") await accounts.AddAsync(actor, step.Account, null, false, name, cancel);
            else if (step.Kind == "address") await owned.GiveAsync(actor, step.Account, step.Address!, cancel);
            return step;
        }
        catch (ActRefusedException refused)
        {
            return step with { Kind = "skipped", Why = refused.Message };
        }
    }

    private string? Local(string address) => address.Contains('@') && book.Normalise(address) is { } name && book.IsLocal(name) ? name : null;
}
