using Recorder.Archive;
using Recorder.Search;

namespace Recorder.Transfer;

/// <summary>
/// What an owner's earlier imports recorded, so that importing a source again adds nothing. The index names the records
/// and their sizes; the log says whether the bytes are the same, and is asked only about records of the same size.
/// </summary>
internal sealed class KnownMail(IArchiveLog log)
{
    private const string Imported = "is:imported";
    private const int PageRows = 500;
    private readonly Dictionary<long, List<string>> idsOfSize = [];
    private readonly HashSet<UInt128> digests = [];
    private readonly SemaphoreSlim turn = new(1);

    /// <summary>The index must have caught up with the log.</summary>
    public static KnownMail Read(IArchiveLog log, IMailIndex index, string owner, CancellationToken cancel)
    {
        var known = new KnownMail(log);
        var request = new SearchRequest([new OwnerScope(owner)], Imported, PageRows);
        for (string? cursor = null; ; )
        {
            cancel.ThrowIfCancellationRequested();
            var page = index.Search(request with { Cursor = cursor }, cancel);
            foreach (var hit in page.Items) known.Add(hit);
            if ((cursor = page.Next) is null) return known;
        }
    }

    /// <summary>True for the first who brings these bytes; nobody after that, nor when they were recorded before.</summary>
    public async Task<bool> ClaimAsync(IReceivedContent content, CancellationToken cancel)
    {
        await turn.WaitAsync(cancel);
        try
        {
            if (idsOfSize.Remove(content.LengthBytes, out var ids))
                foreach (var id in ids) await LearnAsync(id, cancel);
            return digests.Add(Digest(content.Sha256));
        }
        finally
        {
            turn.Release();
        }
    }

    private void Add(SearchHit hit)
    {
        if (!idsOfSize.TryGetValue(hit.SizeBytes, out var ids)) idsOfSize[hit.SizeBytes] = ids = [];
        ids.Add(hit.Id);
    }

    private async Task LearnAsync(string id, CancellationToken cancel)
    {
        if (RecordId.TryParse(id, out var record) && await log.FindAsync(record, cancel) is { } entry)
            digests.Add(Digest(entry.ContentSha256));
    }

    // Half of a SHA-256: nobody finds two messages that share it.
    private static UInt128 Digest(ReadOnlyMemory<byte> sha256) => System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(sha256.Span);
}
