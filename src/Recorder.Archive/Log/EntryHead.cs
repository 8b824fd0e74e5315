using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Recorder.Archive.Log;

/// <summary>Everything of an entry but inline content.</summary>
/// <param name="Reference">The spool file's name, or the 8-byte sequence of the entry that has the same bytes.</param>
internal sealed record EntryHead(
    LogEntry Entry, string ClusterKey, ReadOnlyMemory<byte> Nonce, ContentForm Form, ReadOnlyMemory<byte> Reference, int HeadBytes)
{
    public long EntryBytes => HeadBytes + (Form == ContentForm.Inline ? Entry.ContentLengthBytes : 0);
    public string SpoolName => Encoding.ASCII.GetString(Reference.Span);
    public long SameAsSequence => BinaryPrimitives.ReadInt64LittleEndian(Reference.Span);

    public static int BytesFor(int clusterKeyBytes, int payloadBytes, int referenceBytes) =>
        ActiveFormat.EntryFixedBytes + clusterKeyBytes + payloadBytes + referenceBytes + ActiveFormat.EntryCheckBytes;

    /// <returns>Bytes written.</returns>
    public static int Write(
        Span<byte> target, LogEntry entry, ReadOnlySpan<byte> clusterKey, ReadOnlySpan<byte> nonce,
        ContentForm form, ReadOnlySpan<byte> reference)
    {
        var length = BytesFor(clusterKey.Length, entry.Payload.Length, reference.Length);
        var at = target[..length];
        at[..ActiveFormat.EntryFixedBytes].Clear();
        BinaryPrimitives.WriteInt32LittleEndian(at, length);
        at[4] = (byte)entry.Kind;
        at[5] = (byte)form;
        BinaryPrimitives.WriteUInt16LittleEndian(at[6..], checked((ushort)clusterKey.Length));
        entry.Id.Value.TryWriteBytes(at[8..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64LittleEndian(at[24..], entry.Position.Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(at[32..], ActiveFormat.Stamp(entry.AppendedAt));
        BinaryPrimitives.WriteInt64LittleEndian(at[40..], ActiveFormat.Stamp(entry.ReceivedAt));
        nonce.CopyTo(at[48..]);
        BinaryPrimitives.WriteInt32LittleEndian(at[64..], entry.Payload.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(at[68..], checked((ushort)reference.Length));
        BinaryPrimitives.WriteInt64LittleEndian(at[72..], entry.ContentLengthBytes);
        entry.ContentSha256.Span.CopyTo(at[80..]);
        var rest = at[ActiveFormat.EntryFixedBytes..];
        clusterKey.CopyTo(rest);
        entry.Payload.Span.CopyTo(rest = rest[clusterKey.Length..]);
        reference.CopyTo(rest = rest[entry.Payload.Length..]);
        XxHash3.Hash(at[..^ActiveFormat.EntryCheckBytes], rest[reference.Length..]);
        return length;
    }

    /// <returns>null when the bytes do not begin with an intact head that makes sense.</returns>
    public static EntryHead? Decode(ReadOnlySpan<byte> bytes, string lane)
    {
        if (DeclaredHeadBytes(bytes) is not { } length || length > bytes.Length) return null;
        var head = bytes[..length];
        Span<byte> check = stackalloc byte[ActiveFormat.EntryCheckBytes];
        XxHash3.Hash(head[..^ActiveFormat.EntryCheckBytes], check);
        return check.SequenceEqual(head[^ActiveFormat.EntryCheckBytes..]) && MakesSense(head) ? DecodeIntact(head, lane) : null;
    }

    // A check vouches for the bytes, not for who computed it: memory that failed before, or a hand that knows the format.
    private static bool MakesSense(ReadOnlySpan<byte> head)
    {
        var content = BinaryPrimitives.ReadInt64LittleEndian(head[72..]);
        var (_, _, reference) = PartLengths(head);
        var hasItsForm = ((EntryKind)head[4], (ContentForm)head[5]) switch
        {
            (EntryKind.Mail, ContentForm.Inline) => reference == 0 && content is >= 0 and <= ActiveFormat.MaxInlineContentBytes,
            (EntryKind.Mail, ContentForm.SameAs) => reference == sizeof(long) && content >= 0,
            (EntryKind.Mail, ContentForm.Spooled) => reference > 0 && content >= 0,
            (EntryKind.Event or EntryKind.Root, ContentForm.None) => reference == 0 && content == 0,
            _ => false,
        };
        return hasItsForm && BinaryPrimitives.ReadInt64LittleEndian(head[24..]) > 0
            && ActiveFormat.IsTime(BinaryPrimitives.ReadInt64LittleEndian(head[32..])) && ActiveFormat.IsTime(BinaryPrimitives.ReadInt64LittleEndian(head[40..]));
    }

    /// <summary>The length that the fields of a head speak of, whether or not it is intact.</summary>
    public static int? DeclaredHeadBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < ActiveFormat.EntryFixedBytes + ActiveFormat.EntryCheckBytes) return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        var (key, payload, reference) = PartLengths(bytes);
        if (key > ActiveFormat.MaxClusterKeyBytes || payload is < 0 or > ActiveFormat.MaxPayloadBytes || reference > ActiveFormat.MaxReferenceBytes)
            return null;
        return length == BytesFor(key, payload, reference) ? length : null;
    }

    /// <summary>As <see cref="DeclaredHeadBytes"/>, with inline content.</summary>
    public static long? DeclaredEntryBytes(ReadOnlySpan<byte> bytes)
    {
        if (DeclaredHeadBytes(bytes) is not { } head) return null;
        var content = BinaryPrimitives.ReadInt64LittleEndian(bytes[72..]);
        if ((ContentForm)bytes[5] != ContentForm.Inline) return head;
        return content is >= 0 and <= ActiveFormat.MaxInlineContentBytes ? head + content : null;
    }

    private static EntryHead DecodeIntact(ReadOnlySpan<byte> head, string lane)
    {
        var (keyBytes, payloadBytes, referenceBytes) = PartLengths(head);
        var kind = (EntryKind)head[4];
        var key = head.Slice(ActiveFormat.EntryFixedBytes, keyBytes);
        var payload = head.Slice(ActiveFormat.EntryFixedBytes + keyBytes, payloadBytes);
        var reference = head.Slice(ActiveFormat.EntryFixedBytes + keyBytes + payloadBytes, referenceBytes);
        var entry = new LogEntry(
            new RecordId(new Guid(head.Slice(8, 16), bigEndian: true)),
            new Position(lane, BinaryPrimitives.ReadInt64LittleEndian(head[24..])), kind,
            ActiveFormat.Time(BinaryPrimitives.ReadInt64LittleEndian(head[32..])),
            ActiveFormat.Time(BinaryPrimitives.ReadInt64LittleEndian(head[40..])),
            payload.ToArray(), BinaryPrimitives.ReadInt64LittleEndian(head[72..]),
            kind == EntryKind.Mail ? head.Slice(80, ActiveFormat.Sha256Bytes).ToArray() : default(ReadOnlyMemory<byte>));
        return new EntryHead(
            entry, Encoding.UTF8.GetString(key), head.Slice(48, ActiveFormat.NonceBytes).ToArray(),
            (ContentForm)head[5], reference.ToArray(), head.Length);
    }

    private static (int Key, int Payload, int Reference) PartLengths(ReadOnlySpan<byte> bytes) => (
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[64..]),
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[68..]));
}
