using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Search;

namespace Recorder.Recovery;

/// <summary>A search hit with what happened to it since, for this reader only.</summary>
/// <param name="State">delivered, held, requested, approved, denied, pending, released, resent, refused, recorded: the one word a list shows.</param>
public sealed record MessageRow(SearchHit Hit, string State)
{
    public RowHits Hits { get; init; } = RowHits.None;
}

/// <param name="IndexLag">How many records of the log are not searchable yet.</param>
public sealed record MessageList(IReadOnlyList<MessageRow> Items, string? Next, long Total, bool TotalIsExact,
    IReadOnlyList<string> Hints, long IndexedThrough, long IndexLag)
{
    /// <summary>The outermost parts of the query as they were understood.</summary>
    public IReadOnlyList<QueryPart> Understood { get; init; } = [];

    /// <summary>Empty where they were not asked for, and on later pages.</summary>
    public IReadOnlyList<Facet> Facets { get; init; } = [];
}

/// <summary>What a list should hold.</summary>
/// <param name="Zone">The reader's, for days in the query and months in the facets.</param>
/// <param name="WithFacets">Count what the hits could be narrowed by.</param>
/// <param name="WithHits">Mark the words of the query in each row.</param>
public sealed record SearchWish(
    string Query, int Limit, string? Cursor = null, TimeZoneInfo? Zone = null, HitOrder Order = HitOrder.Newest, bool WithFacets = false, bool WithHits = false);

/// <summary>One step in a message's life as this reader may see it.</summary>
/// <param name="Code">Stable: received, held, delivered, delivery-deferred, delivery-refused, delivery-unknown, resend-requested, release-requested,
/// delivery-expired, delivery-given-up, resent, released, viewed, …</param>
/// <param name="Words">The next hop's own words where there are any.</param>
public sealed record TimelineStep(DateTimeOffset At, string Code, string Actor, string Mailbox, string? NextHop, string? Words);

/// <summary>A record opened for reading: its facts narrowed to the reader's own recipients.</summary>
public sealed record OpenedMessage(
    RecordId Id, RecordedMail Facts, IReadOnlyList<string> OwnAddresses, string State, MailView View, long SizeBytes,
    string Sha256Hex, bool CanResend, IReadOnlyList<string> ResendTargets, SeenRecord Standing)
{
    /// <summary>Why the words of its attachments may not be found.</summary>
    public AttachmentGaps Gaps { get; init; }

    /// <summary>The mailboxes into whose folders it may be put; of a held message, those that its release would go to. Empty where no server is set.</summary>
    public IReadOnlyList<string> FolderTargets { get; init; } = [];
}

/// <summary>Where a resend or release stands.</summary>
/// <param name="Words">"accepted by NEXT HOP: its words" material; null while pending.</param>
/// <param name="GivenUp">The reason of the administrator who ended it; null where none did.</param>
/// <param name="Folder">The folder it is put into; null where it goes by way of the next hop.</param>
public sealed record DispatchStatus(string RecordId, DispatchKind Kind, string Recipient, int Round, DispatchState State, string? NextHop, string? Words,
    DateTimeOffset? NextAttemptAt, string? GivenUp = null, string? Folder = null);

/// <summary>
/// Finding mail and getting it back: the one service under the pages, the API and the command line. A record that the
/// reader may not see is null everywhere, exactly like one that does not exist.
/// </summary>
public interface IRecovery
{
    /// <summary>On the caller's thread: for work in the background. Whoever answers a person uses <see cref="FindAsync(Reader, SearchWish, CancellationToken)"/>.</summary>
    MessageList Find(Reader reader, string query, int limit, string? cursor, TimeZoneInfo? zone = null);

    /// <inheritdoc cref="FindAsync(Reader, SearchWish, CancellationToken)"/>
    Task<MessageList> FindAsync(Reader reader, string query, int limit, string? cursor, TimeZoneInfo? zone, CancellationToken cancel) =>
        FindAsync(reader, new SearchWish(query, limit, cursor, zone), cancel);

    /// <summary>In its turn, on the threads for searches.</summary>
    /// <exception cref="ActRefusedException">search-busy: too many search at this moment, try again.</exception>
    Task<MessageList> FindAsync(Reader reader, SearchWish wish, CancellationToken cancel) =>
        Task.FromResult(Find(reader, wish.Query, wish.Limit, wish.Cursor, wish.Zone));

    /// <summary>Records the view; false content (null) is 404.</summary>
    /// <exception cref="ActRefusedException">busy: the view could not be recorded, try again.</exception>
    Task<OpenedMessage?> OpenAsync(Reader reader, RecordId id, MailViewOptions options, CancellationToken cancel);

    /// <inheritdoc cref="OpenAsync(Reader, RecordId, MailViewOptions, CancellationToken)"/>
    Task<OpenedMessage?> OpenAsync(Reader reader, RecordId id, bool showRemoteContent, Func<int, string> partUrl, CancellationToken cancel) =>
        OpenAsync(reader, id, new MailViewOptions(showRemoteContent, partUrl), cancel);

    /// <summary>
    /// The same service for what belongs to a view that is recorded already, such as the frame of a message's page and
    /// the pictures in it: opening through it records nothing more. Only for a caller who holds the proof of that view.
    /// </summary>
    IRecovery WithinView { get; }

    /// <summary>The exact stored bytes.</summary>
    /// <exception cref="ActRefusedException">held-by-admin, harmful (<see cref="Opening"/>), busy.</exception>
    Task<Stream?> OpenSourceAsync(Reader reader, RecordId id, CancellationToken cancel);

    /// <exception cref="ActRefusedException">held-by-admin, harmful (<see cref="Opening"/>), busy.</exception>
    Task<(MailAttachment Facts, Stream Bytes)?> OpenPartAsync(Reader reader, RecordId id, int index, CancellationToken cancel);

    /// <exception cref="ActRefusedException">search-busy: too many search at this moment, try again.</exception>
    Task<IReadOnlyList<TimelineStep>?> TimelineAsync(Reader reader, RecordId id, CancellationToken cancel);

    /// <summary>Sends the exact bytes again to one of the reader's own addresses; idempotent unless <paramref name="again"/>.</summary>
    /// <param name="mailbox">One of the reader's present addresses; null takes the one the envelope named.</param>
    /// <returns>null for a record the reader may not see.</returns>
    /// <exception cref="ActRefusedException">not-own-address, still-held, held-by-admin, harmful.</exception>
    Task<DispatchStatus?> ResendAsync(Reader reader, RecordId id, string? mailbox, bool again, CancellationToken cancel);

    /// <summary>Lets a held message go on to the reader's own recipient.</summary>
    /// <exception cref="ActRefusedException">not-held, not-allowed, held-by-admin.</exception>
    Task<DispatchStatus?> ReleaseAsync(Reader reader, RecordId id, CancellationToken cancel);

    /// <summary>The mailbox through which the reader has a record: an own one before one that was granted.</summary>
    /// <returns>null for a record the reader may not see.</returns>
    Task<string?> MailboxAsync(Reader reader, RecordId id, CancellationToken cancel);

    /// <summary>The newest dispatches of a record for this reader.</summary>
    /// <returns>null for a record the reader may not see.</returns>
    Task<IReadOnlyList<DispatchStatus>?> DispatchesAsync(Reader reader, RecordId id, CancellationToken cancel);
}
