using Recorder.Archive.Disk;

namespace Recorder.Archive.Log;

/// <summary>From the disk's errors to what the archive's callers act on.</summary>
internal static class Faults
{
    public static ArchiveException Of(Exception error) => error switch
    {
        ArchiveException known => known,
        DiskFullException => new ArchiveException(ArchiveFault.DiskFull, "no space left to record", error),
        _ => new ArchiveException(ArchiveFault.WriteFailed, $"recording failed: {error.Message}", error),
    };

    public static void Translate<T>(ReadOnlySpan<T> argument, SpanAction<T> act)
    {
        try
        {
            act(argument);
        }
        catch (IOException error)
        {
            throw Of(error);
        }
    }

    internal delegate void SpanAction<T>(ReadOnlySpan<T> argument);
}
