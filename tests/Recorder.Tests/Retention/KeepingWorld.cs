using System.Buffers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Archive.Encryption;
using Recorder.Archive.Proofs;
using Recorder.Indexing;
using Recorder.Ledger;
using Recorder.Retention;
using Recorder.Search;
using Recorder.Tests.Archive.Disk;

namespace Recorder.Tests.Retention;

/// <summary>Archive, ledger, index and everything of retention, on a disk that forgets at a crash and a clock that is set by hand.</summary>
internal sealed class KeepingWorld : IAsyncDisposable
{
    public static readonly Actor Admin = new("admin", "root@example.edu");
    public static readonly DateTimeOffset Start = new(2027, 3, 1, 9, 0, 0, TimeSpan.Zero);
    private static readonly ArchiveOptions Sizes = new()
    {
        ActiveFileMaxBytes = 200_000, MemoryContentMaxBytes = 4096, MailReserveBytes = 0, EventReserveBytes = 0, RecentEntries = 64, SealCheckInterval = TimeSpan.FromDays(1),
    };

    // The index is derived: where it lies need not forget.
    private readonly string folder = Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"recorder-keeping-{Guid.NewGuid():N}");

    private KeepingWorld(int seed, RetentionOptions? options)
    {
        (Disk, Options) = (new FaultyDisk(seed), options ?? new RetentionOptions { Days = 60, AllowShorter = true, GraceDays = 7 });
    }

    public FaultyDisk Disk { get; }

    /// <summary>Encrypts; null: nothing is.</summary>
    public MasterKey? Master { get; private init; }

    public FileKeys? Keys { get; private set; }
    public LogKey Key { get; } = new(new byte[LogKey.SecretBytes]);
    public RetentionOptions Options { get; }
    public FakeTimeProvider Time { get; } = new(Start);
    public MailArchive Archive { get; private set; } = null!;
    public Recorder.Ledger.Ledger Ledger { get; private set; } = null!;
    public MailIndex Index { get; private set; } = null!;
    public Holds Holds { get; private set; } = null!;
    public PurgeNames Names { get; private set; } = null!;
    public PurgePlanner Planner { get; private set; } = null!;
    public Purge Purge { get; private set; } = null!;
    public Erasures Erasures { get; private set; } = null!;
    public ClockWatch Clock { get; private set; } = null!;
    public Approvals Approvals { get; private set; } = null!;
    public RetentionRules Rules { get; private set; } = null!;
    public RetentionTerms Terms { get; private set; } = null!;
    public DateTimeOffset Now => Time.GetUtcNow();

    public static async Task<KeepingWorld> OpenAsync(int seed = 1, RetentionOptions? options = null, bool isEncrypted = false)
    {
        var world = new KeepingWorld(seed, options) { Master = isEncrypted ? MasterKey.Parse(MasterKey.NewText()) : null };
        await world.OpenAsync();
        return world;
    }

    public async Task OpenAsync()
    {
        Keys = Master is null ? null : FileKeys.Open(Disk, [Master], encrypts: true);
        Archive = await MailArchive.OpenAsync(Sizes, Disk, Time, CancellationToken.None, key: Key, keys: Keys);
        Ledger = await Recorder.Ledger.Ledger.OpenAsync(Archive, null, Time);
        Index = MailIndex.Open(folder, new MailIndexOptions { PartitionDocuments = 60, RamBufferMegabytes = 4 }, Time);
        Names = new PurgeNames(Archive, Ledger);
        var (options, gate, book) = (Microsoft.Extensions.Options.Options.Create(Options), new RetentionGate(), new AddressBook([], "mx.test", new AccountsOptions()));
        Clock = new ClockWatch(Ledger, Time);
        Terms = new RetentionTerms(Ledger, options, Time);
        Planner = new PurgePlanner(Archive, Ledger, options, Time);
        Holds = new Holds(Archive, Ledger, Index, CatchUpAsync, book, gate, Names, Time);
        var traces = new RecordTraces(Ledger, Time);
        Approvals = new Approvals(Ledger, Planner, options, Time);
        Purge = new Purge(Archive, Archive, Ledger, Index, CatchUpAsync, Holds, Planner, traces, Names, gate, Clock, new DefaultTerm(Ledger, options, Time, NullLogger<DefaultTerm>.Instance), Approvals, options, Time, NullLogger<Purge>.Instance);
        Erasures = new Erasures(Archive, Archive, Ledger, Index, CatchUpAsync, Holds, Purge, traces, gate, Clock, new ErasureNotes(Ledger, Time, NullLogger<ErasureNotes>.Instance), Approvals, Time);
        Rules = new RetentionRules(Archive, Ledger, book, options, gate, Time);
        await Clock.LookAsync(CancellationToken.None);
    }

    /// <summary>Whatever was under way has met a dead disk; everything that was not durable is gone.</summary>
    /// <param name="meanwhile">Is given the folder of the index.</param>
    public async Task CrashAsync(bool machine = true, Action<string>? meanwhile = null)
    {
        Disk.LosePowerAfter(0);
        await CloseAsync();
        meanwhile?.Invoke(folder);
        if (machine) Disk.Crash();
        else Disk.Kill();
        await OpenAsync();
    }

    public async Task<KeptMail> ReceiveAsync(Random random, IReadOnlyDictionary<string, string> copies, string topic, int length = 300, DateTimeOffset? received = null, ImportedFrom? import = null)
    {
        var (bytes, at) = (KeptMail.NewBytes(random, topic, length), received ?? Now);
        await using var writer = Archive.BeginContent();
        await writer.WriteAsync(new ReadOnlySequence<byte>(bytes), CancellationToken.None);
        await using var content = await writer.CompleteAsync(CancellationToken.None);
        var recorded = await Ledger.RecordAsync(KeptMail.Facts(copies, at, import), content, topic, CancellationToken.None);
        return new KeptMail(recorded.Id.ToString(), recorded.Position.Sequence, at, import is null or { KeptFromReceived: true } ? at : Now, copies, topic, bytes);
    }

    public Task SetRuleAsync(RetentionRule rule) => Ledger.AppendAsync(new RetentionRuleSet(rule) { Actor = Admin, At = Now }, CancellationToken.None);

    public Task RemoveRuleAsync(string id) => Ledger.AppendAsync(new RetentionRuleRemoved(id) { Actor = Admin, At = Now }, CancellationToken.None);

    public async Task CatchUpAsync(CancellationToken cancel)
    {
        var through = Index.Checkpoint.GetValueOrDefault(Archive.Lane);
        var at = through;
        await foreach (var entry in Archive.ReadAsync(through, EntryKinds.Mail, cancel))
        {
            at = entry.Position.Sequence;
            if (SegmentLook.Decode(entry) is not { } mail) continue;
            await using var content = await Archive.OpenContentAsync(entry.Id, cancel);
            Index.Add([MailDocuments.Of(entry, mail, KeptMail.Read(content))]);
        }

        var map = new Dictionary<string, long> { [Archive.Lane] = Math.Max(at, Archive.DurableSequence) };
        Index.Refresh(map);
        Index.Commit(map);
    }

    public bool Has(string id) => RecordId.TryParse(id, out var parsed) && Archive.FindAsync(parsed, CancellationToken.None).AsTask().GetAwaiter().GetResult() is not null;

    /// <summary>What the owner of a mailbox finds by searching and can open.</summary>
    public async Task<HashSet<string>> FoundAsync(string mailbox)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        for (string? cursor = null, next = ""; next is not null; cursor = next)
        {
            var page = Index.Search(Terms.Within(new SearchRequest([new OwnerScope(mailbox)], "", 500, cursor)));
            foreach (var hit in page.Items)
            {
                Assert.True(RecordId.TryParse(hit.Id, out var id));
                var entry = await Archive.FindAsync(id, CancellationToken.None);
                Assert.True(entry is not null, $"{hit.Id} is found and is not there");
                Assert.True(Terms.IsInSight(entry, RecordedMail.Decode(entry.Payload.Span), mailbox), $"{hit.Id} is found by {mailbox} and cannot be opened");
                found.Add(hit.Id);
            }

            next = page.Next;
        }

        return found;
    }

    public async Task<string> VerifyAsync()
    {
        var findings = new List<string>();
        var trust = new LogTrust { Key = Key, MarkedFrom = 1, WasRemoved = name => Ledger.State.Get<RemovedSegment>(RetentionKeys.Removed(name)) is not null };
        await foreach (var finding in Archive.VerifyAsync(new Recorder.Archive.Log.VerifyWish { Trust = trust }, CancellationToken.None))
            findings.Add($"{finding.Segment} {finding.Position}: {finding.Problem}");
        return string.Join("; ", findings);
    }

    /// <summary>Whether these bytes stand anywhere on the disk.</summary>
    public bool IsOnDisk(ReadOnlySpan<byte> bytes)
    {
        foreach (var (path, length) in Disk.AllFiles())
        {
            var content = new byte[length];
            using var file = Disk.Open(path, Recorder.Archive.Disk.DiskMode.Read);
            file.Read(0, content);
            if (content.AsSpan().IndexOf(bytes) >= 0) return true;
        }

        return false;
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task CloseAsync()
    {
        Index.Dispose();
        await Ledger.DisposeAsync();
        await Archive.DisposeAsync();
    }
}
