using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Ledger.State;
using Recorder.Retention;
using Recorder.Search;

namespace Recorder.Transfer.Export;

/// <summary>Writes a mailbox's mail, or all mail, to a folder, for the command line. The same call again goes on where it was cut short.</summary>
public sealed class Exporter(IArchiveLog log, IMailIndex index, ILedger ledger, IAddressBook book, IOptions<RetentionOptions> retention, TimeProvider time)
{
    private const int PageRows = 500;
    private readonly RetentionTerms terms = new(ledger, retention, time);
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>Checks the request and begins; the lines end with a summary, or with failed.</summary>
    /// <exception cref="ExportRefusedException">The mailbox is none of ours, or there is no such hold in force.</exception>
    public IAsyncEnumerable<ExportLine> Begin(ExportRequest request, Actor actor, CancellationToken cancel)
    {
        if (request.Hold is { } hold) HoldOf(hold);
        if (request.Mailbox is null) return LinesAsync(request, actor, cancel);
        var owner = book.Normalise(request.Mailbox) is { } name && book.IsLocal(name)
            ? name : throw new ExportRefusedException($"{request.Mailbox} is no address in our domains");
        return LinesAsync(request with { Mailbox = owner }, actor, cancel);
    }

    private IAsyncEnumerable<ExportLine> LinesAsync(ExportRequest request, Actor actor, CancellationToken cancel) =>
        RunLines.ReadAsync<ExportLine>((lines, stop) => RunAsync(request, actor, lines, stop), cancel: cancel);

    private async Task RunAsync(ExportRequest request, Actor actor, ChannelWriter<ExportLine> lines, CancellationToken cancel)
    {
        try
        {
            lines.TryWrite(await WriteAsync(request, actor, lines, cancel));
        }
        catch (Exception error) when (error is ExportRefusedException or IOException or UnauthorizedAccessException or ArchiveException or OperationCanceledException)
        {
            lines.TryWrite(new ExportLine("failed", Reason: error.Message));
        }
    }

    private async Task<ExportLine> WriteAsync(ExportRequest request, Actor actor, ChannelWriter<ExportLine> lines, CancellationToken cancel)
    {
        var what = request.Hold is { } hold ? $"hold:{hold}" : request.Query;
        var head = new ExportHead(request.Format.ToString().ToLowerInvariant(), request.Mailbox, what);
        var target = Path.GetFullPath(request.Target);
        var sink = Open(target, head, request.Format);
        await using var closing = sink as IAsyncDisposable;
        using var closed = sink as IDisposable;
        var (id, account, first) = (Guid.CreateVersion7(time.GetUtcNow()).ToString("D"), request.Mailbox ?? "", Page(request, null));
        var total = request.Hold is not null && HoldOf(request.Hold) is { Kind: not HoldKind.Mailboxes } named ? named.Records : first.Total;
        await ledger.AppendAsync(new ExportAsked(id, account, what, null, null, head.Format, target, total, null) { Actor = actor, At = time.GetUtcNow() }, cancel);
        foreach (var hint in first.Hints) lines.TryWrite(new ExportLine("note", Reason: hint));
        var run = new ExportRun(id, account, actor, sink, ledger, time);
        string? problem = null;
        try
        {
            await run.RunAsync(Items(request, first), Tell(run, total, lines), cancel);
        }
        catch (Exception error) when (error is IOException or ArchiveException or OperationCanceledException)
        {
            problem = error.Message;
        }

        await ledger.AppendAsync(run.End(problem), CancellationToken.None);
        return Counts(run, problem is null ? "summary" : "failed", total) with { Reason = problem };
    }

    private static IExportSink Open(string target, ExportHead head, ExportFormat format) => format switch
    {
        ExportFormat.Maildir => new MaildirSink(target, head),
        ExportFormat.Mbox => new MboxSink(target, head),
        _ => new ZipFolderSink(target, head),
    };

    private Action<ExportEntry> Tell(ExportRun run, long total, ChannelWriter<ExportLine> lines)
    {
        var told = time.GetTimestamp();
        return entry =>
        {
            if (entry.Skipped is not null) lines.TryWrite(new ExportLine("skipped", Record: entry.Id, Reason: entry.Skipped));
            if (time.GetElapsedTime(told) < ProgressInterval) return;
            told = time.GetTimestamp();
            lines.TryWrite(Counts(run, "progress", total));
        };
    }

    private static ExportLine Counts(ExportRun run, string kind, long total) =>
        new(kind, run.Messages + run.Known + run.Skipped, total, run.Known, run.Bytes, run.Skipped);

    private Hold HoldOf(string id) => ledger.State.Get<Hold>(RetentionKeys.Hold(id)) is { } hold && hold.IsInForce(time.GetUtcNow())
        ? hold : throw new ExportRefusedException($"{id} is no hold in force; recorder hold list shows them");

    // What is held is taken whether its term is over or not: that is what it is held for.
    private SearchPage Page(ExportRequest request, string? cursor) => request.Hold is { } held
        ? index.Search(new SearchRequest([.. HoldOf(held).Mailboxes.Select(mailbox => new OwnerScope(mailbox))], "", PageRows, cursor))
        : index.Search(terms.Within(new SearchRequest(request.Mailbox is { } owner ? [new OwnerScope(owner)] : null, request.Query, PageRows, cursor)));

    private IEnumerable<ExportItem> Named(Hold hold) => ledger.State.Range<HeldRecord>(RetentionKeys.RecordsOfHold(hold.Id))
        .Select(pair => pair.Key[RetentionKeys.RecordsOfHold(hold.Id).Length..])
        .Select(record => index.Find(record, null, null) is { } hit ? ItemOf(hit, null) : ItemOf(record, "", RecordTime.Of(record)));

    private IEnumerable<ExportItem> Items(ExportRequest request, SearchPage page)
    {
        if (request.Hold is { } held && HoldOf(held) is { Kind: not HoldKind.Mailboxes } hold)
        {
            foreach (var item in Named(hold)) yield return item;
            yield break;
        }

        while (true)
        {
            foreach (var hit in page.Items) yield return ItemOf(hit, request.Mailbox);
            if (page.Next is null) yield break;
            page = Page(request, page.Next);
        }
    }

    private ExportItem ItemOf(SearchHit hit, string? mailbox) => ItemOf(hit.Id, mailbox ?? hit.Addresses.FirstOrDefault() ?? "", hit.ReceivedAt);

    private ExportItem ItemOf(string record, string mailbox, DateTimeOffset receivedAt)
    {
        RecordId.TryParse(record, out var id);
        return new ExportItem(record, mailbox, receivedAt, ReversePathOf(id), async cancel => await log.OpenContentAsync(id, cancel));
    }

    private string ReversePathOf(RecordId id)
    {
        try
        {
            return log.FindAsync(id, CancellationToken.None).AsTask().GetAwaiter().GetResult() is { } entry ? RecordedMail.Decode(entry.Payload.Span).ReversePath : "";
        }
        catch (Exception error) when (error is ArchiveException or System.Text.Json.JsonException)
        {
            return "";
        }
    }
}
