using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Recovery;

namespace Recorder.Tests.Web;

/// <summary>A recovery whose queues of views and searches are full, and which breaks in a way nobody foresaw when asked for a source.</summary>
internal sealed class Busy(IRecovery real) : IRecovery
{
    public IRecovery WithinView => this;

    public MessageList Find(Reader reader, string query, int limit, string? cursor, TimeZoneInfo? zone = null) => real.Find(reader, query, limit, cursor, zone);

    public Task<MessageList> FindAsync(Reader reader, SearchWish wish, CancellationToken cancel) =>
        throw new ActRefusedException(SearchDesk.BusyCode, "too many searches at this moment; try again in a few seconds");

    public Task<OpenedMessage?> OpenAsync(Reader reader, RecordId id, MailViewOptions options, CancellationToken cancel) =>
        throw new ActRefusedException("busy", "the view could not be recorded; try again");

    public Task<Stream?> OpenSourceAsync(Reader reader, RecordId id, CancellationToken cancel) => throw new InvalidOperationException("unforeseen");

    public Task<(MailAttachment Facts, Stream Bytes)?> OpenPartAsync(Reader reader, RecordId id, int index, CancellationToken cancel) => real.OpenPartAsync(reader, id, index, cancel);

    public Task<IReadOnlyList<TimelineStep>?> TimelineAsync(Reader reader, RecordId id, CancellationToken cancel) => real.TimelineAsync(reader, id, cancel);

    public Task<DispatchStatus?> ResendAsync(Reader reader, RecordId id, string? mailbox, bool again, CancellationToken cancel) => real.ResendAsync(reader, id, mailbox, again, cancel);

    public Task<DispatchStatus?> ReleaseAsync(Reader reader, RecordId id, CancellationToken cancel) => real.ReleaseAsync(reader, id, cancel);

    public Task<string?> MailboxAsync(Reader reader, RecordId id, CancellationToken cancel) => real.MailboxAsync(reader, id, cancel);

    public Task<IReadOnlyList<DispatchStatus>?> DispatchesAsync(Reader reader, RecordId id, CancellationToken cancel) => real.DispatchesAsync(reader, id, cancel);
}
