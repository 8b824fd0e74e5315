namespace Recorder.Ledger;

/// <summary>Somebody looked into the audit.</summary>
/// <param name="Who">With the five behind it: what was asked for; null where it did not restrict.</param>
/// <param name="Form">page, api, csv or json.</param>
/// <param name="Rows">How many were shown; null for an export, which gives all there are.</param>
public sealed record AuditSearched(
    string? Who, string? What, DateTimeOffset? From, DateTimeOffset? Until, string? Record, string? Mailbox, string Form, int? Rows) : LedgerEvent;
