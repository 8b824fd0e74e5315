using Recorder.Accounts;
using Recorder.Ledger;
using Recorder.Search;

namespace Recorder.Recovery;

/// <summary>What happened to records since they were recorded, for one reader at one moment: the search asks here.</summary>
internal sealed class RecordMarks(IStateSnapshot state, Reader reader) : IRecordMarks
{
    /// <summary>Hidden ones count as shown: for acts that hide and show.</summary>
    public bool WithHidden { get; init; }

    public IReadOnlyList<string> Of(string mark, string? address) => (mark, address) switch
    {
        (RecordMarkNames.Hidden, { } mailbox) => WithHidden ? [] : [.. state.Range<HiddenMail>(ActKeys.HiddenIn(mailbox)).Select(pair => pair.Value.RecordId)],
        (RecordMarkNames.Unlisted, null) => [.. state.Range<RecordOverride>(ActKeys.Overrides(CampaignAct.Hide)).Select(pair => pair.Value.RecordId)],
        (_, { } mailbox) when KindOf(mark) is { } kind => Ids(MarkKeys.Marks(kind, mailbox)),
        // A copy sent to another of the reader's addresses is a mark of the record for its reader.
        (_, null) when KindOf(mark) is { } kind => Ids(MarkKeys.MarksBy(kind, reader.Account.Address)),
        _ => [],
    };

    private List<string> Ids(string prefix) => [.. state.Range<RecordMark>(prefix).Select(pair => pair.Value.RecordId)];

    private static MarkKind? KindOf(string mark) => mark switch
    {
        RecordMarkNames.Released => MarkKind.Released,
        RecordMarkNames.Resent => MarkKind.Resent,
        RecordMarkNames.Requested => MarkKind.Requested,
        RecordMarkNames.Reported => MarkKind.Reported,
        _ => null,
    };
}
