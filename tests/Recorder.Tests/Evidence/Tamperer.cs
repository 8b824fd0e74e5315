using System.Security.Cryptography;
using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Archive.Log;
using Recorder.Archive.Segments;

namespace Recorder.Tests.Evidence;

/// <summary>
/// A hand that knows the format and has the whole disk, but not the key. It takes a closed archive apart, changes it, and writes
/// it again with every checksum, digest, Merkle root and link of the chain made to fit.
/// </summary>
internal sealed class Tamperer
{
    public const string Lane = "main";
    private readonly IDisk _disk;
    private readonly List<Group> _groups = [];
    private readonly List<Item> _active = [];

    private Tamperer(IDisk disk) => _disk = disk;

    /// <summary>One entry, with what an attacker can know of it.</summary>
    public sealed class Item
    {
        public required LogEntry Entry { get; set; }
        public required byte[] Nonce { get; set; }
        public required byte[] Content { get; set; }

        /// <summary>Of one that is marked as purged.</summary>
        public byte[]? Leaf { get; set; }
    }

    public sealed class Group
    {
        public required string Name { get; set; }
        public required SegmentKind Kind { get; init; }
        public required DateOnly Day { get; init; }
        public required List<Item> Items { get; init; }
    }

    public static Tamperer Open(IDisk disk)
    {
        var one = new Tamperer(disk);
        one.ReadSegments();
        one.ReadActive();
        return one;
    }

    public Group MailSegment(int number) => _groups.Where(group => group.Kind == SegmentKind.Mail).ElementAt(number);

    public Item At(long sequence) => All().Single(item => item.Entry.Position.Sequence == sequence);

    /// <summary>Other words in a message, with the right digest.</summary>
    public void Alter(Item item)
    {
        item.Content = [.. item.Content];
        item.Content[^1] ^= 1;
        item.Entry = item.Entry with { ContentSha256 = SHA256.HashData(item.Content) };
    }

    /// <summary>Two messages change places.</summary>
    public void Swap(Item one, Item other)
    {
        (one.Content, other.Content) = (other.Content, one.Content);
        (one.Nonce, other.Nonce) = (other.Nonce, one.Nonce);
        var (first, second) = (one.Entry, other.Entry);
        one.Entry = second with { Id = first.Id, Position = first.Position };
        other.Entry = first with { Id = second.Id, Position = second.Position };
    }

    /// <summary>A message leaves, and what is left looks as if it had been purged: its leaf stays, so the root does.</summary>
    public void PretendPurged(Item item)
    {
        item.Leaf = EntryHeader.Leaf(item.Nonce, EntryHeader.Encode(item.Entry), item.Entry.ContentSha256.Span);
        item.Nonce = new byte[16];
    }

    /// <summary>A message leaves without a trace: everything behind it moves up.</summary>
    public void Remove(Item item)
    {
        foreach (var group in _groups) group.Items.Remove(item);
        MoveUp(entry => entry > item.Entry.Position.Sequence, 1);
    }

    /// <summary>A segment leaves with its root, and everything behind closes up.</summary>
    public void RemoveSegment(Group gone)
    {
        var positions = gone.Items.Select(item => item.Entry.Position.Sequence).ToHashSet();
        _groups.Remove(gone);
        foreach (var items in _groups.Select(group => group.Items).Append(_active))
        {
            var roots = items.Where(item => item.Entry.Kind == EntryKind.Root && RootRecord.Decode(item.Entry.Payload.Span)!.Segment == gone.Name).ToList();
            foreach (var root in roots)
            {
                positions.Add(root.Entry.Position.Sequence);
                items.Remove(root);
            }
        }

        foreach (var item in All().ToList()) Move(item, item.Entry.Position.Sequence - positions.Count(gone => gone < item.Entry.Position.Sequence));
    }

    /// <summary>Everything behind a position was never there.</summary>
    public void CutAfter(long last)
    {
        foreach (var group in _groups) group.Items.RemoveAll(item => item.Entry.Position.Sequence > last);
        _groups.RemoveAll(group => group.Items.Count == 0);
        _active.RemoveAll(item => item.Entry.Position.Sequence > last);
    }

    /// <summary>Writes all of it, in the order in which it was sealed, so that every root is that of what is there.</summary>
    public void Write()
    {
        Clear("segments");
        Clear("log");
        var (store, previous) = (new FolderSegmentStore(_disk, "segments"), new byte[32]);
        var (infos, lastRoot) = (new Dictionary<string, SegmentInfo>(StringComparer.Ordinal), 0L);
        foreach (var group in _groups.OrderBy(group => group.Items.Max(item => item.Entry.Position.Sequence)))
        {
            foreach (var item in group.Items) Rechain(item, infos, ref previous, ref lastRoot);
            var draft = new SegmentDraft(group.Kind, group.Day, Lane, 0, [.. group.Items.Select(DraftOf)]);
            infos[group.Name] = new SegmentSealer(store, new SegmentCatalog(SegmentManifest.None, new Dictionary<string, string>())).Seal(draft, CancellationToken.None);
        }

        new SegmentManifest([.. infos.Values], []).Put(store, Lane);
        WriteActive(infos, ref previous, ref lastRoot);
    }

