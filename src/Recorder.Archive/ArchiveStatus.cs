using Recorder.Archive.Log;

namespace Recorder.Archive;

/// <summary>Figures of one lane since its start, for health pages and metrics.</summary>
/// <param name="Syncs">Batches made durable, each by one fsync.</param>
/// <param name="Bytes">Of batches written.</param>
/// <param name="QueuedAppends">Waiting for the writer now.</param>
/// <param name="ActiveFileBytes">Of the file being written, with the bodies it spooled.</param>
/// <param name="RetiredFiles">Not yet sealed; should soon be 0 again.</param>
/// <param name="LastError">Of the writer or the sealer, newest; null when there was none.</param>
public sealed record ArchiveStatus(
    long DurableSequence, long Syncs, long Batches, long Entries, long Bytes, long FailedBatches, int QueuedAppends,
    long ActiveFileBytes, int RetiredFiles, long SealedFiles, RecoveryReport Recovery, string? LastError);
