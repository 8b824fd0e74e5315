using System.Text;

namespace Recorder.Search.Documents;

/// <summary>What a hit needs, stored with the document. Holds every owner: restrict to the reader's scope before showing anything.</summary>
internal sealed record MailRow(
    string Id, IReadOnlyList<(string Address, string Disposition)> Owners,
    string Subject, string From, string To, string Summary, bool HasAttachment, long SizeBytes)
{
    private const int MaxLineChars = 1000;
    private const int MaxSummaryChars = 400;

    public static MailRow Of(SearchDocument mail) => new(
        mail.Id, mail.Owners.Select(owner => (owner, mail.Dispositions.GetValueOrDefault(owner, ""))).ToList(),
        Cut(mail.Subject, MaxLineChars), Cut(mail.From, MaxLineChars), Cut(mail.To, MaxLineChars), Cut(mail.Summary, MaxSummaryChars),
        mail.AttachmentNames.Count > 0, mail.SizeBytes);

    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(Id);
        writer.Write7BitEncodedInt(Owners.Count);
        foreach (var (address, disposition) in Owners)
        {
            writer.Write(address);
            writer.Write(disposition);
        }
        foreach (var text in (string[])[Subject, From, To, Summary]) writer.Write(text);
        writer.Write(HasAttachment);
        writer.Write7BitEncodedInt64(SizeBytes);
        return bytes.ToArray();
    }

    public static MailRow FromBytes(byte[] bytes, int offset, int length)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes, offset, length), Encoding.UTF8);
        var id = reader.ReadString();
        var owners = new (string, string)[reader.Read7BitEncodedInt()];
        for (var i = 0; i < owners.Length; i++) owners[i] = (reader.ReadString(), reader.ReadString());
        return new MailRow(
            id, owners, reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadString(),
            reader.ReadBoolean(), reader.Read7BitEncodedInt64());
    }

    private static string Cut(string text, int chars) => text.Length <= chars ? text : text[..chars];
}
