using System.Security.Cryptography;
using Recorder.Archive.Proofs;

namespace Recorder.Archive.Segments;

/// <summary>One thing that is wrong with what is stored.</summary>
/// <param name="Id">The record, where one can be named.</param>
/// <param name="Position">Of the record, or where the trouble begins.</param>
/// <param name="Segment">Name of the segment; empty when it concerns none.</param>
/// <param name="Problem">What is wrong, in one sentence for an operator.</param>
public sealed record VerifyFinding(RecordId? Id, Position? Position, string Segment, string Problem);

/// <summary>
/// Reads every byte of a segment and checks it: header, footer, each block, each entry's header against its index
/// row, each body against its SHA-256, the Merkle root. Each entry that is not whole is named.
/// </summary>
internal sealed class SegmentVerifier
{
    private readonly ISegmentStore _store;
    private readonly SegmentReader _reader;
    private readonly Action<long>? _onBytes;
    private readonly CancellationToken _cancel;
    private readonly MarkCheck? _marks;
    private readonly List<VerifyFinding> _findings = [];
    private readonly bool[] _seen;
    // A packed body is in use while what it keeps apart is read.
    private readonly HeldBlock _body = new(), _apart = new();
    private string _problem = "";

    private SegmentVerifier(ISegmentStore store, SegmentReader reader, Action<long>? onBytes, CancellationToken cancel, LogTrust? trust)
    {
        (_store, _reader, _onBytes, _cancel) = (store, reader, onBytes, cancel);
        _marks = trust is { Key: { } key } ? new MarkCheck(trust, key) : null;
        _seen = new bool[reader.Footer.Blocks.Length];
    }

    private SegmentFooter Footer => _reader.Footer;

    /// <param name="expected">As the manifest has it.</param>
    /// <returns>Empty when all is well.</returns>
    public static IReadOnlyList<VerifyFinding> Verify(
        ISegmentStore store, SegmentInfo expected, Action<long>? onBytes, CancellationToken cancel, LogTrust? trust = null)
    {
        try
        {
            var reader = SegmentReader.Open(store, expected.Name, new LruCache<BlockKey, byte[]>(0));
            var verifier = new SegmentVerifier(store, reader, onBytes, cancel, trust);
            verifier.Run(expected);
            return verifier._findings;
        }
        catch (FileNotFoundException)
        {
            return [WholeSegment(expected, "the segment is missing")];
        }
        catch (Exception e) when (e is ArchiveException or IOException)
        {
            return [WholeSegment(expected, e.Message)];
        }
    }

    private static VerifyFinding WholeSegment(SegmentInfo info, string problem) => new(
        null, new Position(info.Lane, info.FirstSequence), info.Name,
        $"{problem}; it held {info.EntryCount} entries from {info.FirstSequence} to {info.LastSequence}");

    private void Run(SegmentInfo expected)
    {
        CheckFrame(expected);
        var rows = ReadRows();
        var leaves = CheckHeaders(rows);
        CheckBodies(rows);
        CheckUnreferenced();
        if (_marks?.Unexplained(SegmentCatalog.StemOf(_reader.Name)) is var (first, problem)) Report(first, problem);
        if (leaves.Count == Footer.EntryCount && !MerkleTree.Root(leaves).AsSpan().SequenceEqual(Footer.MerkleRoot))
            Report(null, "the entries do not lead to the sealed Merkle root");
    }

    private void CheckFrame(SegmentInfo expected)
    {
        var header = SegmentFrame.EncodeHeader(Footer.Kind, Footer.Day, Footer.Lane, Footer.Version);
        var stored = new byte[header.Length];
        if (_store.ReadRange(_reader.Name, 0, stored) < stored.Length || !stored.AsSpan().SequenceEqual(header))
            Report(null, "its first bytes are not the header that the footer repeats");
        if (!SameAs(expected)) Report(null, "it is not the segment that the manifest lists under this name");
        _onBytes?.Invoke(header.Length);
    }

    private bool SameAs(SegmentInfo expected) =>
        _reader.Info with { MerkleRoot = default } == expected with { MerkleRoot = default }
        && _reader.Info.MerkleRoot.Span.SequenceEqual(expected.MerkleRoot.Span);

    private List<SegmentRow> ReadRows()
    {
        var rows = new List<SegmentRow>();
        for (var page = 0; page < Footer.Pages.Length; page++)
        {
            var block = Footer.FirstPageBlock + page;
            MarkSeen(block);
            try { rows.AddRange(_reader.Rows(page)); }
            catch (Exception e) when (e is ArchiveException or IOException) { NameEntriesOf(page, e.Message); }
        }
        for (var i = 1; i < rows.Count; i++)
            if (rows[i].Sequence <= rows[i - 1].Sequence || rows[i].Id.CompareTo(rows[i - 1].Id) <= 0) Report(rows[i], "it is out of order");
        return rows;
    }

