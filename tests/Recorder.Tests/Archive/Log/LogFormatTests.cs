using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Archive.Log;
using Recorder.Tests.Archive.Disk;

namespace Recorder.Tests.Archive.Log;

/// <summary>Bytes written by hand after docs/archive-format.md, so that the code cannot drift from it unnoticed.</summary>
public sealed class LogFormatTests
{
    private static readonly Guid MailId = Guid.Parse("019ceb6a-9000-7123-8abc-0123456789ab");
    private static readonly Guid EventId = Guid.Parse("019ceb6a-9000-7124-8abc-0123456789ab");
    private static readonly byte[] FileNonce = [.. Enumerable.Range(0, 16).Select(i => (byte)(0xA0 + i))];
    private static readonly byte[] EntryNonce = [.. Enumerable.Range(0, 16).Select(i => (byte)(0xB0 + i))];
    private static readonly byte[] Body = Encoding.ASCII.GetBytes("Subject: x\r\n\r\nhello\r\n");
    private static readonly long Stamp = (LogBench.Start - DateTimeOffset.UnixEpoch).Ticks;

    [Fact]
    public async Task A_file_written_by_hand_is_opened_and_continued()
    {
        var disk = new MemoryDisk();
        disk.CreateFolder("log/main");
        Put(disk, "log/main/0000000001.active", [.. HandFileHeader(), .. HandBatch()]);
        await using var bench = new LogBench(disk);
        await bench.OpenAsync();
        Assert.Empty(bench.Log.Status.Recovery.Cut);
        Assert.True(bench.Log.Status.Recovery.IsClean);
        var entries = await bench.AllAsync();
        Assert.Equal([(7L, MailId, EntryKind.Mail), (8L, EventId, EntryKind.Event)], entries.Select(e => (e.Position.Sequence, e.Id.Value, e.Kind)));
        Assert.Equal("hdr", Encoding.ASCII.GetString(entries[0].Payload.Span));
        Assert.Equal(LogBench.Start, entries[0].AppendedAt);
        Assert.Equal(LogBench.Start.AddTicks(-1), entries[0].ReceivedAt);
        Assert.Equal(Body, await bench.ContentOfAsync(entries[0].Id));
        Assert.Equal("evt", Encoding.ASCII.GetString(entries[1].Payload.Span));
        Assert.Equal(9, (await bench.EventAsync("next")).Position.Sequence);
    }

    [Theory]
    [InlineData(4, 9)]
    [InlineData(5, 0)]
    [InlineData(5, 3)]
    [InlineData(31, 0x80)]
    [InlineData(39, 0x7f)]
    [InlineData(79, 0x80)]
    public async Task An_entry_that_makes_no_sense_under_right_checks_is_damage_and_stops_nothing(int field, byte value)
    {
        var batch = HandBatch();
        var head = batch.AsSpan(64, BinaryPrimitives.ReadInt32LittleEndian(batch.AsSpan(64)));
        head[field] = value;
        XxHash3.Hash(head[..^8], head[^8..]);
        BatchHeader.Seal(batch, 2, 7, FileNonce);
        var disk = new MemoryDisk();
        disk.CreateFolder("log/main");
        Put(disk, "log/main/0000000001.active", [.. HandFileHeader(), .. batch]);
        await using var bench = new LogBench(disk);
        await bench.OpenAsync();
        var recovery = bench.Log.Status.Recovery;
        Assert.Empty(recovery.Cut);
        Assert.Equal([new DamagedRange("log/main/0000000001.active", 256, batch.Length)], recovery.Damaged);
        // What stands behind it is found where the wrong entry still tells its length.
        var whole = (await bench.AllAsync()).Where(entry => entry.Kind != EntryKind.Root).ToList();
        Assert.All(whole, entry => Assert.Equal((8L, EventId), (entry.Position.Sequence, entry.Id.Value)));
        Assert.Equal(whole.Count == 1 ? [new MissingRange(7, 7)] : [new MissingRange(7, 8)], recovery.Missing);
        // The damaged file is sealed meanwhile, and its root may come first.
        Assert.InRange((await bench.EventAsync("next")).Position.Sequence, 9, 10);
    }

    [Fact]
    public void The_writer_makes_the_same_bytes()
    {
        var encoder = new BatchEncoder();
        encoder.Start(7);
        encoder.Add(
            new LogEntry(new RecordId(MailId), new Position("main", 7), EntryKind.Mail, LogBench.Start, LogBench.Start.AddTicks(-1),
                "hdr"u8.ToArray(), Body.Length, LogBench.Sha256(Body)),
            "key"u8, EntryNonce, ContentForm.Inline, [], Body);
        encoder.Add(
            new LogEntry(new RecordId(EventId), new Position("main", 8), EntryKind.Event, LogBench.Start, LogBench.Start, "evt"u8.ToArray(), 0, default),
            [], EntryNonce, ContentForm.None, [], []);
        Assert.Equal(Convert.ToHexString(HandBatch()), Convert.ToHexString(encoder.Finish(FileNonce)));
        var header = new FileHeader("main", 1, 7, 0, 0, FileNonce, LogBench.Start, 0, new byte[32]);
        Assert.Equal(Convert.ToHexString(HandFileHeader()), Convert.ToHexString(header.Encode()));
    }

