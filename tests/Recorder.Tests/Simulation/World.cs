using Recorder.Archive;
using Recorder.Archive.Encryption;
using Recorder.Search;
using Recorder.Tests.Archive.Disk;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Simulation;

/// <summary>Which derived files a run uses for real.</summary>
internal sealed record WorldOptions(int Seed, bool RealIndex = false, bool StateFile = false, bool IsEncrypted = false);

/// <summary>A machine with its disk, clock and network, and the product living and dying on it.</summary>
internal sealed class World : IAsyncDisposable
{
    private static readonly TimeSpan Leap = TimeSpan.FromSeconds(20);
    // A round is a millisecond or more: a minute in which nothing happens. Rounds do not pass while the process is stopped, as a clock would.
    private const int HangRounds = 60_000;

    private const int PatientRounds = 20;

    // Derived files outlive no machine here, so nothing is learnt from waiting for a real disk.
    private const string SharedMemory = "/dev/shm";
    private readonly WorldOptions options;
    private readonly string folder;
    private readonly MasterKey master = MasterKey.Parse(MasterKey.NewText())!;
    private readonly List<Upstream> kept = [];
    private Life? life;
    private int lives;
    private bool diskWasFull, diskWasBroken, timeWasShort;

    public World(WorldOptions options)
    {
        this.options = options;
        Disk = new FaultyDisk(options.Seed);
        Network = new Network(Model, Story);
        Network.Build();
        SetClock(new DateTimeOffset(2026, 1, 5, 8, 0, 0, TimeSpan.Zero));
        folder = Path.Combine(Directory.Exists(SharedMemory) ? SharedMemory : Path.GetTempPath(), $"recorder-sim-{Environment.ProcessId}-{Guid.NewGuid():N}");
    }

    public Story Story { get; } = new();
    public Model Model { get; } = new();
    public FaultyDisk Disk { get; }
    public Network Network { get; }
    public SimulatedClock Clock { get; private set; } = null!;
    public Life Life => life ?? throw new InvalidOperationException("nobody lives");
    public InMemoryMailIndex? MemoryIndex { get; private set; }
    /// <summary>The keys of this life; null: nothing is encrypted.</summary>
    public FileKeys? OpenKeys() => options.IsEncrypted ? FileKeys.Open(Disk, [master], encrypts: true) : null;

    public string? StateFile => options.StateFile ? Path.Combine(folder, $"state-{lives}", "state.db") : null;
    private string IndexFolder => Path.Combine(folder, $"index-{lives}");

    /// <summary>Nothing is wrong with the disk now.</summary>
    public bool DiskIsWell => !Disk.PowerLost && Disk.FailNextSyncs == 0 && Disk.Faults == new DiskFaults();

    public async Task StartAsync()
    {
        Heal();
        if (StateFile is not null) Directory.CreateDirectory(Path.GetDirectoryName(StateFile)!);
        life = await Life.StartAsync(this, OpenIndex);
        await ObserveAllAsync();
    }

    /// <summary>What came about, to see that a run is worth its time.</summary>
    public string Summary => $"{Model.Records.Count} records, {Model.Acknowledged} acknowledged, {Model.Confirmed} confirmed, {lives} restarts";

    // ---- faults

    /// <summary>Reading failed at times, so that a follower may have gone on without a mail's text.</summary>
    public bool ReadsFailed { get; private set; }

    public void Break(DiskFaults faults, int failNextSyncs = 0)
    {
        ReadsFailed |= faults.FailRead > 0;
        Disk.Faults = faults;
        Disk.FailNextSyncs = failNextSyncs;
        diskWasFull |= faults.CapacityBytes < long.MaxValue;
        diskWasBroken |= failNextSyncs > 0 || faults.FailSync + faults.FailWrite + faults.FailRead > 0;
    }

    /// <summary>Something was or is wrong with the disk in this life.</summary>
    public bool DiskWasIll => diskWasFull || diskWasBroken;

    public void LosePowerAfter(int operations)
    {
        Disk.LosePowerAfter(operations);
        diskWasBroken = true;
    }

    public void Heal()
    {
        Disk.Faults = new DiskFaults();
        Disk.FailNextSyncs = 0;
    }

    /// <summary>Our own failures have codes of their own: 452 for a full disk, 451 for a broken one or when time is up, never 5xx.</summary>
    public void Judge(Reply reply)
    {
        var text = reply.Text;
        if (text.StartsWith("452 4.3.1", StringComparison.Ordinal)) Promise.Holds(diskWasFull, $"the disk was never full: {text}");
        if (text.StartsWith("451 4.3.0", StringComparison.Ordinal)) Promise.Holds(diskWasBroken || timeWasShort, $"nothing was wrong with the disk: {text}");
    }

