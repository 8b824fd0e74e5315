using System.Buffers;
using System.Security.Cryptography;
using Recorder.Archive.Disk;

namespace Recorder.Archive.Log;

/// <summary>Takes one body: in memory while small, from then on in a spool file that is synced by the body's own session.</summary>
internal sealed class ContentWriter(SpoolFolder spool, TimeProvider time, int memoryMaxBytes, Arrivals.Arrival arrival) : IContentWriter
{
    private const int SpoolChunkBytes = 256 * 1024;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private PooledBytes? _memory = new();
    private IDiskFile? _file;
    private string _name = "";
    private long _spooledBytes;
    private bool _ended;

    public ValueTask WriteAsync(ReadOnlySequence<byte> bytes, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_ended, this);
        foreach (var segment in bytes) Write(segment.Span);
        return ValueTask.CompletedTask;
    }

    public async ValueTask<IReceivedContent> CompleteAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_ended, this);
        if (_file is null) return CompleteInMemory();
        await Task.Run(SyncSpool, CancellationToken.None);
        _ended = true;
        return new SpooledContent(spool, _name, _spooledBytes, _hash.GetHashAndReset(), arrival);
    }

    public ValueTask DisposeAsync()
    {
        if (!_ended) arrival.End();
        _hash.Dispose();
        _memory?.Dispose();
        _memory = null;
        _file?.Dispose();
        if (_file is not null && !_ended) spool.Release(_name);
        _file = null;
        _ended = true;
        return ValueTask.CompletedTask;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        var memory = _memory!;
        if (_file is null && memory.Length + bytes.Length <= memoryMaxBytes)
        {
            memory.Append(bytes);
            return;
        }
        Faults.Translate(bytes, AppendToSpool);
    }

    private void AppendToSpool(ReadOnlySpan<byte> bytes)
    {
        if (_file is null)
        {
            (_name, _file) = spool.Create(ActiveFormat.Day(time.GetUtcNow()));
            FlushToSpool();
        }
        for (var rest = bytes; !rest.IsEmpty;)
        {
            var part = rest[..Math.Min(rest.Length, SpoolChunkBytes - _memory!.Length)];
            _memory.Append(part);
            rest = rest[part.Length..];
            if (_memory.Length == SpoolChunkBytes) FlushToSpool();
        }
    }

    private void FlushToSpool()
    {
        var memory = _memory!;
        _file!.Write(_spooledBytes, memory.Written);
        _spooledBytes += memory.Length;
        memory.Clear();
    }

    private MemoryContent CompleteInMemory()
    {
        var bytes = _memory!;
        (_memory, _ended) = (null, true);
        return new MemoryContent(bytes, _hash.GetHashAndReset(), arrival);
    }

    private void SyncSpool() => Faults.Translate<byte>(default, _ =>
    {
        FlushToSpool();
        _file!.Sync();
        spool.SyncFolderOf(_name);
    });
}
