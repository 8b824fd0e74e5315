using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Search;

namespace Recorder.Indexing;

/// <summary>Search documents from a record's envelope and what its message says.</summary>
internal static class MailDocuments
{
    public static SearchDocument Of(LogEntry entry, RecordedMail? mail, MailFacts facts)
    {
        var owners = mail?.Owners ?? [];
        return new SearchDocument(
            entry.Id.ToString(), entry.Position.Lane, entry.Position.Sequence, entry.ReceivedAt,
            owners, owners.ToDictionary(owner => owner, owner => mail!.DispositionFor(owner)), mail?.ReversePath ?? "",
            facts.Subject, Names(facts.From), Names(facts.To), Names(facts.Cc), facts.MessageId, facts.ListId,
            facts.Text, facts.Summary, [.. facts.Attachments.Select(part => part.FileName)], entry.ContentLengthBytes,
            KeptSince(entry, mail))
        {
            AttachedText = facts.AttachedText,
            AttachmentTypes = [.. facts.Attachments.Select(part => part.ContentType)],
            Headers = [.. facts.Fields.Select(field => new SearchHeader(field.Name, field.Value))],
            IsAwaited = mail is not { IsImport: true },
        };
    }

    private static DateTimeOffset? KeptSince(LogEntry entry, RecordedMail? mail) =>
        mail is not null && RecordedMail.KeptSince(entry, mail) is var since && since != entry.ReceivedAt ? since : null;

    /// <summary>Where nothing of the message could be read, the envelope alone finds it.</summary>
    public static MailFacts NoFacts { get; } = new("", [], [], [], null, "", "", "", "", [], 0, ReadFlags.Unparsed);

    private static string Names(IReadOnlyList<MailParty> parties) =>
        string.Join(", ", parties.Select(party => party.Name.Length == 0 ? party.Address : $"{party.Name} <{party.Address}>"));
}
