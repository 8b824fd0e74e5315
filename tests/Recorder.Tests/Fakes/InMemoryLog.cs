using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Recorder.Archive;

namespace Recorder.Tests.Fakes;

/// <summary>
/// The log without a disk: entries are "durable" when the append returns. Tests may fail or hold appends, and damage
/// or remove content. Give the same instance to a second product to play a restart.
/// </summary>
internal sealed class InMemoryLog(TimeProvider? time = null) : IArchiveLog
{
    private readonly TimeProvider time = time ?? TimeProvider.System;
    private readonly Lock gate = new();
    private readonly List<LogEntry> entries = [];
    private readonly ConcurrentDictionary<RecordId, byte[]> contents = new();
    private readonly ConcurrentQueue<ArchiveFault?> faults = new();
    private readonly HashSet<RecordId> removed = [];
    private TaskCompletionSource grown = NewSignal();
    private TaskCompletionSource? hold;

    public string Lane => "a";

    public long FreeBytes { get; set; } = 1L << 40;

    public long DurableSequence
    {
        get { lock (gate) { return entries.Count; } }
    }

    /// <summary>How often content was opened.</summary>
    public int ContentReads { get; private set; }

    public IReadOnlyList<LogEntry> Entries
    {
        get { lock (gate) { return [.. entries]; } }
    }

    /// <summary>The next append fails with this; queued, one an append.</summary>
    public void FailNextAppend(ArchiveFault fault) => faults.Enqueue(fault);

    /// <summary>Some appends succeed, then one fails.</summary>
    public void FailAfter(int appends, ArchiveFault fault)
    {
        for (var i = 0; i < appends; i++) faults.Enqueue(null);
        faults.Enqueue(fault);
    }

    /// <summary>Appends wait until the returned object is disposed.</summary>
    public IDisposable HoldAppends()
    {
        hold = NewSignal();
        return new Release(hold);
    }

    /// <summary>As retention does: its position stays empty.</summary>
    public void Remove(RecordId id)
    {
        lock (gate) removed.Add(id);
        contents.TryRemove(id, out _);
    }

    public void RemoveContent(RecordId id) => contents.TryRemove(id, out _);

    public void DamageContent(RecordId id) => contents[id] = [0xFF, .. contents[id]];

    public void RepairContent(RecordId id) => contents[id] = contents[id][1..];

    public byte[] ContentOf(RecordId id) => contents[id];

    /// <summary>Writers that hold their memory or file still.</summary>
    public int OpenWriters { get; private set; }

    public IContentWriter BeginContent()
    {
        OpenWriters++;
        return new MemoryContentWriter(() => OpenWriters--);
    }

    public async Task<Receipt> AppendAsync(NewMail mail, CancellationToken cancel)
    {
        await BeforeAppendAsync(cancel);
        using var stream = mail.Content.OpenRead();
        var bytes = new byte[mail.Content.LengthBytes];
        stream.ReadExactly(bytes);
        return Add(EntryKind.Mail, Checked(mail.Header), mail.ReceivedAt, bytes, mail.Content.Sha256);
    }

    public async Task<Receipt> AppendAsync(NewEvent entry, CancellationToken cancel)
    {
        await BeforeAppendAsync(cancel);
        return Add(EntryKind.Event, Checked(entry.Payload), null, null, default);
    }

    /// <summary>An entry of the log's own kind, as sealing writes it.</summary>
    public Receipt AppendRoot() => Add(EntryKind.Root, new byte[] { 1 }, null, null, default);

    public async IAsyncEnumerable<LogEntry> FollowAsync(long afterSequence, EntryKinds kinds, [EnumeratorCancellation] CancellationToken cancel)
    {
        for (var next = (int)afterSequence; ;)
        {
            cancel.ThrowIfCancellationRequested();
            Task wait;
            LogEntry? entry = null;
            lock (gate)
            {
                wait = grown.Task;
                if (next < entries.Count)
                {
                    entry = entries[next++];
                }
            }

            if (entry is null)
            {
                await wait.WaitAsync(cancel);
            }
            else if (Wanted(entry, kinds))
            {
                yield return entry;
            }
        }
    }

