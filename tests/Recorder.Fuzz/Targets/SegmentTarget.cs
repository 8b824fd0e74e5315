using System.Security.Cryptography;
using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Archive.Segments;

namespace Recorder.Fuzz.Targets;

/// <summary>
/// A sealed segment. 'r': the input is the file; 'p': a valid file with bytes changed; 'f': its blocks or its footer changed and
/// every checksum made right again. Reading fails with the typed error or gives bytes with the recorded SHA-256; verify throws
/// for nothing, and names a changed file.
/// </summary>
public sealed class SegmentTarget : FuzzTarget
{
    private const string Lane = "a";
    private const int FooterPlace = 255;

    private readonly Lazy<(SegmentInfo Info, byte[] File, Dictionary<RecordId, byte[]> Contents)> valid = new(Make);

    public override IEnumerable<byte[]> Seeds()
    {
        yield return [(byte)'r', .. valid.Value.File];
        yield return [(byte)'p', .. Patches.Step(0, 60, 1), .. Patches.Step(0, 3000, 2)];
        for (var place = 0; place < 4; place++) yield return [(byte)'f', .. Patches.Step(place, 50, 3)];
        yield return [(byte)'f', .. Patches.Step(FooterPlace, 40, 7), .. Patches.Step(FooterPlace, 90, 1)];
    }

    public override void Run(byte[] input)
    {
        if (input.Length == 0) return;
        var (info, file, contents) = valid.Value;
        var steps = input.AsMemory(1);
        var bytes = input[0] switch { (byte)'r' => input[1..], (byte)'p' => Patches.Apply(file, steps), (byte)'f' => Forge(steps), _ => null };
        if (bytes is null) return;
        var disk = new MemoryDisk();
        Put(disk, info, bytes);
        ReadAll(disk, info, input[0] == 'f' ? null : contents);
        var findings = SegmentSet.Open(new FolderSegmentStore(disk, "segments"), Lane).Verify(info, null, CancellationToken.None);
        Oracle.Holds(input[0] == 'f' || bytes.AsSpan().SequenceEqual(file) == (findings.Count == 0), $"verify finds {findings.Count} faults");
    }

    private static void ReadAll(MemoryDisk disk, SegmentInfo info, Dictionary<RecordId, byte[]>? contents) => Tolerating(() =>
    {
        var reader = SegmentReader.Open(new FolderSegmentStore(disk, "segments"), info.Name, new LruCache<BlockKey, byte[]>(1 << 20));
        for (var page = 0; page < reader.Footer.Pages.Length; page++)
        {
            var number = page;
            Tolerating(() =>
            {
                foreach (var row in reader.Rows(number)) Tolerating(() => ReadOne(reader, row, contents));
            });
        }
    });

    private static void ReadOne(SegmentReader reader, SegmentRow row, Dictionary<RecordId, byte[]>? contents)
    {
        if (row.Purged) return;
        var entry = reader.Entry(row);
        Oracle.Same(row.Id, entry.Id, "id");
        if (entry.Kind != EntryKind.Mail) return;
        using var stream = reader.OpenContent(row);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        Oracle.Holds(SHA256.HashData(copy.ToArray()).AsSpan().SequenceEqual(entry.ContentSha256.Span), "content without its digest");
        Oracle.Holds(contents is null || contents[row.Id].AsSpan().SequenceEqual(copy.ToArray()), "another content");
    }

    private static void Tolerating(Action read)
    {
        try { read(); }
        catch (ArchiveException e) when (e.Fault == ArchiveFault.Damaged) { }
    }

    private byte[] Forge(ReadOnlyMemory<byte> steps)
    {
        var (info, file, _) = valid.Value;
        var disk = new MemoryDisk();
        Put(disk, info, file);
        var reader = SegmentReader.Open(new FolderSegmentStore(disk, "segments"), info.Name, new LruCache<BlockKey, byte[]>(0));
        var changes = Patches.Read(steps).ToLookup(step => step.Place);
        using var bytes = new MemoryStream();
        bytes.Write(SegmentFrame.EncodeHeader(reader.Footer.Kind, reader.Footer.Day, reader.Footer.Lane));
        using var blocks = new BlockWriter(bytes, bytes.Length);
        for (var number = 0; number < reader.Footer.Blocks.Length; number++)
        {
            byte[] buffer = [];
            blocks.Write(Changed(reader.Scan(number, ref buffer).ToArray(), changes[number]));
        }
        var footer = Changed((reader.Footer with { Blocks = blocks.Table() }).Encode().ToArray(), changes[FooterPlace]);
        bytes.Write(footer);
        bytes.Write(SegmentFrame.EncodeTrailer(blocks.End, footer));
        return bytes.ToArray();
    }

    private static byte[] Changed(byte[] bytes, IEnumerable<(int Place, int Offset, byte Value)> changes)
    {
        foreach (var (_, offset, value) in changes) bytes[offset % bytes.Length] = value;
        return bytes;
    }

    private static void Put(MemoryDisk disk, SegmentInfo info, byte[] bytes)
    {
        disk.CreateFolder(Path.GetDirectoryName($"segments/{info.Name}")!.Replace('\\', '/'));
        using var file = disk.Open($"segments/{info.Name}", DiskMode.Create);
        file.Write(0, bytes);
    }

    private static (SegmentInfo, byte[], Dictionary<RecordId, byte[]>) Make()
    {
        var disk = new MemoryDisk();
        var source = new Source();
        var info = SegmentSet.Open(new FolderSegmentStore(disk, "segments"), Lane).Seal(source, CancellationToken.None).Single();
        using var file = disk.Open($"segments/{info.Name}", DiskMode.Read);
        var bytes = new byte[file.Length];
        file.Read(0, bytes);
        return (info, bytes, source.Contents);
    }

    /// <summary>Nine mails of one day: small ones, an empty one, a duplicate and one with blocks of its own.</summary>
    private sealed class Source : ISealSource
    {
        private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        private readonly List<byte[]> bodies = [];

        public Source()
        {
            var random = new Random(5);
            foreach (var length in (int[])[40, 0, 900, 40, 300, 7, 262_145, 1, 20]) Add(random, length);
        }

        public Dictionary<RecordId, byte[]> Contents { get; } = [];

        public IReadOnlyList<SealEntry> Entries => [.. bodies.Select(Entry)];

        public Stream OpenContent(SealEntry entry) => new MemoryStream(bodies[(int)entry.Entry.Position.Sequence - 1]);

        private void Add(Random random, int length)
        {
            var body = bodies.Count == 3 ? bodies[0] : [.. Enumerable.Range(0, length).Select(i => (byte)"abcd\r\n"[length > 1000 ? i % 6 : random.Next(6)])];
            bodies.Add(body);
            Contents[IdOf(bodies.Count)] = body;
        }

        private static SealEntry Entry(byte[] body, int index) => new(
            new LogEntry(IdOf(index + 1), new Position(Lane, index + 1), EntryKind.Mail, Noon, Noon, new byte[] { 1, 2, (byte)index }, body.Length, SHA256.HashData(body)),
            "", new byte[16]);

        private static RecordId IdOf(int sequence) => new(new Guid(sequence, 7, 7, [1, 2, 3, 4, 5, 6, 7, 8]));
    }
}
