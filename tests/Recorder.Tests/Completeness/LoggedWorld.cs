using System.Globalization;
using System.Text;
using Recorder.Accounts;
using Recorder.Completeness;
using Recorder.Completeness.MailLogs;
using Recorder.Completeness.Reconciling;
using Recorder.Indexing;
using Recorder.Intake;
using Recorder.Ledger;
using Recorder.Tests.Fakes;
using Recorder.Tests.Retention;

namespace Recorder.Tests.Completeness;

/// <summary>An archive and the log of the Postfix that filled it, so that either can lose something.</summary>
internal sealed class LoggedWorld(KeepingWorld world) : IAsyncDisposable
{
    private const string Hook = "127.0.0.1[127.0.0.1]:2525";

    public KeepingWorld World => world;

    /// <summary>The log's lines; what is about a recipient, with record and recipient.</summary>
    public List<(string Line, string Record, string Recipient)> Lines { get; } = [];

    public static async Task<LoggedWorld> OpenAsync() => new(await KeepingWorld.OpenAsync());

    /// <summary>Records a message and logs each recipient as Postfix does once it has our answer.</summary>
    public async Task<KeptMail> HandOverAsync(Random random, params string[] recipients)
    {
        var mail = await world.ReceiveAsync(random, recipients.ToDictionary(name => name, _ => "deliver"), "alpha");
        world.Time.Advance(TimeSpan.FromMilliseconds(random.Next(2_000)));
        foreach (var recipient in recipients) Log(mail.Id, recipient);
        world.Time.Advance(TimeSpan.FromMilliseconds(random.Next(2_000)));
        return mail;
    }

    /// <summary>Records what a product would, without a word in the log.</summary>
    public async Task<string> RecordAsync(string mode, params RecordedRecipient[] recipients)
    {
        var facts = KeptMail.Facts(new Dictionary<string, string>(), world.Now) with { Mode = mode, Recipients = recipients };
        await using var content = new MemoryContent(KeptMail.NewBytes(new Random(1), "alpha", 300));
        return (await world.Ledger.RecordAsync(facts, content, "", CancellationToken.None)).Id.ToString();
    }

    public void Log(string record, string recipient, string status = "sent", string? why = null) => Lines.Add((
        $"{Stamp} mx postfix/lmtp[7]: {Lines.Count:X10}: to=<{recipient}>, relay={Hook}, delay=1, delays=0/0/0/1, dsn=2.0.0, status={status} {why ?? $"(250 2.0.0 {record} recorded; ok)"}",
        record, recipient));

    /// <summary>Anything else that a log has; keeps the ends of the log away from its deliveries.</summary>
    public void LogOther() => Lines.Add(($"{Stamp} mx postfix/qmgr[7]: 3F2A1B4C5D: removed", "", ""));

    public async Task<(ReconcileSummary Summary, HashSet<string> Gaps)> ReconcileAsync(ReconcileWish? wish = null)
    {
        await world.CatchUpAsync(CancellationToken.None);
        return await CompareAsync(wish);
    }

    /// <summary>Without letting the index catch up before.</summary>
    public async Task<(ReconcileSummary Summary, HashSet<string> Gaps)> CompareAsync(ReconcileWish? wish = null)
    {
        var gaps = new HashSet<string>(StringComparer.Ordinal);
        var text = string.Concat(Lines.Select(line => line.Line + "\n"));
        var run = new Reconciliation(Desk(), wish ?? new ReconcileWish(null, null, TimeSpan.Zero), gap => Assert.True(gaps.Add(Name(gap.Kind, gap.RecordId, gap.Recipient)), $"twice: {gap}"));
        await run.ReadAsync(new MailLog(new MemoryStream(Encoding.UTF8.GetBytes(text)), TimeZoneInfo.Utc, world.Now), () => { }, CancellationToken.None);
        return (await run.EndAsync((_, _) => { }, CancellationToken.None), gaps);
    }

    public static string Name(GapKind kind, string? record, string recipient) => $"{kind} {record} {recipient}";

    public ValueTask DisposeAsync() => world.DisposeAsync();

    private string Stamp => world.Now.ToString("MMM d HH:mm:ss", CultureInfo.InvariantCulture) is var stamp && stamp.Length == 15 ? stamp : stamp.Insert(4, " ");

    private ReconcileDesk Desk() => new(
        world.Archive, world.Archive, world.Ledger, new AddressBook([], "mx.test", new AccountsOptions()), new JournalAddresses("journal.invalid"),
        new IndexPresence(world.Index, world.Archive.Lane), new Progress(world), world.Names, world.Time);

    private sealed class Progress(KeepingWorld world) : IIndexProgress
    {
        public IndexStatus Status => new("mail", world.Index.Checkpoint.GetValueOrDefault(world.Archive.Lane), 0, 0, 0, 0, null);

        public Task CatchUpAsync(CancellationToken cancel) => world.CatchUpAsync(cancel);
    }
}
