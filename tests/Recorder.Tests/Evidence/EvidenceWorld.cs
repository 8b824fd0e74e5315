using System.Buffers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Archive.Log;
using Recorder.Evidence;
using Recorder.Evidence.Bundle;
using Recorder.Indexing;
using Recorder.Ledger;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Evidence;

/// <summary>An archive with its ledger, key and everything of evidence, on disks in memory and a clock that is set by hand.</summary>
internal sealed class EvidenceWorld : IAsyncDisposable
{
    public const string Alice = "alice@example.edu", Bob = "bob@example.edu";
    public static readonly Actor Admin = new("admin", "root@example.edu", "192.0.2.1");
    private static readonly ArchiveOptions Sizes = new() { ActiveFileMaxBytes = 1 << 20, MailReserveBytes = 0, EventReserveBytes = 0, RecentEntries = 16, SealCheckInterval = TimeSpan.FromDays(1) };
    private CancellationTokenSource stop = new();
    private readonly HttpClient http = new();
    private Task following = Task.CompletedTask;

    private EvidenceWorld(EvidenceOptions options) => Options = options;

    public EvidenceOptions Options { get; }
    public MemoryDisk Disk { get; } = new();
    public MemoryDisk Keys { get; } = new();
    public MemoryDisk Place { get; } = new();
    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 14, 10, 0, 0, TimeSpan.Zero));
    public SigningKey Key { get; private set; } = null!;
    public MailArchive Archive { get; private set; } = null!;
    public Recorder.Ledger.Ledger Ledger { get; private set; } = null!;
    public Heads Heads { get; private set; } = null!;
    public Bundles Bundles { get; private set; } = null!;
    public ArchiveCheck Check { get; private set; } = null!;
    public ArchiveTrust Trust { get; private set; } = null!;
    public EvidenceDesk Desk { get; private set; } = null!;

    public static async Task<EvidenceWorld> OpenAsync(EvidenceOptions? options = null)
    {
        var world = new EvidenceWorld(options ?? new EvidenceOptions());
        await world.OpenAsync();
        return world;
    }

    public async Task OpenAsync()
    {
        Key = SigningKey.LoadOrCreate(Keys);
        Archive = await MailArchive.OpenAsync(Sizes, Disk, Time, CancellationToken.None, key: Key.LogKey);
        Ledger = await Recorder.Ledger.Ledger.OpenAsync(Archive, null, Time);
        var (index, options) = (new InMemoryEventIndex(), Microsoft.Extensions.Options.Options.Create(Options));
        var events = new EventFollower(Archive, index, Ledger, TimeProvider.System, NullLogger<EventFollower>.Instance);
        stop = new CancellationTokenSource();
        following = Task.Run(() => events.RunAsync(stop.Token));
        Trust = new ArchiveTrust(Ledger, Key);
        var stamps = new TimeStamps(http, options);
        Heads = new Heads(Archive, Ledger, Key, stamps, Time, NullLogger<Heads>.Instance);
        Bundles = new Bundles(Archive, Ledger, index, events, Heads, Key, Time);
        Check = new ArchiveCheck(Archive, Trust, Ledger, Place, options, Time, NullLogger<ArchiveCheck>.Instance);
        Desk = new EvidenceDesk(Bundles, Archive, Ledger, Key, Heads, stamps, Check, Time);
        await Heads.AnnounceKeyAsync(CancellationToken.None);
    }

    public async Task CloseAsync()
    {
        Desk.Dispose();
        await stop.CancelAsync();
        await following;
        stop.Dispose();
        await Ledger.DisposeAsync();
        await Archive.DisposeAsync();
        Key.Dispose();
    }

    public async Task<RecordId> ReceiveAsync(byte[] message, params string[] recipients)
    {
        var envelope = Mails.Envelope(Time.GetUtcNow(), [.. recipients.DefaultIfEmpty(Alice).Select(one => Mails.To(one))]);
        await using var writer = Archive.BeginContent();
        await writer.WriteAsync(new ReadOnlySequence<byte>(message), CancellationToken.None);
        await using var content = await writer.CompleteAsync(CancellationToken.None);
        return (await Ledger.RecordAsync(envelope, content, "", CancellationToken.None)).Id;
    }

    public async Task<List<string>> ProblemsAsync()
    {
        var problems = new List<string>();
        await foreach (var finding in Archive.VerifyAsync(new VerifyWish { Trust = Trust.Now() }, CancellationToken.None)) problems.Add($"{finding.Segment} {finding.Position}: {finding.Problem}");
        return problems;
    }

    public async Task<MemoryStream> BundleAsync(RecordId id, string reason = "asked for by the court")
    {
        var zip = new MemoryStream();
        var write = await Desk.TakeAsync(Admin, id, reason, CancellationToken.None);
        Assert.NotNull(write);
        await write(zip, CancellationToken.None);
        zip.Position = 0;
        return zip;
    }

    public BundleReport Read(Stream zip) => BundleCheck.Run(zip, Key.PublicKey);

    public List<T> Facts<T>() where T : LedgerEvent => [.. Archive.ReadAsync(0, EntryKinds.Events, CancellationToken.None).ToBlockingEnumerable()
        .Select(entry => LedgerJson.Decode(entry.Payload.Span)).OfType<T>()];

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        http.Dispose();
    }
}
