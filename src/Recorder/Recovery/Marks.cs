using System.Text.RegularExpressions;
using Recorder.Accounts;
using Recorder.Ledger;
using Recorder.Search;

namespace Recorder.Recovery;

/// <summary>What keeps a record out of a reader's lists.</summary>
internal static partial class Marks
{
    /// <summary>Hidden in each of the reader's mailboxes that have it.</summary>
    public static bool IsHidden(IStateSnapshot state, string recordId, IReadOnlyList<string> own) =>
        own.All(mailbox => state.Get<HiddenMail>(ActKeys.Hidden(mailbox, recordId)) is not null);

    /// <summary>By an administrator, for everybody.</summary>
    public static bool IsOutOfLists(IStateSnapshot state, string recordId) =>
        state.Get<RecordOverride>(ActKeys.Override(CampaignAct.Hide, recordId)) is not null;

    /// <summary>False where no record can be hidden from this reader: the usual case, at the cost of a look-up.</summary>
    public static bool Any(IStateSnapshot state, Reader reader) =>
        state.Range<RecordOverride>(ActKeys.Overrides(CampaignAct.Hide), limit: 1).Any()
        || reader.Scope.Any(own => state.Range<HiddenMail>(ActKeys.HiddenIn(own.Address), limit: 1).Any());

    /// <summary>Takes <c>is:hidden</c> out of a query: it asks the state, not the index.</summary>
    public static (string Query, bool WantsHidden) Split(string query)
    {
        var rest = HiddenWord().Replace(query, " ");
        return rest == query ? (query, false) : (rest.Trim(), true);
    }

    [GeneratedRegex(@"(?<![^\s(（])is[:：]hidden(?![^\s)）])", RegexOptions.IgnoreCase)]
    private static partial Regex HiddenWord();
}

/// <summary>Pages of hits that a reader's lists show: fetched on until a page is full, within bounds.</summary>
internal sealed class ShownPages(IMailIndex index)
{
    // A page may come back short after these; its cursor goes on.
    private const int MaxRounds = 40;

    public SearchPage Search(SearchRequest request, Func<SearchHit, bool> isShown, CancellationToken cancel)
    {
        var first = index.Search(request, cancel);
        var items = first.Items.Where(isShown).ToList();
        var next = first.Next;
        for (var round = 1; items.Count < request.Limit && next is not null && round < MaxRounds; round++)
        {
            // No more than are missing, so that the cursor stands behind the last row shown.
            var page = index.Search(request with { Cursor = next, Limit = request.Limit - items.Count }, cancel);
            items.AddRange(page.Items.Where(isShown));
            next = page.Next;
        }

        var isWhole = request.Cursor is null && next is null;
        return first with { Items = items, Next = next, Total = isWhole ? items.Count : first.Total, TotalIsExact = isWhole || first.TotalIsExact };
    }
}
