using Recorder.Archive;
using Recorder.Ledger;

namespace Recorder.Transfer.Export;

/// <summary>
/// One export: messages in batches, each recorded in the ledger before it is given out and kept in the sink before the next one begins.
/// A message that cannot be read is skipped and named in the manifest.
/// </summary>
internal sealed class ExportRun(string export, string account, Actor actor, IExportSink sink, ILedger ledger, TimeProvider time)
{
    private const long BatchBytes = 64L << 20;

    /// <summary>Told how many are about to be given out; may refuse.</summary>
    public Action<int> BeforeBatch { get; init; } = static _ => { };

    public long Messages { get; private set; }
    public long Bytes { get; private set; }
    public long Known { get; private set; }
    public long Skipped { get; private set; }

    /// <param name="onEntry">Told of each message that was written or skipped.</param>
    public async Task RunAsync(IEnumerable<ExportItem> items, Action<ExportEntry> onEntry, CancellationToken cancel)
    {
        foreach (var batch in items.Where(IsNew).Chunk(MailExported.MaxRecords))
        {
            BeforeBatch(batch.Length);
            await ledger.AppendAsync(new MailExported(export, account, [.. batch.Select(item => new ExportedMail(item.Id, item.Mailbox))]) { Actor = actor, At = time.GetUtcNow() }, cancel);
            await WriteAsync(batch, onEntry, cancel);
        }

        await sink.CompleteAsync(cancel);
    }

    public ExportEnded End(string? problem) => new(export, account, Messages, Bytes, Skipped, problem) { Actor = actor, At = time.GetUtcNow() };

    private async Task WriteAsync(IReadOnlyList<ExportItem> batch, Action<ExportEntry> onEntry, CancellationToken cancel)
    {
        var entries = new List<ExportEntry>();
        var bytes = 0L;
        foreach (var item in batch)
        {
            cancel.ThrowIfCancellationRequested();
            var entry = await AddAsync(item, cancel);
            entries.Add(entry);
            Count(entry);
            onEntry(entry);
            if ((bytes += entry.Bytes) < BatchBytes) continue;
            await sink.KeepAsync(entries, cancel);
            (entries, bytes) = ([], 0);
        }

        await sink.KeepAsync(entries, cancel);
    }

    private bool IsNew(ExportItem item)
    {
        if (!sink.Has(item.Id)) return true;
        Known++;
        return false;
    }

    private void Count(ExportEntry entry)
    {
        if (entry.Skipped is null) Messages++;
        else Skipped++;
        Bytes += entry.Bytes;
    }

    private async ValueTask<ExportEntry> AddAsync(ExportItem item, CancellationToken cancel)
    {
        try
        {
            await using var stream = await item.Open(cancel);
            return stream is null ? Left(item, "it is gone") : await sink.AddAsync(item, stream, cancel);
        }
        catch (ActRefusedException refused)
        {
            return Left(item, refused.Code);
        }
        catch (ArchiveException damaged) when (damaged.Fault is ArchiveFault.Missing or ArchiveFault.Damaged)
        {
            return Left(item, damaged.Message);
        }
    }

    private static ExportEntry Left(ExportItem item, string why) => new(item.Id, item.Mailbox, item.ReceivedAt, Skipped: why);
}
