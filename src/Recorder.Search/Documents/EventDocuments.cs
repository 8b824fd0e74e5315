using System.Globalization;
using Lucene.Net.Documents;
using Lucene.Net.Index;
using Recorder.Search.Partitions;

namespace Recorder.Search.Documents;

/// <summary>Makes Lucene documents of ledger events, and back.</summary>
internal static class EventDocuments
{
    public const string FormatVersion = "events-5";

    public const string At = "at";
    public const string Type = "type";
    public const string Actor = "actor";
    public const string Record = "record";
    public const string Mailbox = "mailbox";
    private const string Json = "json";

    public static RecordKey KeyOf(EventDocument e) => new(e.Id, e.Lane, e.Sequence, e.Sequence);

    public static IEnumerable<IIndexableField> Build(EventDocument e)
    {
        var document = new List<IIndexableField>();
        RecordFields.AddTo(document, KeyOf(e));
        document.Add(new NumericDocValuesField(At, e.At.UtcTicks));
        document.Add(new StoredField(RecordFields.Id, e.Id));
        document.Add(new StoredField(At, e.At.UtcTicks));
        foreach (var (field, value) in Keywords(e)) AddKeyword(document, field, value);
        document.Add(new StoredField(Json, e.Json));
        return document;
    }

    public static EventDocument Read(IndexReader reader, int document, string lane, long sequence)
    {
        var stored = reader.Document(document);
        var at = new DateTimeOffset(stored.GetField(At).GetInt64Value()!.Value, TimeSpan.Zero);
        string Text(string field) => stored.GetField(field)?.GetStringValue(CultureInfo.InvariantCulture) ?? "";
        return new EventDocument(
            Text(RecordFields.Id), lane, sequence, at, Text(Type), Text(Actor), Text(Record), Text(Mailbox), Text(Json));
    }

    private static IEnumerable<(string Field, string Value)> Keywords(EventDocument e) =>
        [(Type, e.Type), (Actor, e.Actor), (Record, e.RecordId), (Mailbox, e.Mailbox)];

    private static void AddKeyword(List<IIndexableField> document, string field, string value)
    {
        if (value.Length == 0) return;
        document.Add(new StoredField(field, value));
        document.Add(new Field(field, MailFields.Keyword(value), MailFields.KeywordType));
    }
}