    // ---- upstreams

    public async Task TransactAsync(Mailing mailing, Manner manner, Chance chance)
    {
        Story.Tell($"mailing {mailing.Number} (letter {mailing.Letter.Number}) from <{mailing.From}> to {string.Join(' ', mailing.Owed)} by {mailing.Door}, {manner}");
        var upstream = chance.Is(50) ? TakeKept(mailing.Door) : null;
        if (upstream is null && !await (upstream = new Upstream(this, Life.Connect(mailing.Door), mailing.Door, chance)).OpenAsync())
        {
            upstream.Reset();
            return;
        }
        if (!await upstream.SendAsync(mailing, manner)) upstream.Reset();
        else lock (kept) kept.Add(upstream);
    }

    private Upstream? TakeKept(string door)
    {
        lock (kept)
        {
            var found = kept.FirstOrDefault(one => one.Door == door);
            if (found is not null) kept.Remove(found);
            return found;
        }
    }

    private void DropKept()
    {
        lock (kept)
        {
            foreach (var upstream in kept) upstream.Reset();
            kept.Clear();
        }
    }

    // ---- time

    /// <summary>Waits, and lets time pass where somebody needs it to.</summary>
    /// <param name="untilPowerIsLost">For what nobody can do without power, and what tries on all the same.</param>
    public async Task PumpAsync(Task task, bool untilPowerIsLost = false)
    {
        for (var round = 1; !task.IsCompleted; round++)
        {
            await Task.WhenAny(task, Task.Delay(1));
            if (task.IsCompleted) break;
            if (untilPowerIsLost && Disk.PowerLost) return;
            // Whoever has nothing else to wait for gets time at once; others may only be slow.
            if (Network.Waiting > 0) Clock.Advance(Leap);
            else if (round % PatientRounds == 0) Clock.Advance(TimeSpan.FromSeconds(1));
            timeWasShort |= Network.Waiting > 0;
            if (round > HangRounds) throw new BrokenPromiseException("it hangs");
        }
        await task;
    }

    public async Task PassAsync(TimeSpan time)
    {
        if (time > TimeSpan.FromSeconds(1)) Story.Tell($"{time} go by");
        Clock.Advance(time);
        await SettleAsync();
    }

    /// <summary>Until nobody has anything to do but to wait for time.</summary>
    public async Task SettleAsync()
    {
        var (before, calm) = (Activity, 0);
        for (var i = 0; i < 10_000 && calm < 4; i++)
        {
            await Task.Yield();
            Thread.SpinWait(500);
            var now = Activity;
            calm = now == before && ThreadPool.PendingWorkItemCount == 0 ? calm + 1 : 0;
            before = now;
        }
    }

    private (long, long, long) Activity => (Disk.Operations, Story.Told, life?.Archive.DurableSequence ?? 0);

    // ---- what the log shows

    public async Task ObserveAsync()
    {
        Model.Check();
        Network.Check();
        NoticeUnread();
        if (DiskWasIll || timeWasShort) Model.ExcuseOutcomes();
        Promise.Holds(Disk.SyncedAgain.IsEmpty, $"synced again after a failed sync: {string.Join(' ', Disk.SyncedAgain)}");
        if (!DiskIsWell || life is null) return;
        try
        {
            await ReadAsync(Model.LastSequence, allBodies: false);
        }
        catch (Exception error) when (Disk.PowerLost && error is IOException or ArchiveException)
        {
            // The look itself met the end of the power.
        }
    }

    /// <summary>What a disk shows that has promised to keep it and will not.</summary>
    public Task ObserveLyingAsync() => ReadAsync(Model.LastSequence, allBodies: false);

    /// <summary>The whole log is what it was, and what is new belongs there.</summary>
    public Task ObserveAllAsync() => ReadAsync(0, allBodies: lives % 4 == 0);

    // The clock may leap while a message is being read, which the follower takes for a message that takes too long.
    private void NoticeUnread() => ReadsFailed |= life?.Follower.Status is { Unreadable: > 0 } or { MissingContent: > 0 };

    private async Task ReadAsync(long after, bool allBodies)
    {
        Model.ReadThrough(await ReadEntriesAsync(after, allBodies));
        // A thread that a busy machine lets wait is no broken promise.
        for (var i = 0; i < 2000 && Model.OutcomesAreLate; i++)
        {
            await Task.Delay(5);
            await ReadEntriesAsync(Model.LastSequence, allBodies: false);
        }
        Model.Check();
    }

