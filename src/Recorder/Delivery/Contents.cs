using Recorder.Archive;
using Recorder.Smtp;

namespace Recorder.Delivery;

/// <summary>A message just received, on its way out.</summary>
internal sealed class ReceivedContent(IReceivedContent content, WireShape shape) : IMessageContent
{
    public long LengthBytes => content.LengthBytes;
    public bool HasBareLineEnds => shape.HasBareCr || shape.HasBareLf;
    public Stream OpenRead() => content.OpenRead();
}

/// <summary>Bytes made here: a bounce.</summary>
internal sealed class MadeContent(byte[] bytes) : IMessageContent
{
    public long LengthBytes => bytes.Length;
    public bool HasBareLineEnds => false;
    public Stream OpenRead() => new MemoryStream(bytes, writable: false);
}

/// <summary>A record's bytes from the archive. The first stream is opened ahead, so that a missing record is known before anything is sent.</summary>
internal sealed class ArchivedContent : IMessageContent, IAsyncDisposable
{
    private readonly IArchiveLog log;
    private readonly RecordId id;
    private Stream? ahead;

    private ArchivedContent(IArchiveLog log, RecordId id, long lengthBytes, bool hasBareLineEnds, Stream ahead) =>
        (this.log, this.id, LengthBytes, HasBareLineEnds, this.ahead) = (log, id, lengthBytes, hasBareLineEnds, ahead);

    public long LengthBytes { get; }
    public bool HasBareLineEnds { get; }

    /// <exception cref="ArchiveException">Missing or damaged.</exception>
    public static async Task<ArchivedContent> OpenAsync(IArchiveLog log, LogEntry entry, WireShape shape, CancellationToken cancel) =>
        new(log, entry.Id, entry.ContentLengthBytes, shape.HasBareCr || shape.HasBareLf, await log.OpenContentAsync(entry.Id, cancel));

    // Only a message that starts anew on a fresh session opens a second stream, so blocking here is rare and short.
    public Stream OpenRead() => Interlocked.Exchange(ref ahead, null) ?? log.OpenContentAsync(id, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref ahead, null) is { } unused) await unused.DisposeAsync();
    }
}
