using System.Buffers.Binary;
using System.Security.Cryptography;
using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Archive.Segments;

namespace Recorder.Tests.Archive.Segments;

/// <summary>A retired active file in memory.</summary>
internal sealed class SealSource : ISealSource
{
    public const string Lane = "a";
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 22, 0, 0, TimeSpan.Zero);
    private readonly List<SealEntry> _entries = [];
    private readonly Dictionary<long, Func<Stream>> _contents = [];

    public IReadOnlyList<SealEntry> Entries => _entries;

    public int Opened { get; private set; }

    public Stream OpenContent(SealEntry entry)
    {
        Opened++;
        return _contents[entry.Entry.Position.Sequence]();
    }

    public SealSource Mail(Random random, long sequence, byte[] body, string cluster = "", int day = 0) =>
        Mail(random, sequence, body.Length, SHA256.HashData(body), () => new MemoryStream(body, writable: false), cluster, day);

    public SealSource Mail(Random random, long sequence, long length, byte[] sha256, Func<Stream> open, string cluster = "", int day = 0)
    {
        _contents[sequence] = open;
        var received = Start.AddDays(day).AddTicks(random.Next(1_000_000));
        Add(random, sequence, EntryKind.Mail, received, cluster, length, sha256);
        return this;
    }

    public SealSource Fact(Random random, long sequence, EntryKind kind = EntryKind.Event)
    {
        Add(random, sequence, kind, null, "", 0, default);
        return this;
    }

    private void Add(
        Random random, long sequence, EntryKind kind, DateTimeOffset? received, string cluster, long length, ReadOnlyMemory<byte> sha256)
    {
        var payload = Filled(random, random.Next(random.Next(8) == 0 ? 4000 : 200));
        var appended = Start.AddSeconds(sequence);
        var entry = new LogEntry(IdOf(sequence), new Position(Lane, sequence), kind, appended, received ?? appended, payload, length, sha256);
        _entries.Add(new SealEntry(entry, cluster, Filled(random, 16)));
    }

    /// <summary>Ids ascend with the sequence and look nothing like it in their last bytes.</summary>
    public static RecordId IdOf(long sequence)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, sequence << 8);
        SHA256.HashData(bytes).AsSpan(0, 8).CopyTo(bytes.AsSpan(8));
        return new RecordId(new Guid(bytes, bigEndian: true));
    }

    /// <summary>Some mail of several days and sizes, duplicates, empty bodies, events and roots between them.</summary>
    public static SealSource Random(Random random, int count, long first = 1, int largeBytes = 600_000)
    {
        var source = new SealSource();
        var bodies = new List<byte[]>();
        for (var sequence = first; sequence < first + count; sequence++)
        {
            if (random.Next(3) == 0) source.Fact(random, sequence, random.Next(4) == 0 ? EntryKind.Root : EntryKind.Event);
            else source.Mail(random, sequence, Body(random, bodies, largeBytes), $"list-{random.Next(4)}", random.Next(3));
        }
        return source;
    }

    public static byte[] Filled(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Body(Random random, List<byte[]> bodies, int largeBytes)
    {
        if (bodies.Count > 0 && random.Next(5) == 0) return bodies[random.Next(bodies.Count)];
        var body = random.Next(12) switch
        {
            0 => [],
            1 => Filled(random, random.Next(largeBytes)),
            2 when largeBytes > 256 * 1024 && random.Next(3) == 0 => Filled(random, 256 * 1024 + random.Next(2)),
            _ => Filled(random, random.Next(20_000)),
        };
        bodies.Add(body);
        return body;
    }
}

internal static class SegmentChecks
{
    /// <summary>A set over a folder of its own.</summary>
    public static SegmentSet Open(IDisk disk) => SegmentSet.Open(new FolderSegmentStore(disk, "segments"), SealSource.Lane);

    public static byte[] Content(SegmentSet set, RecordId id)
    {
        using var stream = set.OpenContent(id);
        var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    public static byte[] Content(SealSource source, SealEntry entry)
    {
        using var stream = source.OpenContent(entry);
        var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    public static void Same(LogEntry expected, LogEntry? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected with { Payload = default, ContentSha256 = default }, actual with { Payload = default, ContentSha256 = default });
        Assert.Equal(expected.Payload.ToArray(), actual.Payload.ToArray());
        Assert.Equal(expected.ContentSha256.ToArray(), actual.ContentSha256.ToArray());
    }

    /// <summary>Everything of the source is found, listed in order and has its exact bytes.</summary>
    public static void HoldsAll(SegmentSet set, SealSource source)
    {
        Assert.Equal(source.Entries.Count, set.Read(source.Entries[0].Entry.Position.Sequence - 1, EntryKinds.All).Take(source.Entries.Count).Count());
        foreach (var sealing in source.Entries)
        {
            Same(sealing.Entry, set.Find(sealing.Entry.Id));
            if (sealing.Entry.Kind == EntryKind.Mail) Assert.Equal(Content(source, sealing), Content(set, sealing.Entry.Id));
        }
    }

    public static void Flip(IDisk disk, string path, long offset, byte mask)
    {
        using var file = disk.Open(path, DiskMode.Modify);
        Span<byte> one = stackalloc byte[1];
        file.Read(offset, one);
        one[0] ^= mask;
        file.Write(offset, one);
    }

    public static string PathOf(SegmentInfo info) => $"segments/{info.Name}";
}
