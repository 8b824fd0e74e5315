using Lucene.Net.Documents;
using Lucene.Net.Index;
using Lucene.Net.Util;
using Recorder.Search.Analysis;
using Recorder.Search.Partitions;

namespace Recorder.Search.Documents;

/// <summary>
/// Makes Lucene documents of mail. The field objects are reused: a document is valid until the next one is made.
/// Every text is scanned once, then replayed into its fields.
/// </summary>
internal sealed class MailDocuments
{
    private readonly TokenList _subject = new(), _from = new(), _to = new(), _cc = new(), _files = new(), _list = new(), _body = new(), _attached = new();
    private readonly TokenList _envelope = new(), _blind = new();
    private readonly TokenList[] _all;
    private readonly FieldTokens[] _fields;
    private readonly KeywordField _id = new(RecordFields.Id), _owner = new(MailFields.Owner), _blindOwner = new(MailFields.Blind), _state = new(MailFields.State);
    private readonly KeywordField _has = new(MailFields.Has), _header = new(MailFields.Header), _messageId = new(MailFields.MessageId);
    private readonly KeywordField[] _keywords;
    private readonly List<IIndexableField> _document = [];

    public MailDocuments()
    {
        _all = [_subject, _from, _to, _cc, _files, _list, _body, _attached, _envelope, _blind];
        _keywords = [_id, _owner, _blindOwner, _state, _has, _header, _messageId];
        _fields =
        [
            new(MailFields.Subject, _subject), new(MailFields.From, _from), new(MailFields.To, _to), new(MailFields.Cc, _cc),
            new(MailFields.FileName, _files), new(MailFields.List, _list),
            new(MailFields.Text, _body), new(MailFields.Attached, _attached),
            new(MailFields.Envelope, _envelope), new(MailFields.BlindEnvelope, _blind),
        ];
    }

    public static RecordKey KeyOf(SearchDocument mail) => new(
        mail.Id, mail.Lane, mail.Sequence, mail.ReceivedAt.UtcTicks, mail.KeptSince?.UtcTicks ?? RecordKey.KeptByOrder);

    public IEnumerable<IIndexableField> Build(SearchDocument mail)
    {
        _document.Clear();
        foreach (var list in _all) list.Clear();
        foreach (var field in _keywords) field.Clear();
        _id.Add(DenseTerms.OfId(mail.Id));
        RecordFields.AddPlaceTo(_document, KeyOf(mail));
        Scan(mail);
        Envelope(mail);
        Facts(mail);
        foreach (var field in _keywords) field.AddTo(_document);
        foreach (var field in _fields) field.AddTo(_document);
        return _document;
    }

    private void Scan(SearchDocument mail)
    {
        _subject.Scan(mail.Subject);
        _from.Scan($"{mail.From}\n\n{mail.ReversePath}");
        _to.Scan(mail.To);
        _cc.Scan(mail.Cc);
        foreach (var name in mail.AttachmentNames) _files.Scan(name);
        _list.Scan(mail.ListId);
        _body.Scan(mail.Text);
        _attached.Scan(mail.AttachedText);
    }

    private void Envelope(SearchDocument mail)
    {
        foreach (var owner in mail.Owners)
        {
            _owner.Add(owner);
            _envelope.Scan(owner);
            if (mail.Dispositions.TryGetValue(owner, out var code)) State(owner, code);
            if (Names(mail.To, owner) || Names(mail.Cc, owner)) continue;
            _blindOwner.Add(owner);
            _blind.Scan(owner);
        }
    }

    /// <summary>The code and, where it has one, its first part; for the owner and, under no name, for the administrator.</summary>
    private void State(string owner, string code)
    {
        var dot = code.IndexOf('.', StringComparison.Ordinal);
        foreach (var name in dot > 0 ? [code, code[..dot]] : (string[])[code])
        {
            _state.Add(MailFields.StateTerm(owner, name));
            _state.Add(MailFields.StateTerm("", name));
        }
    }

    private void Facts(SearchDocument mail)
    {
        _document.Add(new NumericDocValuesField(MailFields.SizeBytes, mail.SizeBytes));
        _document.Add(new StoredField(MailFields.Row, MailRow.Of(mail).ToBytes()));
        foreach (var kind in AttachmentKinds.Of(mail.AttachmentNames, mail.AttachmentTypes)) _has.Add(kind);
        foreach (var term in HeaderTerms.Of(mail.Headers)) _header.Add(term);
        foreach (var term in HeaderTerms.NamedBy(mail.Headers)) _messageId.Add(term);
        if (SenderValue.Of(mail.From) is { } sender) _document.Add(new SortedDocValuesField(MailFields.Sender, new BytesRef(sender)));
        // Hostile mail has ids of nothing but brackets: a term of no length would be one for all of them.
        if (mail.MessageId.Trim().TrimStart('<').TrimEnd('>') is { Length: > 0 } id) _messageId.Add(DenseTerms.OfMessageId(id));
    }

    private static bool Names(string header, string owner) => header.Contains(owner, StringComparison.OrdinalIgnoreCase);
}
