using Recorder.Archive.Disk;
using Recorder.Archive.Log;

namespace Recorder.Archive.Copies;

/// <summary>A file of the log that is not sealed, up to a committed batch. The holder of the image has entered it.</summary>
internal sealed class ActiveImage(ActiveFile file, long lengthBytes) : ImageFile(file.Path, lengthBytes)
{
    public override bool Grows => true;

    public override IDiskFile OpenSource() => new FileView(file);

    public override string? ProblemOf(IDiskFile copy, long from, CancellationToken cancel)
    {
        var buffer = new byte[ActiveFormat.MaxBatchBytes];
        if (from < ActiveFormat.FileHeaderBytes)
        {
            copy.Read(0, buffer.AsSpan(0, ActiveFormat.FileHeaderBytes));
            if (FileHeader.Decode(buffer)?.Number != file.Header.Number) return "its header is not what was written";
            from = ActiveFormat.FileHeaderBytes;
        }
        while (from < LengthBytes)
        {
            cancel.ThrowIfCancellationRequested();
            var read = copy.Read(from, buffer.AsSpan(0, (int)Math.Min(buffer.Length, LengthBytes - from)));
            if (!BatchHeader.Looks(buffer.AsSpan(0, read), file.Header.Nonce.Span, out var batch) || batch.LengthBytes > read
                || !BatchHeader.IsIntact(buffer.AsSpan(0, batch.LengthBytes)))
                return $"the batch at {from} is not what was written";
            from += batch.LengthBytes;
        }
        return null;
    }
}
