using Recorder.Search.Analysis;

namespace Recorder.Search.Querying;

/// <summary>What a person asked for, independent of any index.</summary>
internal abstract record QueryNode;

/// <summary>Every part must match; none at all asks for everything.</summary>
internal sealed record AllOf(IReadOnlyList<QueryNode> Parts) : QueryNode
{
    public static readonly AllOf Everything = new([]);
}

internal sealed record AnyOf(IReadOnlyList<QueryNode> Parts) : QueryNode;

internal sealed record NotNode(QueryNode Part) : QueryNode;

internal enum SearchField { Text, Subject, Body, From, To, Cc, Bcc, Attachment, FileName, List }

/// <summary>Words in a field.</summary>
/// <param name="Units">At least one.</param>
/// <param name="WholeAddress">Set where the words are exactly one address.</param>
/// <param name="Quoted">All units in this order, in the form typed.</param>
/// <param name="Prefix">The last word is a beginning.</param>
internal sealed record TextNode(
    SearchField Field, IReadOnlyList<TextUnit> Units, string? WholeAddress, bool Quoted, bool Prefix) : QueryNode
{
    /// <summary>Set, with the at sign, where the words are exactly the domain of an address.</summary>
    public string? Domain { get; init; }
}

/// <summary>Words of a header field that has no field of its own; none asks for the field's presence.</summary>
/// <param name="Name">In lower case.</param>
internal sealed record HeaderNode(string Name, IReadOnlyList<TextUnit> Units) : QueryNode;

/// <summary>A header field that names messages names this one.</summary>
/// <param name="Id">Without angle brackets.</param>
internal sealed record HeaderIdNode(string Name, string Id) : QueryNode;

/// <summary>Received at or after <paramref name="From"/> and before <paramref name="Until"/>.</summary>
internal sealed record ReceivedNode(DateTimeOffset? From, DateTimeOffset? Until) : QueryNode;

/// <summary>Strictly larger or smaller, in bytes.</summary>
internal sealed record SizeNode(long? LargerThanBytes, long? SmallerThanBytes) : QueryNode;

/// <param name="Kind">See <see cref="KindWord.Term"/>.</param>
internal sealed record AttachmentNode(string Kind) : QueryNode;

/// <summary>What happened later to the reader's own copy; see <see cref="RecordMarkNames"/>.</summary>
internal sealed record MarkNode(string Mark) : QueryNode;

/// <summary>First disposition of the reader's own copy: a code such as <c>held.spam</c> or its first part.</summary>
internal sealed record StateNode(string Code) : QueryNode;

/// <param name="Id">Without angle brackets.</param>
internal sealed record MessageIdNode(string Id) : QueryNode;
