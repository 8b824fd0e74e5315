using Recorder.Search;

namespace Recorder.Attachments;

/// <summary>How the reading of attachments goes, since the start.</summary>
/// <param name="Waiting">Messages whose attachments are not read yet, as far as is known.</param>
/// <param name="Messages">Messages whose attachments were read.</param>
/// <param name="Files">Attachments given to a reading process or known from another message.</param>
/// <param name="Bytes">Of these.</param>
/// <param name="Characters">Text that they gave.</param>
/// <param name="Processes">Reading processes started.</param>
/// <param name="Encrypted">Messages with an attachment that needs a password.</param>
/// <param name="Unreadable">With one that is broken.</param>
/// <param name="Cut">With one beyond a limit of size, number or characters.</param>
/// <param name="TooCostly">With one that took too much time or memory.</param>
/// <param name="LastError">Why the reading stands still; null while it goes on.</param>
public sealed record AttachmentStatus(
    int Waiting, long Messages, long Files, long Bytes, long Characters, long Processes,
    long Encrypted, long Unreadable, long Cut, long TooCostly, string? LastError);

/// <summary>Counts for the status.</summary>
internal sealed class AttachmentCounts
{
    private readonly Lock gate = new();
    private long messages, files, bytes, characters, encrypted, unreadable, cut, costly;

    public void Add(FilesRead read)
    {
        lock (gate)
        {
            messages++;
            files += read.Files;
            bytes += read.Bytes;
            characters += read.Text.Length;
            encrypted += Has(read, AttachmentGaps.Encrypted);
            unreadable += Has(read, AttachmentGaps.Unreadable);
            cut += Has(read, AttachmentGaps.Cut);
            costly += Has(read, AttachmentGaps.TooCostly);
        }
    }

    /// <summary>A message whose attachments could not even be opened.</summary>
    public void AddFailure()
    {
        lock (gate) (messages, unreadable) = (messages + 1, unreadable + 1);
    }

    public AttachmentStatus Status(int waiting, long processes, string? lastError)
    {
        lock (gate) return new(waiting, messages, files, bytes, characters, processes, encrypted, unreadable, cut, costly, lastError);
    }

    private static int Has(FilesRead read, AttachmentGaps gap) => read.Gaps.HasFlag(gap) ? 1 : 0;
}
