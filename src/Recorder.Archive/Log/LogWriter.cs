using System.Collections.Concurrent;
using System.Security.Cryptography;
using Recorder.Archive.Disk;
using Recorder.Archive.Encryption;
using Recorder.Archive.Proofs;

namespace Recorder.Archive.Log;

/// <summary>What the writer starts from.</summary>
internal sealed record LogState(LogFiles Files, BodyIndex Bodies, LogTail Tail, RootChain Roots, RecordId? LastId);

/// <summary>
/// The one thread that writes. It takes all that waits, and what is about to, writes it as one batch, syncs once and answers them all. A
/// failed sync is never tried again: the file is retired with its good part, and the next append starts another.
/// </summary>
internal sealed class LogWriter : IDisposable
{
    private readonly LogState _state;
    private readonly ArchiveOptions _options;
    private readonly TimeProvider _time;
    private readonly AppendQueue _queue;
    private readonly LogCounters _counters;
    private readonly RecentEntries _recent;
    private readonly IArchiveObserver _observer;
    private readonly LogKey? _key;
    private readonly IdClock _ids;
    private readonly BatchEncoder _encoder = new();
    private readonly ConcurrentQueue<TaskCompletionSource> _rotations = new();
    private readonly List<ArchiveContent> _doubtful = [];
    private readonly Thread _thread;

    public LogWriter(
        LogState state, ArchiveOptions options, TimeProvider time, RecentEntries recent, Arrivals arrivals, LogCounters counters, IArchiveObserver observer, LogKey? key)
    {
        (_state, _options, _time, _recent, _counters, _observer, _key) = (state, options, time, recent, counters, observer, key);
        _queue = new AppendQueue(options.QueueEntries, options.QueueBytes, arrivals);
        _ids = new IdClock(state.LastId);
        _thread = new Thread(Run) { IsBackground = true, Name = $"archive writer {options.Lane}" };
        _thread.Start();
    }

    /// <summary>On the writer's thread, after a file got a successor.</summary>
    public event Action? Retired;

    public int Queued => _queue.Count;

    /// <exception cref="ArchiveException">Nothing was acknowledged.</exception>
    public async Task<Receipt> AppendAsync(PendingAppend entry, CancellationToken cancel)
    {
        await _queue.EnterAsync(entry, cancel);
        await using var registration = cancel.Register(() => entry.TryCancel(cancel));
        return await entry.Outcome;
    }

