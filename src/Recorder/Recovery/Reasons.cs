using Recorder.Ledger;

namespace Recorder.Recovery;

/// <summary>Why one of the reader's copies went where it went.</summary>
/// <param name="Mailbox">The own address that the envelope named.</param>
/// <param name="Code">One of <see cref="ReasonCodes"/>, or <see cref="Unknown"/>.</param>
/// <param name="Entry">The list entry that decided: the reader's own, their domain's or the site's; null for any other.</param>
/// <param name="Score">On the scale of <paramref name="Source"/>.</param>
/// <param name="Threshold">The one that was in force for this mailbox; otherwise the source's own.</param>
/// <param name="Parts">The largest first.</param>
/// <param name="Passed">A matching allow that did not count, for <paramref name="PassedWhy"/>.</param>
/// <param name="Unavailable">Names of configured sources that gave no verdict.</param>
public sealed record Why(
    string Mailbox, string Disposition, string Code, MailCategory? Category, string Source, MatchedEntry? Entry, double? Score, double? Threshold,
    IReadOnlyList<ScreeningSymbol> Parts, SenderProof Proof, MatchedEntry? Passed, string? PassedWhy, IReadOnlyList<string> Unavailable)
{
    /// <summary>Of records of before there was screening.</summary>
    public const string Unknown = "unknown";
}

/// <summary>Reasons as one reader may see them.</summary>
internal static class Reasons
{
    // They tell of the envelope's other recipients, whom nobody may infer.
    private static readonly string[] AboutRecipients = ["RCPT", "RECIPIENT", "TO_DN_EQ", "PREVIOUSLY_DELIVERED"];

    public static IReadOnlyList<Why> Of(Sight sight) => [.. sight.Recipients.Select(recipient => Of(sight.Mail.Screened, recipient))];

    /// <summary>Without what would tell of anybody else's lists.</summary>
    public static ScreeningReason? Narrowed(ScreeningReason? reason, Account reader, IReadOnlyList<string> own)
    {
        if (reason is null) return null;
        if (IsOfAnother(reason, reader, own)) return new ScreeningReason(ReasonCodes.Shared);
        var isPassedOwn = IsOwn(reason.Passed, reader, own);
        return reason with
        {
            Passed = isPassedOwn ? reason.Passed : null,
            PassedWhy = isPassedOwn ? reason.PassedWhy : null,
            ThresholdOf = null,
        };
    }

    // One copy for several accounts: whose list or threshold decided is that one's alone to know, and so is which of the two it was.
    private static bool IsOfAnother(ScreeningReason reason, Account reader, IReadOnlyList<string> own) =>
        (reason.Entry is not null && !IsOwn(reason.Entry, reader, own))
        || (reason.ThresholdOf is { } account && account != reader.Address && !own.Contains(account));

    /// <summary>Without what would tell of anybody else's address.</summary>
    public static ScreenedMail? Narrowed(ScreenedMail? screened) => screened is not { Symbols: { } symbols } ? screened : screened with
    {
        Symbols = [.. symbols.Where(symbol => !AboutRecipients.Any(name => symbol.Name.Contains(name, StringComparison.OrdinalIgnoreCase)))],
    };

    private static Why Of(ScreenedMail? screened, RecordedRecipient recipient) => new(
        recipient.Owners[0], IsShared(recipient) && Dispositions.IsHeld(recipient.Disposition) ? Dispositions.HeldShared : recipient.Disposition,
        recipient.Reason?.Code ?? OldCode(recipient.Disposition), screened?.Category, screened?.Source ?? "", recipient.Reason?.Entry, screened?.Score,
        IsShared(recipient) ? null : recipient.Reason?.Threshold ?? screened?.Threshold,
        screened?.Symbols ?? [], screened?.Proof ?? SenderProof.None, recipient.Reason?.Passed, recipient.Reason?.PassedWhy,
        [.. (screened?.Unavailable ?? []).Select(line => line.Split(':')[0])]);

    private static bool IsShared(RecordedRecipient recipient) => recipient.Reason is { Code: ReasonCodes.Shared };

    private static string OldCode(string disposition) => disposition switch
    {
        Dispositions.Journal => ReasonCodes.Journal,
        Dispositions.HeldBareLineEnds => ReasonCodes.BareLineEnds,
        Dispositions.HeldMalware => ReasonCodes.Malware,
        Dispositions.HeldPhish => ReasonCodes.Phish,
        Dispositions.HeldSpam => ReasonCodes.Flagged,
        Dispositions.HeldBlocked => ReasonCodes.Blocked,
        _ => Why.Unknown,
    };

    private static bool IsOwn(MatchedEntry? entry, Account reader, IReadOnlyList<string> own) => entry is not null
        && (entry.Scope == ListScopes.Site || entry.Scope == ListScopes.User(reader.Address)
            || own.Any(address => entry.Scope == ListScopes.Domain(address[(address.LastIndexOf('@') + 1)..])));
}
