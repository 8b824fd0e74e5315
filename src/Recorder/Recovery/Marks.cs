using System.Text.RegularExpressions;
using Recorder.Ledger;

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

    /// <summary>Takes <c>is:hidden</c> out of a query: for acts that change just this.</summary>
    public static (string Query, bool WantsHidden) Split(string query)
    {
        var rest = HiddenWord().Replace(query, " ");
        return rest == query ? (query, false) : (rest.Trim(), true);
    }

    [GeneratedRegex(@"(?<![^\s(（])(?:is|in|狀態|状态)[:：]\s*(?:hidden|隱藏|已隱藏)(?![^\s)）])", RegexOptions.IgnoreCase)]
    private static partial Regex HiddenWord();
}
