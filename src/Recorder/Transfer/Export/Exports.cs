using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Recovery;

namespace Recorder.Transfer.Export;

/// <summary>
/// What people take away of their own mail. Asking gives a link that is theirs alone and ends; the zip is made while it is downloaded, so no
/// second copy of anybody's mail lies about, and what the reader may see is asked again for each message.
/// </summary>
/// <param name="takings">Bounds what one account takes away; null: nothing does.</param>
public sealed class Exports(IRecovery recovery, ILedger ledger, TimeProvider time, TakingLimit? takings = null)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>Links of one account that have not ended.</summary>
    public const int MaxOpen = 20;

    private const int MaxDownloads = 4, PageRows = 200;
    private readonly SemaphoreSlim slots = new(MaxDownloads);

    /// <exception cref="ActRefusedException">nothing-named, too-many-exports, taken-enough, taken-too-much.</exception>
    public async Task<ExportState> AskAsync(Reader reader, string query, IReadOnlyList<string>? recordIds, TimeZoneInfo? zone, CancellationToken cancel)
    {
        var named = recordIds is { Count: > 0 } ? recordIds.Distinct(StringComparer.Ordinal).ToList() : null;
        if (named?.Count > Recorder.Recovery.Bulk.BulkJobs.MaxIds) throw new ActRefusedException("too-many-named", "too many messages are named; use a query");
        var total = named?.Count ?? (await recovery.FindAsync(reader, query, 1, null, zone, cancel)).Total;
        if (total == 0) throw new ActRefusedException("nothing-named", "no message is meant");
        takings?.Check(reader, total);
        var now = time.GetUtcNow();
        var asked = new ExportAsked(
            Guid.CreateVersion7(now).ToString("D"), reader.Account.Address, named is null ? query : "", named, zone?.Id, "zip", null, total, now + Lifetime)
        {
            Actor = reader.Actor, At = now,
        };
        await ledger.ActAsync($"exports/{asked.Account}", state => Open(state, asked.Account, now) < MaxOpen
            ? asked : throw new ActRefusedException("too-many-exports", "too many exports wait to be downloaded; each ends a day after it was asked for"), cancel);
        return Find(reader, asked.Export)!;
    }

    /// <returns>null for another's, for one that has ended, and for none.</returns>
    public ExportState? Find(Reader reader, string export) =>
        ledger.State.Get<ExportState>(ExportKeys.Of(export)) is { } found && found.Account == reader.Account.Address && found.ExpiresAt > time.GetUtcNow() ? found : null;

    /// <summary>Writes the zip as it is read.</summary>
    /// <exception cref="ActRefusedException">taken-enough, taken-too-much; busy: others download.</exception>
    public async Task DownloadAsync(Reader reader, ExportState export, Stream output, CancellationToken cancel)
    {
        takings?.Check(reader, export.Total); // again: a link can be used more than once
        if (!await slots.WaitAsync(TimeSpan.FromSeconds(5), cancel)) throw new ActRefusedException("busy", "others download at this moment; try again in a few minutes");
        try
        {
            await WriteAsync(reader, export, output, cancel);
        }
        finally
        {
            slots.Release();
        }
    }

    private static int Open(IStateSnapshot state, string account, DateTimeOffset now) =>
        state.Range<ExportState>(ExportKeys.All).Count(one => one.Value.Account == account && one.Value.ExpiresAt > now);

    private async Task WriteAsync(Reader reader, ExportState export, Stream output, CancellationToken cancel)
    {
        await using var zip = await ZipSink.OpenAsync(output, cancel);
        var run = new ExportRun(export.Export, export.Account, reader.Actor, zip, ledger, time) { BeforeBatch = messages => takings?.Check(reader, messages) };
        string? problem = null;
        try
        {
            await run.RunAsync(export.RecordIds is { } named ? await NamedAsync(reader, named, cancel) : Found(reader, export), _ => { }, cancel);
        }
        catch (Exception error) when (error is IOException or ArchiveException or OperationCanceledException or ActRefusedException)
        {
            problem = error is OperationCanceledException ? "the download was broken off" : error.Message;
            throw;
        }
        finally
        {
            await ledger.AppendAsync(run.End(problem), CancellationToken.None);
        }
    }

    // A record that is not the reader's is like none: it is skipped, and the reader's own address stands beside it.
    private async Task<List<ExportItem>> NamedAsync(Reader reader, IReadOnlyList<string> named, CancellationToken cancel)
    {
        var items = new List<ExportItem>();
        foreach (var id in named)
        {
            var mailbox = RecordId.TryParse(id, out var record) ? await recovery.MailboxAsync(reader, record, cancel) : null;
            items.Add(Item(recovery.WithinView, reader, id, mailbox ?? reader.Account.Address, RecordTimeOf(id)));
        }

        return items;
    }

    private IEnumerable<ExportItem> Found(Reader reader, ExportState export)
    {
        var within = recovery.WithinView;
        var zone = export.Zone is { } name && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var known) ? known : null;
        for (string? cursor = null; ;)
        {
            var page = recovery.Find(reader, export.Query, PageRows, cursor, zone);
            foreach (var row in page.Items) yield return Item(within, reader, row.Hit.Id, MailboxOf(reader, row.Hit), row.Hit.ReceivedAt);
            if ((cursor = page.Next) is null) yield break;
        }
    }

    // Taken as the own where it is that too: only what was taken by a grant is told to whoever granted it.
    private static string MailboxOf(Reader reader, Search.SearchHit hit) => hit.Addresses.MinBy(address => Mandate.IsDelegated(reader, address, hit.ReceivedAt))!;

    private static ExportItem Item(IRecovery within, Reader reader, string id, string mailbox, DateTimeOffset at) => new(
        id, mailbox, at, "", async cancel => RecordId.TryParse(id, out var record) ? await within.OpenSourceAsync(reader, record, cancel) : null);

    // The time of the append is near enough for a file's date; a UUIDv7 begins with its milliseconds (RFC 9562 §5.7).
    private static DateTimeOffset RecordTimeOf(string id) => RecordId.TryParse(id, out _)
        ? DateTimeOffset.FromUnixTimeMilliseconds(Convert.ToInt64(id.Replace("-", "", StringComparison.Ordinal)[..12], 16)) : DateTimeOffset.UnixEpoch;
}
