using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Mail;
using Recorder.Recovery;

namespace Recorder.Tests.Web;

/// <summary>A recovery that reads sources only once it is let go, and then finds none.</summary>
internal sealed class Stalled(IRecovery real) : IRecovery
{
    private readonly TaskCompletionSource<Stream?> gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IRecovery WithinView => this;

    public void LetGo() => gate.SetResult(null);

    public Task<Stream?> OpenSourceAsync(Reader reader, RecordId id, CancellationToken cancel) => gate.Task;

    public MessageList Find(Reader reader, string query, int limit, string? cursor, TimeZoneInfo? zone = null) => real.Find(reader, query, limit, cursor, zone);

    public Task<OpenedMessage?> OpenAsync(Reader reader, RecordId id, MailViewOptions options, CancellationToken cancel) =>
        real.OpenAsync(reader, id, options, cancel);

    public Task<(MailAttachment Facts, Stream Bytes)?> OpenPartAsync(Reader reader, RecordId id, int index, CancellationToken cancel) => real.OpenPartAsync(reader, id, index, cancel);

    public Task<IReadOnlyList<TimelineStep>?> TimelineAsync(Reader reader, RecordId id, CancellationToken cancel) => real.TimelineAsync(reader, id, cancel);

    public Task<DispatchStatus?> ResendAsync(Reader reader, RecordId id, string? mailbox, bool again, CancellationToken cancel) => real.ResendAsync(reader, id, mailbox, again, cancel);

    public Task<DispatchStatus?> ReleaseAsync(Reader reader, RecordId id, CancellationToken cancel) => real.ReleaseAsync(reader, id, cancel);

    public Task<string?> MailboxAsync(Reader reader, RecordId id, CancellationToken cancel) => real.MailboxAsync(reader, id, cancel);

    public Task<IReadOnlyList<DispatchStatus>?> DispatchesAsync(Reader reader, RecordId id, CancellationToken cancel) => real.DispatchesAsync(reader, id, cancel);
}