    [Fact]
    public void A_root_has_the_bytes_that_are_written_down()
    {
        var root = new RootRecord("s", Recorder.Archive.Segments.SegmentKind.Ledger, new DateOnly(2026, 3, 14), 1, 2, 3, 4,
            Enumerable.Repeat((byte)5, 32).ToArray(), Enumerable.Repeat((byte)6, 32).ToArray());
        var bytes = root.Encode();
        Assert.Equal(
            "01" + "02" + "0100" + "DA253501" + "0100000000000000" + "0200000000000000" + "03000000" + "0400000000000000"
            + string.Concat(Enumerable.Repeat("05", 32)) + string.Concat(Enumerable.Repeat("06", 32)) + "73", Convert.ToHexString(bytes));
        var read = RootRecord.Decode(bytes)!;
        Assert.Equal(("s", new DateOnly(2026, 3, 14), 1L, 2L, 3, 4L), (read.Segment, read.Day, read.FirstSequence, read.LastSequence, read.EntryCount, read.ContentBytes));
        Assert.Null(RootRecord.Decode(bytes.AsSpan(1)));
    }

    [Fact]
    public async Task A_batch_inside_a_mail_is_never_taken_for_one()
    {
        // The forged batch even follows in sequence; it lacks the file's secret nonce.
        for (var seed = 0; seed < 20; seed++)
        {
            var disk = new FaultyDisk(seed);
            await using var bench = await LogBench.OpenAsync(disk);
            await bench.MailAsync("before");
            var forged = ForgedBatch(firstSequence: 3);
            disk.LosePowerAfter(1);
            await Assert.ThrowsAsync<ArchiveException>(() => bench.MailAsync((byte[])[.. forged, .. LogBench.Bytes(3000 - forged.Length)]));
            await bench.CrashAndOpenAsync();
            Assert.DoesNotContain(await bench.AllAsync(), entry => entry.Payload.Span.SequenceEqual("forged"u8));
            Assert.True(bench.Log.Status.Recovery.IsClean);
        }
    }

    [Fact]
    public void A_head_with_any_bit_flipped_is_not_read()
    {
        var head = HandBatch().AsSpan(64, 112 + 3 + 3 + 8).ToArray();
        Assert.NotNull(EntryHead.Decode(head, "main"));
        for (var bit = 0; bit < head.Length * 8; bit++)
        {
            head[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(EntryHead.Decode(head, "main"));
            head[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    private static byte[] HandFileHeader()
    {
        var bytes = new List<byte>();
        bytes.AddRange("RECACTV1"u8);
        bytes.AddRange([1, 0]); // version
        bytes.AddRange([0, 1]); // 256
        bytes.AddRange(new byte[4]);
        bytes.AddRange(Int64(1)); // file number
        bytes.AddRange(Int64(7)); // first sequence
        bytes.AddRange(Int64(0)); // previous file
        bytes.AddRange(Int64(0)); // its length
        bytes.AddRange(FileNonce);
        bytes.AddRange(Int64(Stamp));
        bytes.AddRange(Int64(0)); // last root
        bytes.AddRange(new byte[32]);
        bytes.Add(4);
        bytes.AddRange("main"u8);
        bytes.AddRange(new byte[248 - bytes.Count]);
        bytes.AddRange(XxHash3.Hash([.. bytes]));
        return [.. bytes];
    }

    private static byte[] HandBatch() => Batch(FileNonce, 7, 2, [
        .. HandEntry(1, 1, MailId, 7, Stamp - 1, "key", "hdr", Body), .. HandEntry(2, 0, EventId, 8, Stamp, "", "evt", [])]);

    private static byte[] ForgedBatch(long firstSequence) =>
        Batch(new byte[16], firstSequence, 1, HandEntry(2, 0, EventId, firstSequence, Stamp, "", "forged", []));

    private static byte[] Batch(byte[] nonce, long firstSequence, int count, byte[] entries)
    {
        byte[] header = [.. "RBAT"u8, 1, 0, 64, 0, .. Int32(entries.Length), .. Int32(count), .. Int64(firstSequence), .. nonce, .. new byte[8]];
        return [.. header, .. XxHash128.Hash([.. header, .. entries]), .. entries];
    }

    private static byte[] HandEntry(byte kind, byte form, Guid id, long sequence, long received, string key, string payload, byte[] content)
    {
        byte[] head =
        [
            .. Int32(112 + key.Length + payload.Length + 8), kind, form, (byte)key.Length, 0,
            .. id.ToByteArray(bigEndian: true), .. Int64(sequence), .. Int64(Stamp), .. Int64(received), .. EntryNonce,
            .. Int32(payload.Length), 0, 0, 0, 0, .. Int64(content.Length),
            .. kind == 1 ? LogBench.Sha256(content) : new byte[32],
            .. Encoding.ASCII.GetBytes(key), .. Encoding.ASCII.GetBytes(payload),
        ];
        return [.. head, .. XxHash3.Hash(head), .. content];
    }

    private static byte[] Int32(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Int64(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes;
    }

    private static void Put(IDisk disk, string path, byte[] bytes)
    {
        using var file = disk.Open(path, DiskMode.Create);
        file.Write(0, bytes);
    }
}
