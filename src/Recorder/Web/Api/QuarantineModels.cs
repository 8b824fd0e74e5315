using Recorder.Ledger;
using Recorder.Recovery;
using Recorder.Web.Pages;
using Recorder.Web.Texts;

namespace Recorder.Web.Api;

/// <param name="Scope">user, domain or site.</param>
/// <param name="Kind">allow or block.</param>
public sealed record EntryItem(string Scope, string Kind, string Pattern, bool IsEnforced = false)
{
    internal static EntryItem? Of(MatchedEntry? entry) => entry is null ? null : new(entry.Scope.Split('/')[0], Lower(entry.Kind), entry.Pattern, entry.IsEnforced);

    internal static EntryItem? Of(ListEntry? entry) => entry is null ? null : new(entry.Scope.Split('/')[0], Lower(entry.Kind), entry.Pattern, entry.IsEnforced);

    private static string Lower(ListKind kind) => kind == ListKind.Allow ? "allow" : "block";
}

/// <param name="Words">A sentence for a well-known rule; the name otherwise.</param>
public sealed record ScorePart(string Name, double? Score, string Words);

/// <summary>Why the copy for one of the reader's addresses went where it went.</summary>
/// <param name="Mailbox">The own address that the envelope named.</param>
/// <param name="Code">A closed code: list.block, score, malware, …</param>
/// <param name="Sentence">The code in words, in the language of the request.</param>
/// <param name="Category">clean, spam, phish or malware; null where nobody judged.</param>
/// <param name="Passed">A matching allow that did not count, because of <paramref name="PassedWhy"/>.</param>
public sealed record WhyItem(
    string Mailbox, string Disposition, string Code, string Sentence, string? Category, string Source, EntryItem? Entry, double? Score, double? Threshold,
    IReadOnlyList<ScorePart> Parts, string Proof, EntryItem? Passed, string? PassedWhy, IReadOnlyList<string> Unavailable)
{
    internal static WhyItem Of(Why why, Text text) => new(
        why.Mailbox, why.Disposition, why.Code, WhyWords.Short(why, text), why.Category?.ToString().ToLowerInvariant(), why.Source, EntryItem.Of(why.Entry),
        why.Score, why.Threshold, [.. why.Parts.Select(part => new ScorePart(part.Name, part.Score, WhyWords.Of(part, text)))],
        why.Proof.ToString().ToLowerInvariant(), EntryItem.Of(why.Passed), why.PassedWhy, why.Unavailable);
}

/// <param name="LetGo">nothing, release, ask, asked or denied: how the reader gets a held message.</param>
/// <param name="Opening">whole; disarmed (text with its links written out, no original, no attachments); or facts.</param>
/// <param name="Report">spam or notSpam, as the reader reported it.</param>
public sealed record RightsItem(string LetGo, bool IsHeldByAdmin, bool MaySafeCopy, bool IsHidden, string? Report, string Opening)
{
    internal static RightsItem Of(RecordRights rights) => new(
        rights.LetGo.ToString().ToLowerInvariant(), rights.IsHeldByAdmin, rights.MaySafeCopy, rights.IsHidden,
        rights.Report is { } report ? report == ReportKind.Spam ? "spam" : "notSpam" : null, rights.Opening.ToString().ToLowerInvariant());
}

/// <param name="State">open, approved or denied.</param>
public sealed record RequestAnswer(
    string RecordId, string Mailbox, string State, string AskedBy, DateTimeOffset AskedAt, string? AskedWords, DateTimeOffset? DecidedAt, string? DecidedWords)
{
    internal static RequestAnswer? Of(ReleaseRequest? request) => request is null ? null : new(
        request.RecordId, request.Mailbox, request.State.ToString().ToLowerInvariant(), request.AskedBy, request.AskedAt, request.AskedWords,
        request.DecidedAt, request.DecidedWords);
}

/// <param name="Id">Opaque; for the acts of administrators.</param>
public sealed record AdminRequestItem(
    string Id, RequestAnswer Request, DateTimeOffset? ReceivedAt, string From, string Subject, string State, IReadOnlyList<WhyItem> Why)
{
    internal static AdminRequestItem Of(RequestRow row, Text text) => new(
        row.Id, RequestAnswer.Of(row.Request)!, row.ReceivedAt, row.From, row.Subject, row.State, [.. row.Why.Select(why => WhyItem.Of(why, text))]);
}

/// <param name="Next">Cursor of the next page; null on the last one.</param>
public sealed record AdminRequestsAnswer(IReadOnlyList<AdminRequestItem> Items, string? Next);

/// <param name="Text">The readable text, nothing else of the body.</param>
public sealed record AdminRequestMessage(AdminRequestItem Item, string Text);

/// <param name="AllowSender">True also puts the author on the reader's allow list.</param>
public sealed record ReleaseOptions(bool AllowSender = false);

/// <param name="Words">For whoever reads it.</param>
public sealed record WordsRequest(string? Words = null);

/// <param name="As">spam or notSpam.</param>
public sealed record ReportRequest(string? As = null);
