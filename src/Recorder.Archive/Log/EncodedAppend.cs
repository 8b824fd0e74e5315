using System.Buffers.Binary;
using System.Text;

namespace Recorder.Archive.Log;

/// <summary>An append in its place in a batch.</summary>
/// <param name="Spooled">The content, pinned, where the entry refers to its spool file.</param>
internal sealed record EncodedAppend(PendingAppend Append, LogEntry Entry, IndexedEntry At, SpooledContent? Spooled)
{
    public static EncodedAppend Add(BatchEncoder encoder, BodyIndex bodies, PendingAppend append, LogEntry entry, ReadOnlySpan<byte> nonce)
    {
        if (append.Content is null) return Plain(encoder, append, entry, nonce);
        if (bodies.FindOrAdd(entry) is { } holder) return Same(encoder, append, entry, nonce, holder);
        if (append.Content is MemoryContent memory)
        {
            var inline = encoder.Add(entry, append.ClusterKey, nonce, ContentForm.Inline, [], memory.Bytes);
            return new EncodedAppend(append, entry, inline, null);
        }
        var spooled = (SpooledContent)append.Content;
        var at = encoder.Add(entry, append.ClusterKey, nonce, ContentForm.Spooled, Encoding.ASCII.GetBytes(spooled.Name), []);
        spooled.Pin();
        return new EncodedAppend(append, entry, at, spooled);
    }

    private static EncodedAppend Plain(BatchEncoder encoder, PendingAppend append, LogEntry entry, ReadOnlySpan<byte> nonce) =>
        new(append, entry, encoder.Add(entry, append.ClusterKey, nonce, ContentForm.None, [], []), null);

    private static EncodedAppend Same(BatchEncoder encoder, PendingAppend append, LogEntry entry, ReadOnlySpan<byte> nonce, long holder)
    {
        Span<byte> reference = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(reference, holder);
        return new EncodedAppend(append, entry, encoder.Add(entry, append.ClusterKey, nonce, ContentForm.SameAs, reference, []), null);
    }
}
