using Recorder.Indexing;
using Recorder.Mail;

namespace Recorder.Attachments;

/// <summary>
/// The text of files by way of a process that may die of them. One process at a time, kept for many files and replaced when
/// it has lived long enough. What was read lately is remembered by the digest of its bytes, failures too: a file that goes
/// to a whole list is read once.
/// </summary>
internal sealed class FileReaders(WorkerLimits limits, int maxChars, TimeProvider time, IReadOnlyList<string>? command = null) : IDisposable
{
    private static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(1);

    private readonly RecentTexts recent = new();
    private WorkerProcess? worker;
    private long started, askedAt;

    /// <summary>Processes started so far.</summary>
    public long Started => Interlocked.Read(ref started);

    /// <summary>The present process; null where none runs.</summary>
    public int? WorkerId => worker is { IsSpent: false } running ? running.Id : null;

    /// <exception cref="WorkerUnavailableException">No process can be started.</exception>
    public async Task<FileText> ReadAsync(ReadOnlyMemory<byte> content, string name, string contentType, CancellationToken cancel)
    {
        var key = RecentTexts.KeyOf(content.Span, name, contentType);
        if (recent.Find(key) is { } known) return known;
        // One that was killed from outside says nothing about the file; two do.
        var read = await AskAsync(content, name, contentType, cancel) ?? await AskAsync(content, name, contentType, cancel) ?? FileText.Of(FileFlaws.TooCostly);
        recent.Add(key, read);
        return read;
    }

    /// <summary>Nothing was asked for some time: the process is not kept for nothing.</summary>
    public void Rest()
    {
        if (worker is not null && time.GetElapsedTime(askedAt) > IdleTime) Replace(null);
    }

    public void Dispose() => worker?.Dispose();

    private async Task<FileText?> AskAsync(ReadOnlyMemory<byte> content, string name, string contentType, CancellationToken cancel)
    {
        if (worker is null or { IsSpent: true })
        {
            Replace(null);
            Replace(WorkerProcess.Start(limits, time, command));
            Interlocked.Increment(ref started);
        }

        askedAt = time.GetTimestamp();
        return await worker!.ReadAsync(content, name, contentType, maxChars, cancel);
    }

    private void Replace(WorkerProcess? next)
    {
        worker?.Dispose();
        worker = next;
    }
}
