using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using MimeKit;
using Recorder.Archive;
using Recorder.Digests;
using Recorder.Indexing;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Recovery;
using Recorder.Retention;
using Recorder.Search;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Digests;

/// <summary>Everything under digests, over a log in memory and a real index, with a clock to move.</summary>
internal sealed partial class DigestWorld : IAsyncDisposable
{
    public const string Alice = "alice@example.edu", Bob = "bob@example.edu";
    public static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)(i * 7))];

    private readonly TestFolder folder = new();
    private readonly MailIndex index;
    private readonly IndexFollower follower;
    private readonly CancellationTokenSource stop = new();
    private readonly Task following;

    private DigestWorld(Desk desk, DigestOptions options)
    {
        (Desk, DigestOptions) = (desk, options);
        index = MailIndex.Open(folder.Path, new MailIndexOptions(), TimeProvider.System);
        follower = new IndexFollower(desk.Log, index, new MailReader().ReadFacts, TimeProvider.System, NullLogger<IndexFollower>.Instance);
        var events = new InMemoryEventIndex();
        Recovery = new Recorder.Recovery.Recovery(desk.Log, index, events, desk.Ledger, desk.Book, new MailReader(), follower,
            new EventFollower(desk.Log, events, desk.Ledger, TimeProvider.System, NullLogger<EventFollower>.Instance), Options.Create(new RetentionOptions()), desk.Time);
        Schedules = new DigestSchedules(options);
        Links = new DigestLinks(Key);
        Door = new LinkDoor(Links, Recovery, desk.Ledger, desk.Time);
        Preferences = new PersonalPreferences(desk.Ledger, Schedules, Options.Create(options), desk.Time);
        Runs = NewRuns();
        Mail = new DigestMail(desk.Ledger, desk.Log, index, follower, Schedules, Links,
            new DigestSite("mx.example.edu", options.PublicUrl, "quarantine@mx.example.edu", options.Language, TimeSpan.FromDays(options.LinkDays)), desk.Time);
        following = Task.Run(() => follower.RunAsync(stop.Token));
    }

    public Desk Desk { get; }
    public DigestOptions DigestOptions { get; }
    public IRecovery Recovery { get; }
    public DigestSchedules Schedules { get; }
    public DigestLinks Links { get; }
    public LinkDoor Door { get; }
    public PersonalPreferences Preferences { get; }
    public DigestRuns Runs { get; private set; }
    public DigestMail Mail { get; }

    public FakeTimeProvider Time => Desk.Time;

    /// <summary>It begins on Monday 5 January 2026 at 08:00 UTC.</summary>
    public static async Task<DigestWorld> OpenAsync(DigestOptions? options = null) =>
        new(await Desk.OpenAsync(), options ?? new DigestOptions { PublicUrl = "https://archive.example.edu", TimeZone = "UTC", Times = "09:00", Language = "en" });

    /// <summary>As after a restart: nothing but the log is remembered.</summary>
    public void RestartRuns() => Runs = NewRuns();

    public async Task<RecordId> HoldAsync(string subject, string address = Alice, string disposition = Dispositions.HeldSpam, DateTimeOffset? received = null)
    {
        var id = (await Desk.Ledger.RecordAsync(Mails.Envelope(received ?? Time.GetUtcNow(), Mails.To(address, disposition)), Mails.Message(subject))).Id;
        await follower.CatchUpAsync(CancellationToken.None);
        return id;
    }

    /// <summary>Moves the clock to a time of day today or tomorrow, and runs the job.</summary>
    public async Task RunAtAsync(int day, int hour, int minute = 0)
    {
        Time.SetUtcNow(new DateTimeOffset(2026, 1, day, hour, minute, 0, TimeSpan.Zero));
        await RunAsync();
    }

    public async Task RunAsync()
    {
        await follower.CatchUpAsync(CancellationToken.None);
        await Runs.RunAsync(CancellationToken.None);
    }

    public IReadOnlyList<T> Facts<T>() where T : LedgerEvent =>
        [.. Desk.Log.Entries.Where(entry => entry.Kind == EntryKind.Event).Select(entry => LedgerJson.Decode(entry.Payload.Span)).OfType<T>()];

    public IReadOnlyList<DigestMade> Made => Facts<DigestMade>();

    public IReadOnlyList<Dispatch> Owed => [.. Desk.Ledger.State.Range<Dispatch>(StateKeys.OutboxAll).Select(pair => pair.Value)];

    /// <summary>The newest digest as its reader gets it.</summary>
    public async Task<MimeMessage> ReadAsync() =>
        await MimeMessage.LoadAsync(new MemoryStream(await Mail.WriteAsync(Owed.Last(one => one.Kind == DispatchKind.Digest), CancellationToken.None)));

    /// <summary>The tokens of the links in the newest digest, in its order.</summary>
    public async Task<IReadOnlyList<string>> TokensAsync() =>
        [.. Token().Matches((await ReadAsync()).TextBody!).Select(match => match.Groups[1].Value)];

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await following;
        await Desk.DisposeAsync();
        index.Dispose();
        folder.Dispose();
        stop.Dispose();
    }

    private DigestRuns NewRuns() => new(
        Desk.Ledger, new DigestMaker(Desk.Ledger, new HeldMail(Recovery, Options.Create(DigestOptions), new RetentionTerms(Desk.Ledger, Options.Create(new RetentionOptions()), Desk.Time)), Desk.Time),
        Schedules, Options.Create(DigestOptions), Desk.Time, NullLogger<DigestRuns>.Instance);

    [GeneratedRegex("/digest/([A-Za-z0-9_-]+)")]
    private static partial Regex Token();
}
