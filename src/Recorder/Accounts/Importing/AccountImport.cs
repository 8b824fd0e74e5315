using System.Runtime.CompilerServices;
using Recorder.Accounts.Sources;
using Recorder.Ledger;

namespace Recorder.Accounts.Importing;

/// <summary>What an import does with a line.</summary>
/// <param name="Kind">
/// account: made; address: given; identity: who has the account is noted; moved: an address taken from <paramref name="Why"/>'s account;
/// handed-over: the account is another person's from now on; known: nothing to do; skipped; read: so many entries until now, in Line; failed: the directory could not be read, and nothing was done.
/// </param>
/// <param name="Why">Of what was passed over, taken or needs a look; null otherwise.</param>
public sealed record ImportStep(int Line, string Kind, string Account, string? Address = null, string? Why = null);

/// <summary>
/// Accounts and addresses from a file or a directory. The plan is made first and can be looked at; carrying it out twice adds
/// nothing. Where the source says who somebody is, the rule of the sign-in holds: another identity is another person, who sees
/// nothing of before.
/// </summary>
public sealed class AccountImport(IAccounts accounts, OwnedAddresses owned, IAddressBook book, ILedger ledger, TimeProvider time)
{
    private readonly Arrivals arrivals = new(ledger, time);

    /// <summary>What would be done; nothing is.</summary>
    public IReadOnlyList<ImportStep> Plan(IReadOnlyList<ListedAccount> rows) => [.. new ImportPlan(accounts, book, rows).Steps()];

    /// <summary>Carries a plan out, step by step; a step that is refused is passed over with the reason.</summary>
    public async IAsyncEnumerable<ImportStep> RunAsync(Actor actor, IReadOnlyList<ListedAccount> rows, [EnumeratorCancellation] CancellationToken cancel)
    {
        var lines = rows.ToDictionary(row => row.Line);
        foreach (var step in Plan(rows))
        {
            yield return await DoAsync(actor, step, lines[step.Line], cancel);
        }
    }

    /// <summary>Reads a directory whole before anything is done, so that one that ends early changes nothing.</summary>
    public async IAsyncEnumerable<ImportStep> FromDirectoryAsync(Actor actor, DirectoryWish wish, bool preview, [EnumeratorCancellation] CancellationToken cancel)
    {
        var rows = new List<ListedAccount>();
        await using var pages = new DirectoryListing(wish).PagesAsync(cancel).GetAsyncEnumerator(cancel);
        while (true)
        {
            var (page, problem) = await NextAsync(pages);
            if (problem is not null)
            {
                yield return new ImportStep(rows.Count, ImportPlan.Failed, "", Why: problem);
                yield break;
            }

            if (page is null) break;
            rows.AddRange(page);
            yield return new ImportStep(rows.Count, ImportPlan.Read, "");
        }

        await foreach (var step in preview ? Plan(rows).ToAsyncEnumerable() : RunAsync(actor, rows, cancel)) yield return step;
    }

    private static async Task<(IReadOnlyList<ListedAccount>? Page, string? Problem)> NextAsync(IAsyncEnumerator<IReadOnlyList<ListedAccount>> pages)
    {
        try
        {
            return (await pages.MoveNextAsync() ? pages.Current : null, null);
        }
        catch (DirectoryUnreadableException unreadable)
        {
            return (null, unreadable.Message);
        }
    }

    private async Task<ImportStep> DoAsync(Actor actor, ImportStep step, ListedAccount row, CancellationToken cancel)
    {
        try
        {
            await (step.Kind switch
            {
                ImportPlan.Made when row.Identity is null => accounts.AddAsync(actor, step.Account, null, false, row.Name, cancel),
                ImportPlan.Made or ImportPlan.Identified or ImportPlan.HandedOver => WelcomeAsync(actor, step, row, cancel),
                ImportPlan.Given => owned.GiveAsync(actor, step.Account, step.Address!, cancel),
                ImportPlan.Moved => owned.MoveAsync(actor, step.Why!, step.Account, step.Address!, cancel),
                _ => Task.CompletedTask,
            });
            return step;
        }
        catch (ActRefusedException refused)
        {
            return step with { Kind = ImportPlan.Skipped, Why = refused.Message };
        }
    }

    private Task WelcomeAsync(Actor actor, ImportStep step, ListedAccount row, CancellationToken cancel) =>
        step.Kind == ImportPlan.HandedOver && accounts.Find(step.Account) is { IsAdmin: true, IsDisabled: false } && !Accounts.HasAdmin(ledger.State, except: step.Account)
            ? throw new ActRefusedException("last-admin", $"{step.Account} is the last admin: give another account the right first")
            : arrivals.WelcomeAsync(step.Account, new PasswordAnswer(PasswordVerdict.Right, row.Identity, row.Name), actor, cancel);
}
