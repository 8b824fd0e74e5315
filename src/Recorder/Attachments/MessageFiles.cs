using System.Text;
using Recorder.Indexing;
using Recorder.Mail;
using Recorder.Search;

namespace Recorder.Attachments;

/// <summary>What the attachments of one message say, and why that is not all.</summary>
internal sealed record FilesRead(string Text, AttachmentGaps Gaps, int Files, long Bytes);

/// <summary>Reads the attachments of a message, one after the other, within what one message may cost.</summary>
internal sealed class MessageFiles(AttachmentOptions options, FileReaders readers, TimeProvider time)
{
    // As the index cuts a message's own text.
    private const int MaxChars = 4 << 20;
    private const int MaxNameChars = 200;
    private const int HeadBytes = 64 << 10;

    // At its lowest priority a worker may wait for the processor a good while: this is not the file's fault.
    private const int WallTimesOfOne = 24;

    public async Task<FilesRead> ReadAsync(OpenedMail mail, CancellationToken cancel)
    {
        var (text, gaps, files, bytes) = (new StringBuilder(mail.Facts.AttachedText), AttachmentGaps.None, 0, 0L);
        var began = time.GetTimestamp();
        var costly = 0;
        foreach (var part in mail.Facts.Attachments.Where(FileKinds.MayHoldText))
        {
            if (files == options.MaxFiles || text.Length >= MaxChars) return new(Cut(text), gaps | AttachmentGaps.Cut, files, bytes);
            // Two that took all they may, or all of them together too long.
            if (costly == 2 || time.GetElapsedTime(began).TotalSeconds > options.MaxProcessorSeconds * WallTimesOfOne)
                return new(Cut(text), gaps | AttachmentGaps.TooCostly, files, bytes);
            var read = await ReadAsync(mail.Part(part.Index), part.ContentType, cancel);
            costly += read.Text.Flaws.HasFlag(FileFlaws.TooCostly) ? 1 : 0;
            gaps |= GapsOf(read.Text.Flaws);
            files += read.Bytes > 0 ? 1 : 0;
            bytes += read.Bytes;
            if (read.Text.Text.Length > 0) text.Append('\n').Append(read.Text.Text);
        }

        return new(Cut(text), gaps, files, bytes);
    }

    private async Task<(FileText Text, int Bytes)> ReadAsync(MailPart part, string contentType, CancellationToken cancel)
    {
        using (part)
        {
            var head = await HeadAsync(part.Content, cancel);
            if (!FileKinds.MayHoldText(head.Span, part.FileName, contentType)) return (FileText.Nothing, 0);
            if (await WholeAsync(head, part, options.MaxFileBytes, cancel) is not { } bytes)
                return (FileKinds.HoldsText(head.Span, part.FileName, contentType) ? FileText.Of(FileFlaws.Cut) : FileText.Nothing, 0);
            if (!FileKinds.HoldsText(bytes.Span, part.FileName, contentType)) return (FileText.Nothing, 0);
            var name = part.FileName.Length <= MaxNameChars ? part.FileName : part.FileName[^MaxNameChars..];
            return (await readers.ReadAsync(bytes, name, contentType, cancel), bytes.Length);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> HeadAsync(Stream content, CancellationToken cancel)
    {
        var head = new byte[HeadBytes];
        return head.AsMemory(0, await content.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel));
    }

    /// <summary>Null for a file of more bytes than are read. Large ones are of one piece of memory, which is asked for once.</summary>
    private static async Task<ReadOnlyMemory<byte>?> WholeAsync(ReadOnlyMemory<byte> head, MailPart part, int mostBytes, CancellationToken cancel)
    {
        if (part.SizeBytes > mostBytes) return null;
        var whole = new MemoryStream((int)Math.Max(part.SizeBytes, head.Length));
        whole.Write(head.Span);
        var buffer = new byte[HeadBytes];
        for (int count; (count = await part.Content.ReadAsync(buffer, cancel)) > 0;)
        {
            if (whole.Length + count > mostBytes) return null;
            whole.Write(buffer, 0, count);
        }

        return whole.GetBuffer().AsMemory(0, (int)whole.Length);
    }

    private static string Cut(StringBuilder text) => text.ToString(0, Math.Min(text.Length, MaxChars));

    private static AttachmentGaps GapsOf(FileFlaws flaws) =>
        (flaws.HasFlag(FileFlaws.Encrypted) ? AttachmentGaps.Encrypted : 0)
        | (flaws.HasFlag(FileFlaws.Unreadable) ? AttachmentGaps.Unreadable : 0)
        | (flaws.HasFlag(FileFlaws.Cut) ? AttachmentGaps.Cut : 0)
        | (flaws.HasFlag(FileFlaws.TooCostly) ? AttachmentGaps.TooCostly : 0);
}
