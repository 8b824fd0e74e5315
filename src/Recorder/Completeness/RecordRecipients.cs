using System.Text.Json;
using Recorder.Archive;
using Recorder.Ledger;

namespace Recorder.Completeness;

/// <summary>The little of a record's header that counting needs: reading all of it takes several times as long.</summary>
internal sealed record RecordRecipients(IReadOnlyList<NamedRecipient> Recipients, string Mode, string PeerAddress)
{
    /// <returns>null where the header is not one that this version knows.</returns>
    public static RecordRecipients? Of(LogEntry entry)
    {
        try
        {
            return JsonSerializer.Deserialize<RecordRecipients>(entry.Payload.Span, LedgerJson.Options) is { Recipients: not null } found ? found : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public bool IsImport => Mode == RecordedMail.ImportMode;
}

/// <param name="Address">RCPT as received; in a journal, what it was mapped back to.</param>
internal sealed record NamedRecipient(string Address, IReadOnlyList<string> Owners, string Disposition);
