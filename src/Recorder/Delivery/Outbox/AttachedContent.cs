using System.Security.Cryptography;
using Recorder.Smtp;

namespace Recorder.Delivery.Outbox;

/// <summary>A recorded message between two short pieces of ours; never in memory as a whole.</summary>
internal sealed class AttachedContent : IMessageContent, IAsyncDisposable
{
    private readonly byte[] before, after;
    private readonly ArchivedContent original;

    private AttachedContent(byte[] before, ArchivedContent original, byte[] after) => (this.before, this.original, this.after) = (before, original, after);

    public long LengthBytes => before.Length + original.LengthBytes + after.Length;

    public bool HasBareLineEnds => original.HasBareLineEnds;

    /// <summary>SHA-256 of the bytes as they are sent.</summary>
    public ReadOnlyMemory<byte> Sha256 { get; private set; }

    public static async Task<AttachedContent> OpenAsync(byte[] before, ArchivedContent original, byte[] after, CancellationToken cancel)
    {
        var content = new AttachedContent(before, original, after);
        await using var all = content.OpenRead();
        content.Sha256 = await SHA256.HashDataAsync(all, cancel);
        return content;
    }

    public Stream OpenRead() => new JoinedStream([new MemoryStream(before, writable: false), original.OpenRead(), new MemoryStream(after, writable: false)]);

    public ValueTask DisposeAsync() => original.DisposeAsync();
}
