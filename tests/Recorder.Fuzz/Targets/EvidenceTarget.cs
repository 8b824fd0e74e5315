using System.IO.Compression;
using Recorder.Archive.Log;
using Recorder.Archive.Proofs;
using Recorder.Evidence.Bundle;

namespace Recorder.Fuzz.Targets;

/// <summary>
/// Signed heads, roots and evidence bundles that a stranger made. Reading them never throws, a statement that is read is written
/// alike, and a bundle one of whose files has other bytes never holds.
/// </summary>
public sealed class EvidenceTarget : FuzzTarget
{
    private readonly List<KeyValuePair<string, byte[]>> files = Unpack();

    public override IEnumerable<byte[]> Seeds() =>
    [
        .. files.Select(file => file.Value),
        [0, 0, 0, 1], [5, 10, 0, 0xFF], [9, 3, 0, 0x20, 0x20], [13, 40, 0, 1, 0, 0, 7],
    ];

    public override void Run(byte[] input)
    {
        if (HeadStatement.Decode(input) is { } statement) Oracle.Holds(statement.Encode().AsSpan().SequenceEqual(input), "a statement written and read again");
        if (SignedHead.Decode(input) is { } head) _ = head.IsSigned;
        _ = RootRecord.Decode(input);
        _ = BundleCheck.Run(new MemoryStream(input), null);
        if (input.Length >= 4) CheckChanged(input);
    }

    // Which file, where, and what is laid over it.
    private void CheckChanged(byte[] input)
    {
        var (name, bytes) = files[input[0] % files.Count];
        var changed = (byte[])bytes.Clone();
        var at = BitConverter.ToUInt16(input, 1) % changed.Length;
        for (var i = 3; i < input.Length && at + i - 3 < changed.Length; i++) changed[at + i - 3] ^= input[i];
        if (changed.AsSpan().SequenceEqual(bytes)) return;
        var report = BundleCheck.Run(Pack(files.Select(file => file.Key == name ? KeyValuePair.Create(name, changed) : file)), null);
        Oracle.Holds(!report.Holds, $"{name} with other bytes holds");
    }

    private static List<KeyValuePair<string, byte[]>> Unpack()
    {
        using var zip = new ZipArchive(typeof(EvidenceTarget).Assembly.GetManifestResourceStream("bundle-1.zip")!);
        return [.. zip.Entries.Select(entry =>
        {
            using var content = entry.Open();
            var bytes = new MemoryStream();
            content.CopyTo(bytes);
            return KeyValuePair.Create(entry.FullName, bytes.ToArray());
        })];
    }

    private static MemoryStream Pack(IEnumerable<KeyValuePair<string, byte[]>> files)
    {
        var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in files)
            {
                using var content = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
                content.Write(bytes);
            }
        }

        packed.Position = 0;
        return packed;
    }
}
