using Recorder.Flow;
using Recorder.Ledger;
using Recorder.Screening.Lists;
using Recorder.Smtp;

namespace Recorder.Screening;

/// <summary>What the judge may know of one recipient's copy: no clock, no state, no network, no other recipient.</summary>
/// <param name="NextHopTakesBareLineEnds">The recipient's next hop offers CHUNKING (RFC 3030), so BDAT can carry any byte.</param>
/// <param name="Screened">What the verdict sources said; null where nobody was asked.</param>
/// <param name="Parties">Whom the copy is for; empty outside our domains.</param>
public sealed record CaseFacts(
    IntakeMode Mode, WireShape Shape, bool NextHopTakesBareLineEnds, ScreenedMail? Screened = null, IReadOnlyList<PartyFacts>? Parties = null);

/// <param name="Lists">What the party's lists, its domain's and the site's say.</param>
/// <param name="Threshold">The party's own, or the site's; null: the source's own.</param>
/// <param name="ThresholdOf">Whose own it is, where the copy is for several.</param>
public sealed record PartyFacts(ListChoice Lists, double? Threshold, string? ThresholdOf = null);

/// <param name="Disposition">One of <see cref="Dispositions"/>.</param>
/// <param name="Reason">null for recipients outside our domains: their mail is not ours to keep back.</param>
public sealed record Judgement(string Disposition, ScreeningReason? Reason);

/// <summary>
/// Decides what becomes of one recipient's copy at first sight. Each recipient is judged alone; docs/screening.md has the
/// order as a table.
/// </summary>
public static class Judge
{
    private static readonly Judgement Journaled = new(Dispositions.Journal, new ScreeningReason(ReasonCodes.Journal));
    private static readonly Judgement Unruly = new(Dispositions.HeldBareLineEnds, new ScreeningReason(ReasonCodes.BareLineEnds));

    public static Judgement Decide(CaseFacts facts)
    {
        if (facts.Mode == IntakeMode.Journal) return Journaled;
        var judged = Strictest([.. (facts.Parties ?? []).Select(party => Decide(facts.Screened, party))]);
        // RFC 5321 §2.3.8 forbids a bare CR or LF on the wire: under DATA the next hop would change or refuse the bytes.
        var cannotGo = facts is { Shape: { HasBareCr: true } or { HasBareLf: true }, NextHopTakesBareLineEnds: false };
        return cannotGo && !Dispositions.IsHeld(judged.Disposition) ? Unruly : judged;
    }

    /// <summary>One copy for several people: who wants it held has it held, since what is held can be released and what is delivered stays so.</summary>
    private static Judgement Strictest(IReadOnlyList<Judgement> judged) =>
        judged.FirstOrDefault(one => Dispositions.IsHeld(one.Disposition)) ?? judged.FirstOrDefault() ?? new Judgement(Dispositions.Deliver, null);

    private static Judgement Decide(ScreenedMail? screened, PartyFacts party)
    {
        var filtered = Owned(ByFilter(screened, party.Threshold), party);
        if (filtered.Disposition is Dispositions.HeldMalware or Dispositions.HeldPhish) return filtered;
        return party.Lists switch
        {
            { Entry: { Kind: ListKind.Allow } entry } => Listed(Dispositions.Deliver, ReasonCodes.Allowed, entry),
            { Entry: { } entry } => Listed(filtered.Disposition == Dispositions.Deliver ? Dispositions.HeldBlocked : filtered.Disposition, ReasonCodes.Blocked, entry),
            _ => WithPassed(filtered),
        };

        Judgement Listed(string disposition, string code, MatchedEntry entry) => WithPassed(new Judgement(disposition, new ScreeningReason(code, entry)));

        Judgement WithPassed(Judgement one) => party.Lists.Passed is null ? one
            : one with { Reason = one.Reason! with { Passed = party.Lists.Passed, PassedWhy = party.Lists.PassedWhy } };
    }

    private static Judgement Owned(Judgement one, PartyFacts party) => party.ThresholdOf is null || one.Reason is not { Threshold: not null } reason
        ? one : one with { Reason = reason with { ThresholdOf = party.ThresholdOf } };

    private static Judgement ByFilter(ScreenedMail? screened, double? threshold) => screened switch
    {
        { Category: MailCategory.Malware } => new(Dispositions.HeldMalware, new ScreeningReason(ReasonCodes.Malware)),
        { Category: MailCategory.Phish } => new(Dispositions.HeldPhish, new ScreeningReason(ReasonCodes.Phish)),
        null or { Source: "", Unavailable: null or { Count: 0 } } => new(Dispositions.Deliver, new ScreeningReason(ReasonCodes.NoFilter)),
        { Source: "", IsUnreadable: true } => new(Dispositions.HeldSpam, new ScreeningReason(ReasonCodes.Unreadable)),
        { Source: "" } => new(Dispositions.Deliver, new ScreeningReason(ReasonCodes.NotScreened)),
        { Score: { } score } when threshold is { } own => ByScore(score >= own, own),
        // Without a threshold of ours the source's own word holds, which may rest on more than the score.
        { Score: { } score, Threshold: { } its, Category: var category } when (category == MailCategory.Spam) == (score >= its) => ByScore(score >= its, its),
        { Category: MailCategory.Spam } => new(Dispositions.HeldSpam, new ScreeningReason(ReasonCodes.Flagged)),
        _ => new(Dispositions.Deliver, new ScreeningReason(ReasonCodes.Clean)),
    };

    private static Judgement ByScore(bool isSpam, double threshold) => isSpam
        ? new(Dispositions.HeldSpam, new ScreeningReason(ReasonCodes.Score, Threshold: threshold))
        : new(Dispositions.Deliver, new ScreeningReason(ReasonCodes.UnderScore, Threshold: threshold));
}
