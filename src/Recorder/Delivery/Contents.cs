using System.Security.Cryptography;
using Recorder.Archive;
using Recorder.Ledger;
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

/// <summary>
/// A record's bytes from the archive, in the form they have on the wire. The first stream is opened ahead, so that a
/// missing record is known before anything is sent.
/// </summary>
internal sealed class ArchivedContent : IMessageContent, IAsyncDisposable
{
    private readonly IArchiveLog log;
    private readonly RecordId id;
    private readonly bool addsReturns;
    private Stream? ahead;

    private ArchivedContent(IArchiveLog log, LogEntry entry, RecordedMail mail, Stream ahead)
    {
        (this.log, id, this.ahead) = (log, entry.Id, ahead);
        addsReturns = mail.Import is { LineFeedsAlone: true };
        HasBareLineEnds = mail.Shape.HasBareCr || mail.Shape.HasBareLf;
        (LengthBytes, Sha256) = (addsReturns ? mail.Shape.SizeBytes : entry.ContentLengthBytes, entry.ContentSha256);
    }

    public long LengthBytes { get; }
    public bool HasBareLineEnds { get; }

    /// <summary>SHA-256 of the bytes as they are sent.</summary>
    public ReadOnlyMemory<byte> Sha256 { get; private set; }

    /// <exception cref="ArchiveException">Missing or damaged.</exception>
    public static async Task<ArchivedContent> OpenAsync(IArchiveLog log, LogEntry entry, RecordedMail mail, CancellationToken cancel)
    {
        var content = new ArchivedContent(log, entry, mail, await log.OpenContentAsync(entry.Id, cancel));
        if (content.addsReturns) await content.HashAsync(cancel);
        return content;
    }

    // Only a message that starts anew on a fresh session opens a second stream, so blocking here is rare and short.
    public Stream OpenRead()
    {
        var stored = Interlocked.Exchange(ref ahead, null) ?? log.OpenContentAsync(id, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return addsReturns ? new ReturnedStream(stored) : stored;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref ahead, null) is { } unused) await unused.DisposeAsync();
    }

    private async Task HashAsync(CancellationToken cancel)
    {
        await using var wire = new ReturnedStream(await log.OpenContentAsync(id, cancel));
        Sha256 = await SHA256.HashDataAsync(wire, cancel);
    }
}