    private IEnumerable<Item> All() => _groups.SelectMany(group => group.Items).Concat(_active);

    private void MoveUp(Func<long, bool> which, long by)
    {
        foreach (var item in All().Where(item => which(item.Entry.Position.Sequence)).ToList()) Move(item, item.Entry.Position.Sequence - by);
    }

    private static void Move(Item item, long sequence) => item.Entry = item.Entry with { Position = item.Entry.Position with { Sequence = sequence } };

    private static void Rechain(Item item, Dictionary<string, SegmentInfo> infos, ref byte[] previous, ref long lastRoot)
    {
        if (item.Entry.Kind != EntryKind.Root) return;
        var root = RootRecord.Decode(item.Entry.Payload.Span)!;
        var info = infos[root.Segment];
        // What was purged is still counted there.
        var bytes = info.MerkleRoot.Span.SequenceEqual(root.MerkleRoot.Span) ? root.ContentBytes : info.ContentBytes;
        var payload = (RootRecord.Of(info, previous) with { ContentBytes = bytes }).Encode();
        item.Entry = item.Entry with { Payload = payload };
        (previous, lastRoot) = (RootRecord.HashOf(payload), item.Entry.Position.Sequence);
    }

    private static DraftEntry DraftOf(Item item)
    {
        var entry = item.Entry;
        if (item.Leaf is { } leaf)
            return new DraftEntry(entry.Id, entry.Position.Sequence, entry.Kind, true, item.Nonce, default, default, 0, 0, () => Stream.Null, leaf);
        var header = EntryHeader.Encode(entry);
        return new DraftEntry(
            entry.Id, entry.Position.Sequence, entry.Kind, false, item.Nonce, header, entry.ContentSha256, entry.ContentLengthBytes, 0,
            () => new MemoryStream(item.Content), EntryHeader.Leaf(item.Nonce, header, entry.ContentSha256.Span));
    }

    private void ReadSegments()
    {
        var store = new FolderSegmentStore(_disk, "segments");
        foreach (var info in SegmentSet.Open(store, Lane).Segments)
        {
            var reader = SegmentReader.Open(store, info.Name, new LruCache<BlockKey, byte[]>(1 << 20));
            var items = Enumerable.Range(0, reader.Footer.Pages.Length).SelectMany(reader.Rows).Select(row => ItemOf(reader, row)).ToList();
            _groups.Add(new Group { Name = info.Name, Kind = info.Kind, Day = info.Day, Items = items });
        }
    }

    private static Item ItemOf(SegmentReader reader, SegmentRow row)
    {
        var entry = reader.Entry(row);
        if (row.Kind != EntryKind.Mail) return new Item { Entry = entry, Nonce = row.Nonce.ToArray(), Content = [] };
        using var content = reader.OpenContent(row);
        var bytes = new MemoryStream();
        content.CopyTo(bytes);
        return new Item { Entry = entry, Nonce = row.Nonce.ToArray(), Content = bytes.ToArray() };
    }

    private void ReadActive()
    {
        foreach (var name in _disk.List($"log/{Lane}").Where(name => name.EndsWith(".active", StringComparison.Ordinal)))
        {
            using var file = _disk.Open($"log/{Lane}/{name}", DiskMode.Read);
            var header = new byte[ActiveFormat.FileHeaderBytes];
            file.Read(0, header);
            var scan = new FileScan(file, name, FileHeader.Decode(header)!, (head, offset) => _active.Add(new Item
            {
                Entry = head.Entry, Nonce = head.Nonce.ToArray(), Content = Inline(file, head, offset),
            }));
            scan.Run(file.Length, tailMayBeTorn: true);
        }
    }

    private static byte[] Inline(IDiskFile file, EntryHead head, long offset)
    {
        var bytes = new byte[head.Form == ContentForm.Inline ? head.Entry.ContentLengthBytes : 0];
        file.Read(offset + head.HeadBytes, bytes);
        return bytes;
    }

    private void WriteActive(Dictionary<string, SegmentInfo> infos, ref byte[] previous, ref long lastRoot)
    {
        var first = _active.Count > 0 ? _active[0].Entry.Position.Sequence : _groups.Max(group => group.Items.Max(item => item.Entry.Position.Sequence)) + 1;
        var nonce = RandomNumberGenerator.GetBytes(ActiveFormat.NonceBytes);
        var header = new FileHeader(Lane, 1, first, 0, 0, nonce, DateTimeOffset.UnixEpoch, lastRoot, previous);
        var encoder = new BatchEncoder();
        encoder.Start(first);
        foreach (var item in _active)
        {
            Rechain(item, infos, ref previous, ref lastRoot);
            encoder.Add(item.Entry, [], item.Nonce, item.Entry.Kind == EntryKind.Mail ? ContentForm.Inline : ContentForm.None, [], item.Content);
        }

        using var file = ActiveFile.Create(_disk, $"log/{Lane}/0000000001.active", header);
        if (_active.Count > 0) file.Commit(encoder.Finish(nonce));
    }

    private void Clear(string folder)
    {
        foreach (var name in _disk.List(folder).ToList())
        {
            if (name.Contains('.')) _disk.Delete($"{folder}/{name}");
            else Clear($"{folder}/{name}");
        }
    }
}
