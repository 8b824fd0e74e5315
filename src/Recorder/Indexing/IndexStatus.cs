namespace Recorder.Indexing;

/// <summary>How far an index is behind the log.</summary>
/// <param name="Through">Last sequence whose documents can be found.</param>
/// <param name="Lag">Durable entries beyond it.</param>
/// <param name="DocumentsPerSecond">Over the last busy second or more; 0 when idle.</param>
/// <param name="Unreadable">Records since the start that only their envelope finds, because reading them failed.</param>
/// <param name="MissingContent">Records since the start whose bytes were missing or damaged: run verify.</param>
/// <param name="LastError">Why indexing stands still; null while it goes on.</param>
public sealed record IndexStatus(
    string Name, long Through, long Lag, double DocumentsPerSecond, long Unreadable, long MissingContent, string? LastError);

/// <summary>The progress of a follower, for pages and health.</summary>
public interface IIndexProgress
{
    IndexStatus Status { get; }

    /// <summary>Waits until everything durable now can be found.</summary>
    Task CatchUpAsync(CancellationToken cancel);
}