    private async Task<long> ReadEntriesAsync(long after, bool allBodies)
    {
        var last = after;
        await foreach (var entry in Life.Archive.ReadAsync(after, EntryKinds.All, CancellationToken.None))
        {
            last = entry.Position.Sequence;
            var shown = ShownEntry.Of(entry);
            if (entry.Position.Sequence > Model.LastSequence) Story.Note($"{shown.Sequence} {shown.Id} {shown.Payload}");
            if (Model.Shows(shown) || (allBodies && entry.Kind == EntryKind.Mail))
                Model.CheckBytes(entry.Id.ToString(), await ContentAsync(Life.Archive, entry.Id));
        }
        return last;
    }

    public static async Task<byte[]> ContentAsync(MailArchive archive, RecordId id)
    {
        await using var stream = await archive.OpenContentAsync(id, CancellationToken.None);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }

    // ---- life and death

    public async Task StopAsync()
    {
        Story.Tell("stop");
        Heal();
        DropKept();
        await PumpAsync(Life.StopAsync());
        NextLife(crashed: false);
        Disk.Kill();
    }

    /// <param name="machine">The power goes, and with it what was not synced; otherwise the process alone is killed.</param>
    public async Task CrashAsync(bool machine)
    {
        Story.Tell(machine ? "power lost" : "killed");
        Disk.LosePowerAfter(0);
        var dying = life;
        NextLife(crashed: true);
        if (dying is not null) await dying.DieAsync();
        if (machine) Disk.Crash();
        else Disk.Kill();
    }

    // The derived files of a dead process are taken as they lie there; what it may still write goes to its own.
    private void NextLife(bool crashed)
    {
        NoticeUnread();
        life = null;
        Network.CutAll();
        lock (kept) kept.Clear();
        Network.ForgetWaiting();
        var (state, index) = (StateFile, IndexFolder);
        lives++;
        if (MemoryIndex is not null && crashed) MemoryIndex = new InMemoryMailIndex(MemoryIndex);
        if (state is not null) CopyFolder(Path.GetDirectoryName(state)!, Path.GetDirectoryName(StateFile!)!);
        if (options.RealIndex) CopyFolder(index, IndexFolder);
        SetClock(Clock.GetUtcNow());
        (diskWasFull, diskWasBroken, timeWasShort) = (false, false, false);
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        if (!Directory.Exists(from)) return;
        foreach (var inner in Directory.GetDirectories(from)) CopyFolder(inner, Path.Combine(to, Path.GetFileName(inner)));
        foreach (var file in Directory.GetFiles(from))
        {
            try
            {
                File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
            }
            catch (IOException)
            {
                // Deleted meanwhile, or held.
            }
        }
    }

    private void SetClock(DateTimeOffset now)
    {
        Clock = new SimulatedClock(now);
        Network.Clock = Clock;
    }

    private IMailIndex OpenIndex() => new IndexOnTheSameMachine(this, options.RealIndex
        ? MailIndex.Open(IndexFolder, new MailIndexOptions { PartitionDocuments = 200, RamBufferMegabytes = 4 }, Clock)
        : MemoryIndex = new InMemoryMailIndex(MemoryIndex));

    /// <summary>When the power is gone, it commits nothing either.</summary>
    private sealed class IndexOnTheSameMachine(World world, IMailIndex index) : IMailIndex
    {
        public IReadOnlyDictionary<string, long> Checkpoint => index.Checkpoint;
        public long DocumentCount => index.DocumentCount;

        public void Add(IReadOnlyList<SearchDocument> documents) => index.Add(documents);

        public void Refresh(IReadOnlyDictionary<string, long> through) => index.Refresh(through);

        public void Commit(IReadOnlyDictionary<string, long> through)
        {
            if (world.Disk.PowerLost) throw new IOException("power lost (injected)");
            index.Commit(through);
        }

        public void AddMissing(IReadOnlyList<SearchDocument> documents) => index.AddMissing(documents);

        public void CommitMissing()
        {
            if (world.Disk.PowerLost) throw new IOException("power lost (injected)");
            index.CommitMissing();
        }

        public SearchPage Search(SearchRequest request, CancellationToken cancel = default) => index.Search(request, cancel);

        public SearchHit? Find(string id, IReadOnlyList<OwnerScope>? scope, DateTimeOffset? notBefore) => index.Find(id, scope, notBefore);

        public long Remove(string lane, long firstSequence, long lastSequence, Func<string, bool> isGone) => index.Remove(lane, firstSequence, lastSequence, isGone);

        public void Expunge(CancellationToken cancel = default) => index.Expunge(cancel);

        public void Dispose() => index.Dispose();
    }

    /// <summary>The last life ends with the world. What it still writes may be in the way of deleting its files for a moment.</summary>
    public async ValueTask DisposeAsync()
    {
        if (life is not null) await CrashAsync(machine: false);
        for (var i = 0; Directory.Exists(folder); i++)
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (IOException) when (i < 100)
            {
                await Task.Delay(20);
            }
        }
    }
}
