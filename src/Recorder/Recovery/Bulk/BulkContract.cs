using Recorder.Accounts;
using Recorder.Ledger;

namespace Recorder.Recovery.Bulk;

/// <summary>Where a bulk act stands.</summary>
/// <param name="Done">Including what was as wished already.</param>
/// <param name="Refusals">The first of those that could not be done, with the code of each.</param>
public sealed record BulkStatus(
    string Id, BulkAct Act, string Query, BulkState State, long Total, long Done, long Refused, IReadOnlyList<BulkRefusal> Refusals,
    DateTimeOffset StartedAt, DateTimeOffset? EndedAt)
{
    public bool IsOpen => State is BulkState.Running or BulkState.Paused;
}

/// <summary>Acts on everything a query finds, one at a time for a person. Another person's job is null, like none.</summary>
public interface IBulkJobs
{
    /// <param name="recordIds">The records, when no query names them; at most <see cref="BulkJobs.MaxIds"/>.</param>
    /// <exception cref="ActRefusedException">job-running, nothing-named, too-many-named, query-too-long, search-busy, taken-enough, taken-too-much.</exception>
    Task<BulkStatus> StartAsync(Reader reader, BulkAct act, string query, IReadOnlyList<string>? recordIds, TimeZoneInfo? zone, CancellationToken cancel);

    BulkStatus? Find(Reader reader, string job);

    /// <summary>The reader's own, the newest first; without what could not be done.</summary>
    IReadOnlyList<BulkStatus> List(Reader reader);

    Task<BulkStatus?> PauseAsync(Reader reader, string job, bool isPaused, CancellationToken cancel);

    Task<BulkStatus?> CancelAsync(Reader reader, string job, CancellationToken cancel);
}
