namespace Recorder.Ledger;

/// <summary>What a message is, by the verdict sources. What a user may do with a held message follows it.</summary>
public enum MailCategory
{
    Clean,
    Spam,
    Phish,
    Malware,
}

/// <summary>Whether a trusted hop proved the author's domain (an aligned SPF, DKIM or DMARC pass, RFC 7489 §3.1).</summary>
public enum SenderProof
{
    /// <summary>No trusted result exists: nothing is known.</summary>
    None,

    /// <summary>Trusted results exist and none is an aligned pass.</summary>
    Failed,

    /// <summary>At least one aligned pass.</summary>
    Aligned,
}

/// <summary>A rule of a filter that fired.</summary>
/// <param name="Score">What it added; null where the filter does not say.</param>
public sealed record ScreeningSymbol(string Name, double? Score = null);

/// <summary>What the verdict sources said of a message: stored beside its bytes, the same for all its recipients.</summary>
/// <param name="Source">Whose category it is: rspamd, spamd, headers, gtube; empty when no source had an opinion.</param>
/// <param name="Score">On the source's own scale, where it gives one.</param>
/// <param name="Threshold">From which score the source itself calls it spam.</param>
/// <param name="Symbols">The largest parts first; bounded.</param>
/// <param name="Proof">Of the author in the header and the envelope sender.</param>
/// <param name="Unavailable">Configured sources that gave no verdict: name and why, one line each.</param>
/// <param name="IsUnreadable">True where a filter failed on this very message time and again, at a site that lets nothing pass unscreened.</param>
public sealed record ScreenedMail(
    MailCategory Category, string Source, double? Score = null, double? Threshold = null, IReadOnlyList<ScreeningSymbol>? Symbols = null,
    SenderProof Proof = SenderProof.None, IReadOnlyList<string>? Unavailable = null, bool? IsUnreadable = null);

/// <summary>A list entry as it matched a sender.</summary>
/// <param name="Scope">As in <see cref="ListEntry"/>.</param>
/// <param name="Sender">The address that matched: the envelope sender or the author in the header.</param>
public sealed record MatchedEntry(string Scope, ListKind Kind, string Pattern, string Sender, bool IsEnforced = false);

/// <summary>Why one recipient's copy went where it went, as decided at first sight.</summary>
/// <param name="Code">One of <see cref="ReasonCodes"/>.</param>
/// <param name="Entry">The list entry that decided, for the codes of lists.</param>
/// <param name="Threshold">The one in force for this recipient, where a score was compared.</param>
/// <param name="Passed">A matching allow that did not count.</param>
/// <param name="PassedWhy">One of <see cref="PassedCodes"/>: why it did not.</param>
/// <param name="ThresholdOf">Of an address with several readers: the account whose own threshold was compared.</param>
public sealed record ScreeningReason(
    string Code, MatchedEntry? Entry = null, double? Threshold = null, MatchedEntry? Passed = null, string? PassedWhy = null, string? ThresholdOf = null);

/// <summary>The closed list of reasons. Codes are stored and never change their meaning; sentences are made from them.</summary>
public static class ReasonCodes
{
    public const string Journal = "journal", BareLineEnds = "bare-line-ends";
    public const string Malware = "malware", Phish = "phish";
    public const string Allowed = "list.allow", Blocked = "list.block";

    /// <summary>The score reached the threshold, or stayed under it.</summary>
    public const string Score = "score", UnderScore = "score.under";

    /// <summary>A source called it spam, or clean, without a score.</summary>
    public const string Flagged = "flagged", Clean = "clean";

    /// <summary>No source is configured, or none of those configured answered.</summary>
    public const string NoFilter = "no-filter", NotScreened = "not-screened";

    /// <summary>A filter fails on this very message and answers others; the site lets nothing pass unscreened.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>Never recorded: what a reader of a shared address sees of a decision by another reader's list or threshold.</summary>
    public const string Shared = "shared";
}

/// <summary>Why a matching allow did not lift a hold.</summary>
public static class PassedCodes
{
    /// <summary>Trusted results exist and none is an aligned pass for that sender.</summary>
    public const string NotProven = "not-proven";

    /// <summary>No trusted results exist, and <c>Screening:AllowUnauthenticated</c> is off.</summary>
    public const string NoResults = "no-results";

    /// <summary>Several authors in the header never match an allow.</summary>
    public const string SeveralAuthors = "several-authors";
}
