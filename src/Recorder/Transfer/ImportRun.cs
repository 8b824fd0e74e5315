using System.Threading.Channels;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Transfer.Sources;

namespace Recorder.Transfer;

/// <summary>
/// One import: many messages are read and appended side by side, so that they share fsyncs. A message that cannot be read
/// is skipped and named; when the archive cannot take one, the run ends, and running it again goes on where it stopped.
/// </summary>
internal sealed class ImportRun(
    IMailSource source, ImportedFrom origin, string owner, KnownMail known, IArchiveLog log, ILedger ledger, TimeProvider time, ChannelWriter<ImportLine> lines)
{
    private const int AtOnce = 64;
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(200);

    private long added, knownBefore, skipped, readTo, toldAt;

    /// <summary>What the source itself knows that an earlier run has.</summary>
    public void AddKnown(long messages) => Interlocked.Add(ref knownBefore, messages);

    public ImportLine Counts(string kind, string? reason = null) => new(
        kind, Interlocked.Read(ref readTo), source.Total, Interlocked.Read(ref added), Interlocked.Read(ref knownBefore), Interlocked.Read(ref skipped),
        Reason: reason);

    /// <exception cref="ArchiveException">The archive could not take a message.</exception>
    public Task RunAsync(CancellationToken cancel) => Parallel.ForEachAsync(
        source.Read(), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, TakeAsync);

    private async ValueTask TakeAsync(SourceMail mail, CancellationToken cancel)
    {
        if (mail.Problem is { } problem) Skip(mail, problem);
        else await TryRecordAsync(mail, cancel);
        Interlocked.Exchange(ref readTo, Math.Max(Interlocked.Read(ref readTo), mail.EndsAt));
        TellNowAndThen();
    }

    private async Task TryRecordAsync(SourceMail mail, CancellationToken cancel)
    {
        ImportRecord record;
        try
        {
            record = await ImportRecord.CopyAsync(log, mail, origin, owner, time.GetUtcNow(), cancel);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Skip(mail, error.Message);
            return;
        }

        await using (record) await RecordAsync(mail, record, cancel);
    }

    private async Task RecordAsync(SourceMail mail, ImportRecord record, CancellationToken cancel)
    {
        await RecordNewAsync(mail, record, cancel);
        mail.Settle?.Invoke();
    }

    private async Task RecordNewAsync(SourceMail mail, ImportRecord record, CancellationToken cancel)
    {
        if (record.Content.LengthBytes == 0)
        {
            Skip(mail, "is empty");
        }
        else if (!await known.ClaimAsync(record.Content, cancel))
        {
            Interlocked.Increment(ref knownBefore);
        }
        else
        {
            await ledger.RecordAsync(record.Mail, record.Content, record.ClusterKey, cancel);
            Interlocked.Increment(ref added);
        }
    }

    private void Skip(SourceMail mail, string reason)
    {
        Interlocked.Increment(ref skipped);
        lines.TryWrite(new ImportLine("skipped", Source: mail.Name, Reason: reason));
    }

    private void TellNowAndThen()
    {
        var last = Interlocked.Read(ref toldAt);
        if (time.GetElapsedTime(last) < ProgressInterval || Interlocked.CompareExchange(ref toldAt, time.GetTimestamp(), last) != last) return;
        lines.TryWrite(Counts("progress"));
    }
}
