using System.Globalization;

namespace Recorder.Archive.Segments;

/// <summary>
/// The list of a lane's segments as one small object, "LANE/manifest.NUMBER"; the highest number that reads well
/// counts. It saves reading every trailer at start, remembers segments that have gone missing, and is the point at
/// which a rewritten segment takes the place of the former one. Derived: without it the trailers say the same.
/// </summary>
/// <param name="Missing">Once listed, then not found in the store, and never removed by us.</param>
internal sealed record SegmentManifest(IReadOnlyList<SegmentInfo> Segments, IReadOnlyList<SegmentInfo> Missing)
{
    private const short Version = 1;
    private const int LeastEntryBytes = 100, MaxBytes = 256 * 1024 * 1024;
    private static ReadOnlySpan<byte> Magic => [0x89, (byte)'R', (byte)'M', (byte)'A', (byte)'N', 0x0D, 0x0A, 0x1A];

    public static readonly SegmentManifest None = new([], []);

    public static string NameOf(string lane, long number) =>
        string.Create(CultureInfo.InvariantCulture, $"{lane}/manifest.{number:D12}");

    private static long? NumberOf(string lane, string name) =>
        name.StartsWith($"{lane}/manifest.", StringComparison.Ordinal)
        && long.TryParse(name.AsSpan(lane.Length + 10), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Puts the manifest durably under the next number, then removes the others.</summary>
    public void Put(ISegmentStore store, string lane)
    {
        var bytes = Encode(lane);
        var others = store.List($"{lane}/manifest.");
        var number = others.Max(name => NumberOf(lane, name)) + 1 ?? 1;
        store.Put(NameOf(lane, number), stream => stream.Write(bytes));
        // Older ones that stay are harmless: the highest number that reads well counts.
        try { foreach (var name in others) store.Delete(name); }
        catch (IOException) { }
    }

    /// <summary>The newest that reads well, else an empty one.</summary>
    /// <param name="names">All names of the lane.</param>
    public static SegmentManifest Load(ISegmentStore store, string lane, IReadOnlyList<string> names)
    {
        foreach (var number in names.Select(name => NumberOf(lane, name)).OfType<long>().OrderDescending())
        {
            try { return Read(store, lane, number); }
            catch (InvalidDataException) { }
            catch (IOException) { }
        }
        return None;
    }

    private static SegmentManifest Read(ISegmentStore store, string lane, long number)
    {
        var name = NameOf(lane, number);
        var length = store.LengthOf(name);
        if (length > MaxBytes) throw new InvalidDataException("too large");
        var bytes = new byte[length];
        if (store.ReadRange(name, 0, bytes) < bytes.Length || bytes.Length < 8) throw new InvalidDataException("cut short");
        return Decode(bytes, lane);
    }

    private byte[] Encode(string lane)
    {
        var writer = new ByteWriter();
        writer.Bytes(Magic);
        writer.Int16(Version);
        writer.ShortText(lane);
        EncodeList(writer, Segments);
        EncodeList(writer, Missing);
        writer.UInt64(SegmentFormat.Checksum(writer.Written));
        return writer.Written.ToArray();
    }

    private static SegmentManifest Decode(ReadOnlySpan<byte> bytes, string lane)
    {
        var body = new ByteReader(bytes[..^8]);
        var checksum = new ByteReader(bytes[^8..]).UInt64();
        if (!body.Bytes(8).SequenceEqual(Magic) || SegmentFormat.Checksum(bytes[..^8]) != checksum || body.Int16() != Version || body.ShortText() != lane)
            throw new InvalidDataException("no manifest of this lane");
        var manifest = new SegmentManifest(DecodeList(ref body, lane), DecodeList(ref body, lane));
        body.End();
        return manifest;
    }

    private static void EncodeList(ByteWriter writer, IReadOnlyList<SegmentInfo> infos)
    {
        writer.Int32(infos.Count);
        foreach (var info in infos)
        {
            writer.ShortText(info.Name);
            writer.Byte((byte)info.Kind);
            writer.Day(info.Day);
            writer.Int64(info.FirstSequence);
            writer.Int64(info.LastSequence);
            writer.Id(info.FirstId);
            writer.Id(info.LastId);
            writer.Int32(info.EntryCount);
            writer.Int64(info.ContentBytes);
            writer.Int64(info.StoredBytes);
            writer.Bytes(info.MerkleRoot.Span);
        }
    }

    private static List<SegmentInfo> DecodeList(ref ByteReader reader, string lane)
    {
        var count = reader.Count(LeastEntryBytes);
        var infos = new List<SegmentInfo>(count);
        for (var i = 0; i < count; i++)
        {
            var (name, kind, day) = (reader.ShortText(), (SegmentKind)reader.Byte(), reader.Day());
            infos.Add(new SegmentInfo(name, kind, day, lane, reader.Int64(), reader.Int64(), reader.Id(), reader.Id(),
                reader.Int32(), reader.Int64(), reader.Int64(), reader.Bytes(32).ToArray()));
        }
        return infos;
    }
}