    public async IAsyncEnumerable<LogEntry> ReadAsync(long afterSequence, EntryKinds kinds, [EnumeratorCancellation] CancellationToken cancel)
    {
        await Task.Yield();
        foreach (var entry in Entries.Skip((int)afterSequence).Where(entry => Wanted(entry, kinds) && !removed.Contains(entry.Id)))
        {
            cancel.ThrowIfCancellationRequested();
            yield return entry;
        }
    }

    public ValueTask<LogEntry?> FindAsync(RecordId id, CancellationToken cancel)
    {
        lock (gate)
        {
            return new(removed.Contains(id) ? null : entries.Find(entry => entry.Id == id));
        }
    }

    public ValueTask<Stream> OpenContentAsync(RecordId id, CancellationToken cancel)
    {
        ContentReads++;
        if (!contents.TryGetValue(id, out var bytes))
        {
            throw new ArchiveException(ArchiveFault.Missing, $"no content of {id}");
        }

        var expected = Entries.Single(entry => entry.Id == id).ContentSha256.Span;
        return expected.SequenceEqual(SHA256.HashData(bytes))
            ? new(new MemoryStream(bytes, writable: false))
            : throw new ArchiveException(ArchiveFault.Damaged, $"content of {id} is damaged");
    }

    private async Task BeforeAppendAsync(CancellationToken cancel)
    {
        await Task.Yield();
        if (hold is { } held)
        {
            await held.Task.WaitAsync(cancel);
        }

        if (faults.TryDequeue(out var due) && due is { } fault)
        {
            throw new ArchiveException(fault, $"asked to fail: {fault}");
        }
    }

    private Receipt Add(EntryKind kind, ReadOnlyMemory<byte> payload, DateTimeOffset? receivedAt, byte[]? content, ReadOnlyMemory<byte> sha256)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            var sequence = entries.Count + 1;
            var id = IdAt(now, sequence);
            var position = new Position(Lane, sequence);
            if (content is not null)
            {
                contents[id] = content;
            }

            entries.Add(new LogEntry(id, position, kind, now, receivedAt ?? now, payload.ToArray(), content?.Length ?? 0, sha256));
            var signal = grown;
            grown = NewSignal();
            signal.SetResult();
            return new Receipt(id, position, now);
        }
    }

    // As the real log does.
    private static ReadOnlyMemory<byte> Checked(ReadOnlyMemory<byte> payload) =>
        payload.Length <= 1 << 20 ? payload : throw new ArgumentException($"a payload of {payload.Length} bytes is too long", nameof(payload));

    private static RecordId IdAt(DateTimeOffset now, long counter)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, (now.ToUnixTimeMilliseconds() << 16) | 0x7000);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], counter | long.MinValue);
        return new RecordId(new Guid(bytes, bigEndian: true));
    }

    private static bool Wanted(LogEntry entry, EntryKinds kinds) => kinds.HasFlag((EntryKinds)(1 << ((int)entry.Kind - 1)));

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Release(TaskCompletionSource signal) : IDisposable
    {
        public void Dispose() => signal.TrySetResult();
    }
}

/// <summary>Received bytes in memory.</summary>
internal sealed class MemoryContent(byte[] bytes) : IReceivedContent
{
    public long LengthBytes => bytes.Length;

    public ReadOnlyMemory<byte> Sha256 { get; } = SHA256.HashData(bytes);

    public Stream OpenRead() => new MemoryStream(bytes, writable: false);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

internal sealed class MemoryContentWriter(Action? onDispose = null) : IContentWriter
{
    private readonly MemoryStream stream = new();
    private Action? onDispose = onDispose;

    public ValueTask WriteAsync(ReadOnlySequence<byte> bytes, CancellationToken cancel)
    {
        foreach (var piece in bytes)
        {
            stream.Write(piece.Span);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<IReceivedContent> CompleteAsync(CancellationToken cancel) => new(new MemoryContent(stream.ToArray()));

    public ValueTask DisposeAsync()
    {
        Interlocked.Exchange(ref onDispose, null)?.Invoke();
        return ValueTask.CompletedTask;
    }
}
