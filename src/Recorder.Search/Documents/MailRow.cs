using System.Text;

namespace Recorder.Search.Documents;

/// <summary>What a hit needs, stored with the document. Holds every owner: restrict to the reader's scope before showing anything.</summary>
internal sealed record MailRow(
    string Id, IReadOnlyList<(string Address, string Disposition)> Owners,
    string Subject, string From, string To, string Summary, bool HasAttachment, long SizeBytes, AttachmentGaps Gaps)
{
    private const int IdBytes = 16;
    private const int MaxLineChars = 1000;
    private const int MaxSummaryChars = 400;

    public static MailRow Of(SearchDocument mail) => new(
        mail.Id, mail.Owners.Select(owner => (owner, mail.Dispositions.GetValueOrDefault(owner, ""))).ToList(),
        Cut(mail.Subject, MaxLineChars), Cut(mail.From, MaxLineChars), Cut(mail.To, MaxLineChars), Cut(mail.Summary, MaxSummaryChars),
        mail.AttachmentNames.Count > 0, mail.SizeBytes, mail.Gaps);

    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        WriteId(writer);
        writer.Write7BitEncodedInt(Owners.Count);
        foreach (var (address, disposition) in Owners)
        {
            writer.Write(address);
            writer.Write(disposition);
        }
        foreach (var text in (string[])[Subject, From, To, Summary]) writer.Write(text);
        writer.Write(HasAttachment);
        writer.Write7BitEncodedInt64(SizeBytes);
        writer.Write((byte)Gaps);
        return bytes.ToArray();
    }

    public static MailRow FromBytes(byte[] bytes, int offset, int length)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes, offset, length), Encoding.UTF8);
        var id = ReadId(reader);
        var owners = new (string, string)[reader.Read7BitEncodedInt()];
        for (var i = 0; i < owners.Length; i++) owners[i] = (reader.ReadString(), reader.ReadString());
        return new MailRow(
            id, owners, reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadString(),
            reader.ReadBoolean(), reader.Read7BitEncodedInt64(), (AttachmentGaps)reader.ReadByte());
    }

    // A record id takes its 16 bytes; any other text follows an empty length byte.
    private void WriteId(BinaryWriter writer)
    {
        Span<byte> packed = stackalloc byte[IdBytes];
        var isPacked = DenseTerms.TryPack(Id, packed);
        writer.Write((byte)(isPacked ? IdBytes : 0));
        if (isPacked) writer.Write(packed);
        else writer.Write(Id);
    }

    private static string ReadId(BinaryReader reader) =>
        reader.ReadByte() == 0 ? reader.ReadString() : new Guid(reader.ReadBytes(IdBytes), bigEndian: true).ToString("D");

    private static string Cut(string text, int chars) => text.Length <= chars ? text : text[..chars];
}