    /// <summary>Retires the current file where it has entries.</summary>
    public Task RotateAsync()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _rotations.Enqueue(done);
        _queue.Wake();
        return done.Task;
    }

    /// <summary>Lets the writer see whether the day has changed.</summary>
    public void Wake() => _queue.Wake();

    /// <summary>Writes what was admitted, refuses the rest and ends the thread.</summary>
    public void Dispose()
    {
        _queue.Close();
        _thread.Join();
        while (_rotations.TryDequeue(out var rotation)) rotation.TrySetException(new ArchiveException(ArchiveFault.Unavailable, "the archive is closing"));
    }

    private void Run()
    {
        var batch = new List<PendingAppend>();
        while (_queue.Take(batch, ActiveFormat.MaxBatchBytes - ActiveFormat.BatchHeaderBytes - BatchCipher.RoomBytes))
        {
            if (batch.Count > 0) Write(batch);
            batch.Clear();
            RotateWhereAsked();
        }
    }

    private void Write(List<PendingAppend> batch)
    {
        var encoded = new List<EncodedAppend>(batch.Count);
        ActiveFile? file = null;
        try
        {
            file = FileToWrite();
            Encode(batch, encoded);
            var bytes = _encoder.Finish(file.Header.Nonce.Span);
            var start = file.Commit(bytes);
            _counters.Committed(batch.Count, bytes.Length);
            Publish(file, start, encoded);
        }
        catch (Exception error)
        {
            Fail(file, batch, encoded, error);
        }
    }

    private ActiveFile FileToWrite()
    {
        var file = _state.Files.Current;
        return file.IsRetired || IsFull(file) || IsOfAPastDay(file) ? Next(file) : file;
    }

    private bool IsFull(ActiveFile file) => file.ValidBytes + file.SpooledBytes >= _options.ActiveFileMaxBytes;

    private bool IsOfAPastDay(ActiveFile file) =>
        file.HasForeignEntries && ActiveFormat.Day(_time.GetUtcNow()) > ActiveFormat.Day(file.Header.CreatedAt);

    // The successor's header is what makes the failed tail of a retired file void, so it is durable before any append.
    private ActiveFile Next(ActiveFile file)
    {
        var header = new FileHeader(
            _options.Lane, file.Header.Number + 1, _state.Tail.Sequence + 1, file.Header.Number, file.ValidBytes,
            RandomNumberGenerator.GetBytes(ActiveFormat.NonceBytes), _time.GetUtcNow(), _state.Roots.LastSequence, _state.Roots.LastSha256);
        // Before the attempt: it may fail and yet leave a header on the disk that says where this file ends.
        file.Retire();
        var next = _state.Files.Create(header);
        _state.Files.Add(next);
        _state.Bodies.Clear();
        foreach (var content in _doubtful) content.Unpin();
        _doubtful.Clear();
        _observer.FileRetired(file.Path, file.Index.Count);
        Retired?.Invoke();
        return next;
    }

    private void RotateWhereAsked()
    {
        // Taken before the look at the file: who asks from here on is served by the next round.
        var asked = new List<TaskCompletionSource>();
        while (_rotations.TryDequeue(out var rotation)) asked.Add(rotation);
        try
        {
            var file = _state.Files.Current;
            if (file.Index.Count > 0 && (file.IsRetired || asked.Count > 0 || IsOfAPastDay(file))) Next(file);
            asked.ForEach(rotation => rotation.TrySetResult());
        }
        catch (Exception error)
        {
            _counters.Failed(error);
            _observer.Failed("rotate", error);
            asked.ForEach(rotation => rotation.TrySetException(Faults.Of(error)));
        }
    }

    private void Encode(List<PendingAppend> batch, List<EncodedAppend> encoded)
    {
        const int randomBytes = IdClock.RandomBytes + ActiveFormat.NonceBytes;
        var random = RandomNumberGenerator.GetBytes(batch.Count * randomBytes);
        var now = _time.GetUtcNow().ToUniversalTime();
        var sequence = _state.Tail.Sequence + 1;
        _encoder.Start(sequence);
        for (var i = 0; i < batch.Count; i++)
        {
            var ours = random.AsSpan(i * randomBytes, randomBytes);
            var entry = EntryOf(batch[i], _ids.Next(now, ours), sequence + i, now);
            encoded.Add(EncodedAppend.Add(_encoder, _state.Bodies, batch[i], entry, _key is null ? ours[IdClock.RandomBytes..] : _key.NonceOf(entry)));
        }
    }

    private LogEntry EntryOf(PendingAppend append, RecordId id, long sequence, DateTimeOffset now) => new(
        id, new Position(_options.Lane, sequence), append.Kind, now,
        append.Kind == EntryKind.Mail ? append.ReceivedAt.ToUniversalTime() : now,
        append.Payload, append.Content?.LengthBytes ?? 0, append.Content?.Sha256 ?? default);

    private void Publish(ActiveFile file, long start, List<EncodedAppend> encoded)
    {
        _state.Bodies.Keep();
        file.Index.Add(encoded.Select(one => one.At with { Offset = start + one.At.Offset }));
        foreach (var one in encoded)
        {
            _recent.Add(one.Entry);
            if (one.Entry.Kind == EntryKind.Root) _state.Roots.Extend(one.Entry);
            else file.HasForeignEntries = true;
            if (one.Spooled is { } spooled) file.SpooledBytes += spooled.LengthBytes;
        }
        _state.Tail.MoveTo(encoded[^1].Entry.Position.Sequence);
        foreach (var one in encoded) one.Append.Succeed(new Receipt(one.Entry.Id, one.Entry.Position, one.Entry.AppendedAt));
    }

    private void Fail(ActiveFile? file, List<PendingAppend> batch, List<EncodedAppend> encoded, Exception error)
    {
        _state.Bodies.TakeBack();
        var spooled = encoded.Where(one => one.Spooled is not null).Select(one => one.Spooled!).ToList();
        var isVoid = file is null || !file.IsRetired || (error is DiskFullException && file.TryTakeBackWrite());
        // A retired file's tail may come back after a crash, with what it refers to, until the successor voids it.
        if (isVoid) spooled.ForEach(content => content.Unpin());
        else _doubtful.AddRange(spooled);
        _counters.BatchFailed(error);
        _observer.Failed("append", error);
        var fault = Faults.Of(error);
        foreach (var append in batch) append.Fail(new ArchiveException(fault.Fault, fault.Message, error));
    }
}
