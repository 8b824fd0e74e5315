using System.Runtime.CompilerServices;
using Recorder.Accounts;
using Recorder.Ledger;
using Recorder.Search;

namespace Recorder.Recovery.Bulk;

/// <summary>The records that a job means, page by page, newest first.</summary>
internal sealed class BulkRecords(BulkJobs jobs, ILedger ledger, IMailIndex index, TimeProvider time)
{
    private const int RowsOfAPage = 200;
    private static readonly TimeSpan BusyPause = TimeSpan.FromSeconds(5);

    public async IAsyncEnumerable<string> OfAsync(BulkJob job, [EnumeratorCancellation] CancellationToken stopping)
    {
        foreach (var id in job.RecordIds ?? FirstOf(job)) yield return id;
        for (var cursor = job.RecordIds is null ? job.Cursor : null; cursor is not null && ReaderOf(job) is { } reader;)
        {
            var page = await PageAsync(job, reader, cursor, stopping);
            foreach (var hit in page.Items.Where(hit => IsMeant(job, hit))) yield return hit.Id;
            cursor = page.Next;
        }
    }

    /// <summary>The person as they are now: an address taken away or an account closed meanwhile counts at once.</summary>
    public Reader? ReaderOf(BulkJob job) => ledger.State.Get<Account>(StateKeys.Account(job.Account)) is { IsDisabled: false } account
        ? Delegation.Widen(ledger.State, new Reader(WithRightsOf(job, account), Ownership.ScopeOf(account), "", job.Actor.Source ?? "bulk"), time.GetUtcNow()) : null;

    // A token without the scope, or an administrator without a second factor, gains no right by a job.
    private static Account WithRightsOf(BulkJob job, Account account) => job.Actor.Kind == "admin" ? account : account with { IsAdmin = false };

    private string[] FirstOf(BulkJob job) =>
        job.First is { } first && ReaderOf(job) is { } reader && Find(first, reader) is { } hit && IsMeant(job, hit) ? [first] : [];

    private SearchHit? Find(string id, Reader reader) => jobs.Terms.Bounds(reader.Scope) is var (scope, notBefore) ? index.Find(id, scope, notBefore) : null;

    private async Task<SearchPage> PageAsync(BulkJob job, Reader reader, string cursor, CancellationToken stopping)
    {
        var zone = job.Zone is { } name && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var known) ? known : null;
        while (true)
        {
            try
            {
                return await jobs.SearchAsync(reader, jobs.Request(reader, job.Act, job.Query, RowsOfAPage, cursor, zone), stopping);
            }
            catch (ActRefusedException busy) when (busy.Code == SearchDesk.BusyCode)
            {
                await Task.Delay(BusyPause, time, stopping);
            }
        }
    }

    // Already hidden ones are meant only where the query says so, exactly as in the list the person saw.
    private bool IsMeant(BulkJob job, SearchHit hit) =>
        !Marks.IsOutOfLists(ledger.State, hit.Id)
        // What this very job hid or showed before a restart counts as done, not as left out.
        && (job.Act is BulkAct.Hide or BulkAct.Unhide || Marks.IsHidden(ledger.State, hit.Id, hit.Addresses) == Marks.Split(job.Query).WantsHidden);
}
