using Recorder.Ledger;

namespace Recorder.Audit;

/// <summary>What is asked of the audit. Null members do not restrict; <paramref name="Until"/> is exclusive.</summary>
/// <param name="Who">An actor's name: an address, or a component of the system.</param>
/// <param name="What">The event's stable name, as of <see cref="AuditDesk.Types"/>.</param>
public sealed record AuditFilter(
    string? Who = null, string? What = null, DateTimeOffset? From = null, DateTimeOffset? Until = null, string? Record = null, string? Mailbox = null);

/// <summary>One act, as it concerns one mailbox: an act on several comes as several rows.</summary>
/// <param name="Id">Of the entry in the log.</param>
/// <param name="Details">The event itself: JSON without any secret.</param>
public sealed record AuditRow(string Id, long Sequence, DateTimeOffset At, string What, Actor Actor, string RecordId, string Mailbox, string Details);

/// <param name="Lag">Entries of the log that are not searchable yet.</param>
public sealed record AuditRows(IReadOnlyList<AuditRow> Items, string? Next, long Lag);

/// <summary>Who did what, when, to which record: every act in the log. Each look is an act too.</summary>
public interface IAudit
{
    /// <summary>Newest first.</summary>
    /// <param name="form">page or api: how it is shown.</param>
    /// <exception cref="ActRefusedException">busy: the look could not be recorded, try again.</exception>
    Task<AuditRows> SearchAsync(Actor by, AuditFilter filter, string form, int limit, string? cursor, CancellationToken cancel);

    /// <summary>Everything that fits, newest first.</summary>
    /// <param name="form">csv or json.</param>
    Task<IAsyncEnumerable<AuditRow>> ExportAsync(Actor by, AuditFilter filter, string form, CancellationToken cancel);
}
