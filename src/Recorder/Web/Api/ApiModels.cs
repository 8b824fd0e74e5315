using System.Text.Json.Serialization;
using Recorder.Recovery;
using Recorder.Search;

namespace Recorder.Web.Api;

/// <param name="Code">Of the authenticator, or a recovery code; where the account has a second factor.</param>
/// <param name="Ticket">From the answer that asked for the code; stands for address and password for five minutes.</param>
public sealed record SignInRequest(string? Address = null, string? Password = null, string? Code = null, string? Ticket = null);

/// <param name="Token">For <c>Authorization: Bearer</c>; shown once.</param>
public sealed record SignInAnswer(string Token, string Address, DateTimeOffset ExpiresAt);

/// <param name="State">delivered, held, requested, approved, denied, pending, released, resent, refused or recorded.</param>
/// <param name="Size">Encoded bytes as received.</param>
public sealed record MessageItem(
    string Id, DateTimeOffset ReceivedAt, string From, string To, string Subject, string Summary, long Size, string State, bool HasAttachment,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] HighlightItem? Highlight = null)
{
    internal static MessageItem Of(MessageRow row, bool withHits = false) => new(
        row.Hit.Id, row.Hit.ReceivedAt, row.Hit.From, row.Hit.To, row.Hit.Subject, row.Hit.Summary, row.Hit.SizeBytes, row.State, row.Hit.HasAttachment,
        withHits ? HighlightItem.Of(row.Hits) : null);
}

/// <param name="Length">In UTF-16 units, like <paramref name="Start"/>.</param>
public sealed record SpanItem(int Start, int Length)
{
    internal static SpanItem Of(TextSpan span) => new(span.Start, span.Length);
}

/// <summary>Where the words of the query stand.</summary>
/// <param name="Subject">In the item's subject.</param>
/// <param name="Snippet">A piece of the message around its hits; null where none was found within the bounds of one page.</param>
/// <param name="SnippetHits">In <paramref name="Snippet"/>.</param>
public sealed record HighlightItem(IReadOnlyList<SpanItem> Subject, string? Snippet, IReadOnlyList<SpanItem> SnippetHits)
{
    internal static HighlightItem Of(RowHits hits) => new(
        [.. hits.Subject.Select(SpanItem.Of)], hits.Text?.Text, [.. (hits.Text?.Hits ?? []).Select(SpanItem.Of)]);
}

/// <summary>One part of the query as it was understood.</summary>
/// <param name="Operator">Its English name; null for words and groups.</param>
/// <param name="Without">The query without it.</param>
public sealed record UnderstoodItem(string? Operator, string Value, bool Negated, string Without)
{
    internal static UnderstoodItem Of(QueryPart part) => new(part.Operator, part.Value, part.IsNegated, part.Without);
}

/// <param name="Kind">sender, month, state or has.</param>
/// <param name="Clause">What, put before the query, narrows it to these.</param>
/// <param name="IsExact">False: "more than <paramref name="Count"/>".</param>
public sealed record FacetItem(string Kind, string Value, string Clause, long Count, bool IsExact)
{
    internal static FacetItem Of(Facet facet) => new(facet.Kind, facet.Value, facet.Clause, facet.Count, facet.IsExact);
}

/// <param name="Next">Cursor of the next page; null on the last one.</param>
/// <param name="Total">Exact where <paramref name="TotalIsExact"/>, otherwise "more than".</param>
/// <param name="Hints">Closed codes with the text they concern.</param>
/// <param name="IndexedThrough">Last position of the log that this answer knows.</param>
/// <param name="IndexLag">Records that are not searchable yet.</param>
/// <param name="Understood">The outermost parts of the query.</param>
/// <param name="Facets">Null where they were not asked for; empty on later pages.</param>
public sealed record MessagesAnswer(
    IReadOnlyList<MessageItem> Items, string? Next, long Total, bool TotalIsExact, IReadOnlyList<string> Hints, long IndexedThrough, long IndexLag,
    IReadOnlyList<UnderstoodItem> Understood,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<FacetItem>? Facets);

public sealed record AttachmentItem(int Index, string FileName, string ContentType, long Size, bool IsDangerous);

public sealed record HeaderItem(string Name, string Value);

/// <param name="OwnAddresses">Those of the reader's addresses that the envelope named.</param>
/// <param name="SenderEntry">The reader's own list entry for the author; null where there is none.</param>
/// <param name="Html">Sanitised markup without remote content; null for a plain message.</param>
/// <param name="FolderTargets">Mailboxes into whose folders it may be put; empty where none.</param>
public sealed record MessageAnswer(
    string Id, DateTimeOffset ReceivedAt, string ReversePath, IReadOnlyList<string> OwnAddresses, string State, string Subject,
    IReadOnlyList<HeaderItem> Headers, string Text, string? Html, bool HasRemoteContent, IReadOnlyList<AttachmentItem> Attachments,
    long Size, string Sha256, bool CanResend, IReadOnlyList<string> ResendTargets,
    IReadOnlyList<WhyItem> Why, RightsItem Rights, RequestAnswer? Request, EntryItem? SenderEntry,
    IReadOnlyList<string> FolderTargets);

public sealed record TimelineItem(DateTimeOffset At, string Code, string Actor, string Mailbox, string? NextHop, string? Words);

public sealed record TimelineAnswer(IReadOnlyList<TimelineItem> Items);

/// <param name="To">One of the reader's present addresses; the one the envelope named where null.</param>
/// <param name="Again">True sends once more what was already sent.</param>
/// <param name="AsAttachment">True sends it as the attachment of a new message, for a mail server that drops what it knows already.</param>
public sealed record ResendRequest(string? To = null, bool Again = false, bool AsAttachment = false);

/// <param name="Mailbox">One of the message's <c>folderTargets</c>; the one that the mail came for where null. A release goes there in any case.</param>
/// <param name="Folder">As the mail server names it; the inbox where null. It is made where it is missing.</param>
/// <param name="Again">True puts there once more what was already put there.</param>
public sealed record AppendRequest(string? Mailbox = null, string? Folder = null, bool Again = false);

/// <param name="State">pending, begun, accepted or failed.</param>
/// <param name="Words">The next hop's own words; null while it said nothing.</param>
/// <param name="GivenUp">The reason of the administrator who ended it; null where none did.</param>
/// <param name="Folder">The folder it is put into; null where it goes by way of the next mail server.</param>
public sealed record DispatchItem(
    string RecordId, string Kind, string Recipient, int Round, string State, string? NextHop, string? Words, DateTimeOffset? NextAttemptAt, string? GivenUp = null,
    string? Folder = null)
{
    internal static DispatchItem Of(DispatchStatus status) => new(
        status.RecordId, Lower(status.Kind), status.Recipient, status.Round, Lower(status.State), status.NextHop, status.Words, status.NextAttemptAt, status.GivenUp,
        status.Folder);

    private static string Lower<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}

public sealed record DispatchesAnswer(IReadOnlyList<DispatchItem> Items);
