using Microsoft.Extensions.Options;
using Recorder.Accounts;
using Recorder.Ledger;
using Recorder.Retention;
using Recorder.Search;

namespace Recorder.Recovery;

/// <summary>Something a person asked for that did not arrive.</summary>
/// <param name="Id">Opaque.</param>
/// <param name="From">Empty, like the subject, where the reader may not see the message any more.</param>
public sealed record ProblemRow(string Id, DispatchStatus Status, bool CanOpen, string From, string Subject, DateTimeOffset? ReceivedAt, DateTimeOffset AskedAt);

/// <summary>What a reader asked for and did not get, until it is asked for anew or dismissed.</summary>
public sealed class DeliveryProblems(ILedger ledger, IMailIndex index, IOptions<RetentionOptions> retention, TimeProvider time)
{
    /// <summary>No more are counted or listed.</summary>
    public const int MaxRows = 100;

    private readonly RetentionTerms terms = new(ledger, retention, time);

    public static int CountFor(IStateSnapshot state, Reader reader) => All(state, reader).Count();

    /// <summary>The newest wishes first.</summary>
    public IReadOnlyList<ProblemRow> List(Reader reader) =>
        [.. All(ledger.State, reader).Select(one => RowOf(reader, one)).OrderByDescending(row => row.AskedAt)];

    /// <returns>false for no such problem of this reader.</returns>
    public async Task<bool> DismissAsync(Reader reader, string id, CancellationToken cancel)
    {
        if (All(ledger.State, reader).FirstOrDefault(one => IdOf(one) == id) is not { } found) return false;
        var key = OutboxKeys.Problem(reader.Account.Address, found);
        await ledger.ActAsync(key, state => state.Get<Dispatch>(key) is null ? null
            : new ProblemDismissed(reader.Account.Address, found.RecordId, found.Kind, found.Recipient, found.Round) { Actor = reader.Actor, At = time.GetUtcNow() }, cancel);
        return true;
    }

    private static IEnumerable<Dispatch> All(IStateSnapshot state, Reader reader) =>
        state.Range<Dispatch>(OutboxKeys.ProblemsOf(reader.Account.Address), limit: MaxRows).Select(pair => pair.Value);

    private ProblemRow RowOf(Reader reader, Dispatch one)
    {
        var (scope, notBefore) = terms.Bounds(reader.Scope);
        var hit = terms.IsErased(one.RecordId) ? null : index.Find(one.RecordId, scope, notBefore);
        return new ProblemRow(IdOf(one), RecordWishes.StatusOf(one), hit is not null, hit?.From ?? "", hit?.Subject ?? "", hit?.ReceivedAt, one.RequestedAt);
    }

    private static string IdOf(Dispatch one) => OpaqueId.Of(one.RecordId, OutboxKeys.Of(one));
}
