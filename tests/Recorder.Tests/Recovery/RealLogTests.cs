using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Indexing;
using Recorder.Intake;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Recovery;
using Recorder.Retention;
using Recorder.Search;
using Recorder.Smtp;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Recovery;

/// <summary>The same service over the real log on a disk, the real indexes and a real state file.</summary>
public sealed class RealLogTests : IDisposable
{
    private const string Alice = "alice@example.edu", Bob = "bob@example.edu";
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>One run of the product over the folder.</summary>
    private sealed class Product : IAsyncDisposable
    {
        private readonly CancellationTokenSource stop = new();
        private readonly Task following;

        private Product(TestFolder folder, MailArchive archive, Recorder.Ledger.Ledger ledger)
        {
            (Archive, Ledger) = (archive, ledger);
            var time = TimeProvider.System;
            Index = MailIndex.Open(folder.File("mail-index"), new MailIndexOptions(), time);
            EventIndex = EventIndex.Open(folder.File("event-index"), new EventIndexOptions());
            var book = new AddressBook(["example.edu"], "", Desk.Settings.Value);
            Accounts = new Recorder.Accounts.Accounts(ledger, book, Desk.Settings, time, Desk.CheapHasher);
            Sessions = new Sessions(ledger, Accounts, book, Desk.Settings, time, Desk.CheapHasher);
            Mail = new IndexFollower(archive, Index, new MailReader().ReadFacts, time, NullLogger<IndexFollower>.Instance);
            Events = new EventFollower(archive, EventIndex, ledger, time, NullLogger<EventFollower>.Instance);
            Recovery = new Recorder.Recovery.Recovery(
                archive, Index, EventIndex, ledger, book, new MailReader(), Mail, Events, Options.Create(new RetentionOptions()), time);
            following = Task.WhenAll(Task.Run(() => Mail.RunAsync(stop.Token)), Task.Run(() => Events.RunAsync(stop.Token)));
        }

        public MailArchive Archive { get; }

        public Recorder.Ledger.Ledger Ledger { get; }

        public MailIndex Index { get; }

        public EventIndex EventIndex { get; }

        public Recorder.Accounts.Accounts Accounts { get; }

        public Sessions Sessions { get; }

        public IndexFollower Mail { get; }

        public EventFollower Events { get; }

        public IRecovery Recovery { get; }

        public static async Task<Product> OpenAsync(TestFolder folder)
        {
            // Small files, so that sealing happens and the log's own entries lie between ours.
            var options = new ArchiveOptions { ActiveFileMaxBytes = 16_384, MailReserveBytes = 0, EventReserveBytes = 0, SealCheckInterval = TimeSpan.FromSeconds(1) };
            var archive = await MailArchive.OpenAsync(options, new RealDisk(folder.File("archive")), TimeProvider.System, Cancel);
            var ledger = await Recorder.Ledger.Ledger.OpenAsync(archive, folder.File("state.db"), TimeProvider.System, null, Cancel);
            return new Product(folder, archive, ledger);
        }

        public async Task<Reader> ReaderAsync(string address) =>
            (await Sessions.SignInAsync(address, Desk.Password, "web", "127.0.0.1", Cancel))!.Reader;

