using Recorder.Flow;
using Recorder.Ledger;

namespace Recorder.Screening.Lists;

/// <summary>What of a message is compared with lists: its authors and its envelope sender, nothing else that a sender chooses.</summary>
/// <param name="Authors">Of the header's From fields; those without a domain are left out.</param>
/// <param name="Envelope">null for the null reverse-path, which matches nothing.</param>
/// <param name="HasSeveralAuthors">Or may have: then no allow counts.</param>
/// <param name="Proof">Of the one author's domain.</param>
public sealed record MessageSenders(IReadOnlyList<SenderAddress> Authors, SenderAddress? Envelope, bool HasSeveralAuthors, SenderProof Proof)
{
    // Several never match an allow, so that those beyond matter only to a block.
    private const int MaxAuthors = 20;

    public static MessageSenders Of(string reversePath, HeaderGlance header, SenderProof proof) => new(
        [.. header.Authors.Take(MaxAuthors).Select(SenderAddress.Read).OfType<SenderAddress>().Distinct()],
        SenderAddress.Read(reversePath), header.SoleAuthor is null && (header.Authors.Count > 0 || header.IsTruncated), proof);

    /// <summary>Each address once, authors first.</summary>
    public IEnumerable<SenderAddress> All => Envelope is null || Authors.Contains(Envelope) ? Authors : Authors.Append(Envelope);

    /// <summary>
    /// The proof is of the author's domain. An envelope sender is covered by it in that very domain alone: without a list of
    /// public suffixes a domain above or below may be anybody's, and nobody has vouched for anything else in the envelope.
    /// </summary>
    public bool IsProven(SenderAddress sender) => Proof == SenderProof.Aligned && Authors is [var author] && !HasSeveralAuthors
        && sender.Domain == author.Domain;
}
