using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Archive.Encryption;
using Recorder.Archive.Proofs;
using Recorder.Tests.Archive.Disk;

namespace Recorder.Tests.Archive.Log;

/// <summary>A lane on a disk that tests may crash and open again.</summary>
internal sealed class LogBench(IDisk disk, ArchiveOptions? options = null) : IAsyncDisposable, IArchiveObserver
{
    public static readonly DateTimeOffset Start = new(2026, 3, 14, 10, 0, 0, TimeSpan.Zero);

    /// <summary>Small files, small memory, no space kept in reserve.</summary>
    public static readonly ArchiveOptions Small = new()
    {
        ActiveFileMaxBytes = 1024 * 1024, MemoryContentMaxBytes = 4096, MailReserveBytes = 0, EventReserveBytes = 0, RecentEntries = 16,
    };

    private MailArchive? _log;
    private FileKeys? _keys;

    public FakeTimeProvider Time { get; } = new(Start);

    /// <summary>Marks entries; none by default.</summary>
    public LogKey? Key { get; init; }

    /// <summary>Encrypts; null: nothing is.</summary>
    public MasterKey? Master { get; set; }

    /// <summary>With a master key: only what was encrypted before is read, and nothing new is encrypted.</summary>
    public bool NoMore { get; set; }

    /// <summary>Where the key file is.</summary>
    public IDisk? KeyDisk { get; init; }

    public FileKeys Keys => _keys ?? throw new InvalidOperationException("not encrypted");

    public IDisk Disk => disk;
    public MailArchive Log => _log ?? throw new InvalidOperationException("not open");
    public ConcurrentQueue<(string Doing, Exception Error)> Failures { get; } = [];
    public List<Position> SetAside { get; } = [];

    public static async Task<LogBench> OpenAsync(IDisk? disk = null, ArchiveOptions? options = null)
    {
        var bench = new LogBench(disk ?? new MemoryDisk(), options ?? Small);
        await bench.OpenAsync();
        return bench;
    }

    public static async Task<LogBench> OpenEncryptedAsync(IDisk? disk = null, MasterKey? master = null, ArchiveOptions? options = null, IDisk? keyDisk = null)
    {
        var bench = new LogBench(disk ?? new MemoryDisk(), options ?? Small) { Master = master ?? NewMaster(), KeyDisk = keyDisk };
        await bench.OpenAsync();
        return bench;
    }

    public static MasterKey NewMaster() => MasterKey.Parse(MasterKey.NewText())!;

    public async Task<MailArchive> OpenAsync()
    {
        _keys = Master is null ? null : await Task.Run(() => FileKeys.Open(KeyDisk ?? disk, [Master], encrypts: !NoMore));
        return _log = await MailArchive.OpenAsync(options ?? Small, disk, Time, CancellationToken.None, this, Key, _keys);
    }

    public async Task CloseAsync()
    {
        if (_log is not null) await _log.DisposeAsync();
        _keys?.Dispose();
        (_log, _keys) = (null, null);
    }

    public async Task<MailArchive> ReopenAsync()
    {
        await CloseAsync();
        return await OpenAsync();
    }

    /// <summary>The machine stops now. What the archive's threads still try meets a dead disk.</summary>
    public async Task<MailArchive> CrashAndOpenAsync()
    {
        var faulty = (FaultyDisk)disk;
        faulty.LosePowerAfter(0);
        await CloseAsync();
        faulty.Crash();
        faulty.Faults = new DiskFaults();
        return await OpenAsync();
    }

    public async Task<IReceivedContent> ContentAsync(ReadOnlyMemory<byte> bytes)
    {
        await using var writer = Log.BeginContent();
        await writer.WriteAsync(new ReadOnlySequence<byte>(bytes), CancellationToken.None);
        return await writer.CompleteAsync(CancellationToken.None);
    }

    public async Task<Receipt> MailAsync(ReadOnlyMemory<byte> bytes, string header = "header", DateTimeOffset? receivedAt = null, string clusterKey = "")
    {
        await using var content = await ContentAsync(bytes);
        return await Log.AppendAsync(
            new NewMail(Encoding.UTF8.GetBytes(header), content, receivedAt ?? Time.GetUtcNow(), clusterKey), CancellationToken.None);
    }

    public Task<Receipt> MailAsync(string text) => MailAsync(Encoding.UTF8.GetBytes(text));

    public Task<Receipt> EventAsync(string payload) => Log.AppendAsync(new NewEvent(Encoding.UTF8.GetBytes(payload)), CancellationToken.None);

    public async Task<byte[]> ContentOfAsync(RecordId id)
    {
        await using var stream = await Log.OpenContentAsync(id, CancellationToken.None);
        var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }

    public async Task<List<LogEntry>> AllAsync(EntryKinds kinds = EntryKinds.All, long after = 0)
    {
        var entries = new List<LogEntry>();
        await foreach (var entry in Log.ReadAsync(after, kinds, CancellationToken.None)) entries.Add(entry);
        return entries;
    }

    public async Task<List<string>> ProblemsAsync(Func<string, bool>? wasRemoved = null)
    {
        var problems = new List<string>();
        await foreach (var finding in Log.VerifyAsync(CancellationToken.None, wasRemoved: wasRemoved)) problems.Add($"{finding.Position}: {finding.Problem}");
        return problems;
    }

    /// <summary>Paths of all files under a folder, ordinal.</summary>
    public IReadOnlyList<string> Files(string folder) => disk.List(folder)
        .SelectMany(name => disk.List($"{folder}/{name}") is { Count: > 0 } inner && inner is not null ? Files($"{folder}/{name}") : [$"{folder}/{name}"])
        .ToList();

    public string NewestFile(string lane = "main") => Files($"log/{lane}").Last(path => path.EndsWith(".active", StringComparison.Ordinal));

    /// <summary>Waits for what a thread of the archive will do; a minute without it is a hang.</summary>
    public static async Task UntilAsync(Func<bool> done)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!done())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public static byte[] Bytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static byte[] Sha256(byte[] bytes) => SHA256.HashData(bytes);

    public ValueTask DisposeAsync() => new(CloseAsync());

    void IArchiveObserver.Failed(string doing, Exception error) => Failures.Enqueue((doing, error));

    void IArchiveObserver.SetAside(string file, IReadOnlyList<Position> damaged) => SetAside.AddRange(damaged);
}