        public async Task CaughtUpAsync()
        {
            await Ledger.CatchUpAsync(Cancel);
            await Mail.CatchUpAsync(Cancel);
            await Events.CatchUpAsync(Cancel);
        }

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await following;
            Sessions.Dispose();
            await Ledger.DisposeAsync();
            Index.Dispose();
            EventIndex.Dispose();
            await Archive.DisposeAsync();
            stop.Dispose();
        }
    }

    [Fact]
    public async Task Everything_is_found_again_after_state_and_indexes_were_deleted()
    {
        RecordId wanted;
        string found, timeline;
        await using (var product = await Product.OpenAsync(folder))
        {
            foreach (var address in new[] { Alice, Bob })
            {
                await product.Accounts.AddAsync(Desk.Cli, address, Desk.Password, false, null, Cancel);
            }

            var ids = await Task.WhenAll(Enumerable.Range(0, 60).Select(number => RecordAsync(product, number)));
            wanted = ids[7];
            var reader = await product.ReaderAsync(Alice);
            await product.Recovery.ResendAsync(reader, wanted, null, false, Cancel);
            await product.CaughtUpAsync();
            (found, timeline) = (Found(product, reader), await TimelineAsync(product, reader, wanted));
            Assert.Contains("resend-requested", timeline);
            Assert.Contains(wanted.ToString(), found);
        }

        File.Delete(folder.File("state.db"));
        Directory.Delete(folder.File("mail-index"), recursive: true);
        Directory.Delete(folder.File("event-index"), recursive: true);
        await using var again = await Product.OpenAsync(folder);
        await again.CaughtUpAsync();
        var same = await again.ReaderAsync(Alice);
        Assert.Equal(found, Found(again, same));
        Assert.Equal(timeline, await TimelineAsync(again, same, wanted));
        Assert.Equal(DispatchState.Pending, Assert.Single((await again.Recovery.DispatchesAsync(same, wanted, TestContext.Current.CancellationToken))!).State);
        Assert.Contains(again.Archive.Segments, segment => segment.EntryCount > 0);
        await using var source = await again.Recovery.OpenSourceAsync(same, wanted, Cancel);
        using var copy = new MemoryStream();
        await source!.CopyToAsync(copy, Cancel);
        Assert.Equal(Message(7), copy.ToArray());
    }

    [Fact]
    public async Task A_kept_state_file_is_believed_again_whatever_the_log_ends_with()
    {
        await using (var product = await Product.OpenAsync(folder))
        {
            await product.Accounts.AddAsync(Desk.Cli, Alice, Desk.Password, false, null, Cancel);
            await RecordAsync(product, 1);
            await product.Archive.SealAsync(Cancel);
            await product.CaughtUpAsync();
        }

        for (var restart = 0; restart < 2; restart++)
        {
            await using var again = await Product.OpenAsync(folder);
            Assert.NotNull(again.Accounts.Find(Alice));
            Assert.Equal(again.Archive.DurableSequence, again.Ledger.Status.AppliedSequence);
        }

        Assert.Empty(Directory.GetFiles(folder.Path, "*damaged*"));
    }

    private static byte[] Message(int number) => Mails.Message($"Minutes {number}", string.Concat(Enumerable.Repeat($"Point {number}. ", 40)));

    private static async Task<RecordId> RecordAsync(Product product, int number)
    {
        var mail = Mails.Envelope(DateTimeOffset.UtcNow, Mails.To(Alice), Mails.To(Bob, number % 2 == 0 ? "deliver" : "held.spam"));
        await using var writer = product.Archive.BeginContent();
        await writer.WriteAsync(new(Message(number)), Cancel);
        await using var content = await writer.CompleteAsync(Cancel);
        var id = (await product.Ledger.RecordAsync(mail, content, "minutes", Cancel)).Id;
        await product.Ledger.AppendAsync(
            new MessageRelayed(id.ToString(), [new RecipientOutcome(Alice, Alice, DeliveryOutcome.Accepted, "next", "250 ok")])
            {
                Actor = Actor.System("flow"), At = DateTimeOffset.UtcNow,
            },
            Cancel);
        return id;
    }

    private static string Found(Product product, Reader reader) => string.Join(
        '\n', product.Recovery.Find(reader, "minutes", 100, null).Items.Select(row => $"{row.Hit.Id} {row.Hit.Subject} {row.State}"));

    private static async Task<string> TimelineAsync(Product product, Reader reader, RecordId id) => string.Join(
        '\n', (await product.Recovery.TimelineAsync(reader, id, Cancel))!);
}
