using System.IO.Hashing;
using System.Security.Cryptography;
using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Archive.Log;

namespace Recorder.Fuzz.Targets;

/// <summary>
/// An active file as a crash, a bad disk or a hand may have left it: 'r' the file itself, 'p' a valid one with bytes changed, 'f' the
/// same with every check made right. The archive opens or says that it cannot; what it then gives is what was written, or the typed error.
/// </summary>
public sealed class ActiveFileTarget : FuzzTarget
{
    private const string Path = "log/main/0000000001.active";
    private static readonly byte[] Nonce = [.. Enumerable.Range(0, 16).Select(i => (byte)(0xA0 + i))];
    private static readonly DateTimeOffset Start = new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);

    private readonly byte[] file;
    private readonly List<(int Start, int Length)> batches = [];
    private readonly List<(int Start, int Length)> heads = [];
    private readonly Dictionary<RecordId, (LogEntry Entry, byte[] Body)> written = [];

    public ActiveFileTarget()
    {
        var bytes = new List<byte>(new FileHeader("main", 1, 1, 0, 0, Nonce, Start, 0, new byte[32]).Encode());
        for (var batch = 0; batch < 3; batch++) AddBatch(bytes, 1 + batch * 3);
        file = [.. bytes];
    }

    public override IEnumerable<byte[]> Seeds()
    {
        yield return [(byte)'r', .. file];
        yield return [(byte)'p', .. Patches.Step(0, 300, 1)];
        yield return [(byte)'p', .. Patches.Step(0, 20, 1), .. Patches.Step(0, 700, 9)];
        foreach (var (start, _) in heads.Take(3))
            foreach (var field in (int[])[0, 4, 5, 6, 24, 32, 64, 68, 72]) yield return [(byte)'f', .. Patches.Step(0, start + field, 255)];
    }

    public override void Run(byte[] input)
    {
        if (input.Length == 0) return;
        var bytes = input[0] switch { (byte)'r' => input[1..], (byte)'p' => Patches.Apply(file, input.AsMemory(1)), (byte)'f' => Righted(Patches.Apply(file, input.AsMemory(1))), _ => null };
        if (bytes is null) return;
        var disk = new MemoryDisk();
        disk.CreateFolder("log/main");
        using (var active = disk.Open(Path, DiskMode.Create)) active.Write(0, bytes);
        ReadAllAsync(disk, isForged: input[0] == 'f').GetAwaiter().GetResult();
    }

    private async Task ReadAllAsync(MemoryDisk disk, bool isForged)
    {
        MailArchive archive;
        try
        {
            archive = await MailArchive.OpenAsync(new ArchiveOptions(), disk, TimeProvider.System, CancellationToken.None);
        }
        catch (ArchiveException)
        {
            return;
        }
        await using (archive)
        {
            try
            {
                await foreach (var entry in archive.ReadAsync(0, EntryKinds.Mail | EntryKinds.Events, CancellationToken.None)) await CheckAsync(archive, entry, isForged);
            }
            catch (ArchiveException e) when (e.Fault is ArchiveFault.Damaged or ArchiveFault.Missing) { }
            // It goes on: what is appended now is kept.
            Oracle.Holds((await archive.AppendAsync(new NewEvent(new byte[] { 1 }), CancellationToken.None)).Position.Sequence > 0, "no append");
        }
    }

    private async Task CheckAsync(MailArchive archive, LogEntry entry, bool isForged)
    {
        var known = written.GetValueOrDefault(entry.Id);
        Oracle.Holds(isForged || known.Entry is not null, "an entry that nobody wrote");
        Oracle.Holds(isForged || known.Entry!.Payload.Span.SequenceEqual(entry.Payload.Span), "another payload");
        if (entry.Kind != EntryKind.Mail) return;
        try
        {
            await using var stream = await archive.OpenContentAsync(entry.Id, CancellationToken.None);
            using var copy = new MemoryStream();
            await stream.CopyToAsync(copy);
            // A forged file may give two entries one id: the digest is that of the one found by it.
            var found = isForged ? await archive.FindAsync(entry.Id, CancellationToken.None) : entry;
            Oracle.Holds(SHA256.HashData(copy.ToArray()).AsSpan().SequenceEqual(found!.ContentSha256.Span), "content without its digest");
            Oracle.Holds(isForged || known.Body.AsSpan().SequenceEqual(copy.ToArray()), "another content");
        }
        catch (ArchiveException e) when (e.Fault is ArchiveFault.Damaged or ArchiveFault.Missing) { }
    }

    private void AddBatch(List<byte> bytes, int firstSequence)
    {
        var encoder = new BatchEncoder();
        encoder.Start(firstSequence);
        var at = bytes.Count + ActiveFormat.BatchHeaderBytes;
        for (var sequence = firstSequence; sequence < firstSequence + 3; sequence++)
        {
            var isMail = sequence % 3 != 0;
            byte[] body = isMail ? [.. Enumerable.Range(0, sequence * 10).Select(i => (byte)i)] : [];
            var entry = new LogEntry(
                new RecordId(new Guid(0x019ceb6a, 0x1000, (short)(0x7000 + sequence), [0x8a, 1, 2, 3, 4, 5, 6, 7])), new Position("main", sequence), isMail ? EntryKind.Mail : EntryKind.Event,
                Start, Start, new byte[] { 7, (byte)sequence }, body.Length, isMail ? SHA256.HashData(body) : default(ReadOnlyMemory<byte>));
            encoder.Add(entry, isMail ? "key"u8 : [], Nonce, isMail ? ContentForm.Inline : ContentForm.None, [], body);
            written[entry.Id] = (entry, body);
            heads.Add((at, EntryHead.BytesFor(isMail ? 3 : 0, 2, 0)));
            at += heads[^1].Length + body.Length;
        }
        var batch = encoder.Finish(Nonce).ToArray();
        batches.Add((bytes.Count, batch.Length));
        bytes.AddRange(batch);
    }

    private byte[] Righted(byte[] bytes)
    {
        foreach (var (start, length) in heads)
        {
            var head = bytes.AsSpan(start, length);
            XxHash3.Hash(head[..^ActiveFormat.EntryCheckBytes], head[^ActiveFormat.EntryCheckBytes..]);
        }
        foreach (var ((start, length), number) in batches.Select((batch, number) => (batch, number)))
            BatchHeader.Seal(bytes.AsSpan(start, length), 3, 1 + number * 3, Nonce);
        return bytes;
    }
}
