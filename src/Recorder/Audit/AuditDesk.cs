using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Serialization;
using Recorder.Accounts;
using Recorder.Indexing;
using Recorder.Ledger;
using Recorder.Search;

namespace Recorder.Audit;

/// <summary>The audit over the event index.</summary>
/// <param name="progress">The event index's follower.</param>
public sealed class AuditDesk(IEventIndex index, ILedger ledger, IAddressBook book, IIndexProgress progress, TimeProvider time) : IAudit
{
    private const int MaxRows = 500, RowsOfAPage = 500;

    /// <summary>The stable names of everything that is recorded and can be asked for, in ordinal order.</summary>
    public static IReadOnlyList<string> Types { get; } = [.. typeof(LedgerEvent).GetCustomAttributes<JsonDerivedTypeAttribute>()
        .Where(known => !IsBookkeeping(known.DerivedType)).Select(known => (string)known.TypeDiscriminator!).Order(StringComparer.Ordinal)];

    public Task<AuditRows> SearchAsync(Actor by, AuditFilter filter, string form, int limit, string? cursor, CancellationToken cancel)
    {
        var page = Page(filter, Math.Clamp(limit, 1, MaxRows), cursor, cancel);
        var answer = new AuditRows([.. page.Items.Select(RowOf)], page.Next, progress.Status.Lag);
        return ledger.TryPost(Look(by, filter, form, answer.Items.Count))
            ? Task.FromResult(answer) : throw new ActRefusedException("busy", "the look cannot be recorded at this moment; try again");
    }

    public async Task<IAsyncEnumerable<AuditRow>> ExportAsync(Actor by, AuditFilter filter, string form, CancellationToken cancel)
    {
        await ledger.AppendAsync(Look(by, filter, form, null), cancel);
        return RowsAsync(filter, cancel);
    }

    private async IAsyncEnumerable<AuditRow> RowsAsync(AuditFilter filter, [EnumeratorCancellation] CancellationToken cancel)
    {
        for (string? cursor = null; ;)
        {
            var page = Page(filter, RowsOfAPage, cursor, cancel);
            foreach (var row in page.Items) yield return RowOf(row);
            if ((cursor = page.Next) is null) yield break;
            await Task.Yield();
        }
    }

    private EventPage Page(AuditFilter filter, int limit, string? cursor, CancellationToken cancel) => index.Search(
        new EventQuery(Text(filter.Record), AddressOf(filter.Mailbox), AddressOf(filter.Who), Text(filter.What), filter.From, Last(filter.Until), limit, Text(cursor)), cancel);

    private AuditSearched Look(Actor by, AuditFilter filter, string form, int? rows) => new(
        Text(filter.Who), Text(filter.What), filter.From, filter.Until, Text(filter.Record), Text(filter.Mailbox), form, rows) { Actor = by, At = time.GetUtcNow() };

    private string? AddressOf(string? text) => Text(text) is { } name ? book.Normalise(name) ?? name : null;

    // The index takes both ends.
    private static DateTimeOffset? Last(DateTimeOffset? until) => until is { } end ? end.AddTicks(-1) : null;

    private static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static bool IsBookkeeping(Type type) => type == typeof(AnswerConfirmed) || type == typeof(AnswersConfirmed) || type == typeof(ListEntriesHit);

    private static AuditRow RowOf(EventDocument found) => new(
        found.Id.Split(':')[0], found.Sequence, found.At, found.Type, LedgerJson.Decode(Encoding.UTF8.GetBytes(found.Json))?.Actor ?? new Actor("", found.Actor),
        found.RecordId, found.Mailbox, found.Json);
}