    /// <summary>Headers carry id and sequence too, so a lost index page costs the way to its entries, not their names.</summary>
    private void NameEntriesOf(int page, string problem)
    {
        var first = Footer.Pages[page].FirstSequence;
        var last = page + 1 < Footer.Pages.Length ? Footer.Pages[page + 1].FirstSequence - 1 : Footer.LastSequence;
        _findings.Add(new VerifyFinding(null, new Position(Footer.Lane, first), _reader.Name,
            $"{problem}; it located {Footer.RowsIn(page)} entries from {first} to {last}"));
        for (var block = Footer.FirstHeaderBlock; block < Footer.FirstPageBlock; block++)
            foreach (var entry in HeadersIn(block).Where(entry => entry.Position.Sequence >= first && entry.Position.Sequence <= last))
                _findings.Add(new VerifyFinding(entry.Id, entry.Position, _reader.Name, "its line in the index is damaged"));
    }

    private List<LogEntry> HeadersIn(int number)
    {
        var entries = new List<LogEntry>();
        if (Block(number) is not { } block) return entries;
        try
        {
            for (var at = 0; at < block.Length;)
            {
                var length = EntryHeader.LengthAt(block.Span[at..]);
                entries.Add(EntryHeader.Decode(block.Span.Slice(at, length), Footer.Lane, default));
                at += length;
            }
        }
        catch (InvalidDataException) { /* the entries before it are named; the block itself is judged with its rows */ }
        return entries;
    }

    private List<byte[]> CheckHeaders(List<SegmentRow> rows)
    {
        var leaves = new List<byte[]>();
        foreach (var row in rows)
        {
            if (row.Purged) TakePurged(row, leaves);
            else if (Block(row.Header.Block) is not { } block) Report(row, $"its header is lost: {_problem}");
            else CheckHeader(row, block.Span.Slice(row.Header.Offset, (int)row.Header.Length), leaves);
        }
        return leaves;
    }

    private void TakePurged(SegmentRow row, List<byte[]> leaves)
    {
        leaves.Add(row.Hash.ToArray());
        _marks?.TakePurged(row);
    }

    private void CheckHeader(SegmentRow row, ReadOnlySpan<byte> header, List<byte[]> leaves)
    {
        leaves.Add(EntryHeader.Leaf(row.Nonce.Span, header, row.ContentSha256.Span));
        if (_marks?.ProblemOf(row, header) is { } problem) Report(row, problem);
        try { _reader.Entry(row, header); }
        catch (ArchiveException e) { Report(row, e.Message); }
    }

    // In storage order, so that each block is read once however many bodies it holds.
    private void CheckBodies(List<SegmentRow> rows)
    {
        var bodies = rows.Where(row => !row.Purged && row.Kind == EntryKind.Mail).GroupBy(row => (row.Body, row.Form))
            .OrderBy(body => body.Key.Body.Block).ThenBy(body => body.Key.Body.Offset);
        foreach (var body in bodies)
        {
            var hash = HashOf(body.First());
            foreach (var row in body)
                if (hash is null) Report(row, $"its bytes are lost: {_problem}");
                else if (!row.Hash.Span.SequenceEqual(hash)) Report(row, "its bytes do not have the recorded SHA-256");
        }
    }

    /// <returns>null, with the problem kept, when the bytes cannot be read.</returns>
    private byte[]? HashOf(SegmentRow row)
    {
        try
        {
            using var content = BodyReading.Open(
                Footer, row, (number, _) => Block(number, _body) ?? throw Lost(), (number, _) => Block(number, _apart) ?? throw Lost());
            return SHA256.HashData(content);
        }
        catch (Exception e) when (e is ArchiveException or InvalidDataException)
        {
            _problem = e.Message;
            return null;
        }
    }

    private ArchiveException Lost() => new(ArchiveFault.Damaged, _problem);

    private void CheckUnreferenced()
    {
        for (var number = 0; number < _seen.Length; number++)
            if (!_seen[number] && Block(number) is null) Report(null, _problem);
    }

    /// <returns>null, with the problem kept, when the block cannot be read.</returns>
    private ReadOnlyMemory<byte>? Block(int number, HeldBlock? into = null)
    {
        var held = into ?? _body;
        if (held.Number != number)
        {
            _cancel.ThrowIfCancellationRequested();
            MarkSeen(number);
            held.Read(_reader, number);
        }
        if (held.Bytes is null) _problem = held.Problem;
        return held.Bytes;
    }

    /// <summary>One decompressed block, or why there is none.</summary>
    private sealed class HeldBlock
    {
        private byte[] _buffer = [];

        public int Number { get; private set; } = -1;
        public ReadOnlyMemory<byte>? Bytes { get; private set; }
        public string Problem { get; private set; } = "";

        public void Read(SegmentReader reader, int number)
        {
            (Number, Bytes, Problem) = (number, null, "");
            try { Bytes = reader.Scan(number, ref _buffer); }
            catch (Exception e) when (e is ArchiveException or IOException) { Problem = e.Message; }
        }
    }

    private void MarkSeen(int block)
    {
        if (!_seen[block]) _onBytes?.Invoke(Footer.Blocks[block].StoredBytes);
        _seen[block] = true;
    }

    private void Report(SegmentRow? row, string problem) => _findings.Add(new VerifyFinding(
        row?.Id, row is { } named ? new Position(Footer.Lane, named.Sequence) : null, _reader.Name, problem));
}
