using Microsoft.Extensions.Logging.Abstractions;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Search;
using Recorder.Tests.Fakes;
using Recorder.Transfer;

namespace Recorder.Tests.Transfer;

/// <summary>Imports into a log in memory with the real ledger, follower and index.</summary>
public sealed class ImportTests : IAsyncDisposable
{
    private const string Owner = "amy@example.edu";
    private readonly TestFolder folder = new();
    private readonly CancellationTokenSource stop = new();
    private Desk desk = null!;
    private MailIndex index = null!;
    private Task following = Task.CompletedTask;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await following;
        index.Dispose();
        await desk.DisposeAsync();
        folder.Dispose();
        stop.Dispose();
    }

    private async Task<Importer> OpenAsync()
    {
        desk = await Desk.OpenAsync();
        index = MailIndex.Open(folder.File("index"), new MailIndexOptions(), desk.Time);
        var follower = new IndexFollower(desk.Log, index, new MailReader().ReadFacts, TimeProvider.System, NullLogger<IndexFollower>.Instance);
        following = Task.Run(() => follower.RunAsync(stop.Token), Cancel);
        return new Importer(desk.Log, desk.Ledger, index, follower, desk.Book, TimeProvider.System);
    }

    private string Put(string name, string text, DateTime? changedAt = null)
    {
        var path = folder.File($"md/cur/{name}");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        File.SetLastWriteTimeUtc(path, changedAt ?? new DateTime(2020, 5, 6, 7, 8, 9, DateTimeKind.Utc));
        return path;
    }

    private async Task<List<ImportLine>> RunAsync(Importer importer, string owner = Owner, string source = "md") =>
        await importer.Begin(new ImportRequest(folder.File(source), owner), Desk.Cli, Cancel).ToListAsync(Cancel);

    private RecordedMail[] Records => [.. desk.Log.Entries.Where(entry => entry.Kind == EntryKind.Mail).Select(entry => RecordedMail.Decode(entry.Payload.Span))];

    private string[] Found(string query, DateTimeOffset? notBefore = null) =>
        [.. index.Search(new SearchRequest([new OwnerScope(Owner)], query, NotBefore: notBefore)).Items.Select(hit => hit.Subject)];

    [Fact]
    public async Task The_owner_finds_the_mail_and_its_bytes_are_those_of_the_source()
    {
        var importer = await OpenAsync();
        var text = "Return-Path: <bob@example.org>\nReceived: from a by b; Tue, 7 Jan 2003 10:00:00 +0800\nReceived: from x by a; Mon, 6 Jan 2003 10:00:00 +0800\nSubject: minutes\n\nHello\n";
        var path = Put("1.host:2,S", text);
        var last = (await RunAsync(importer))[^1];

        Assert.Equal(("summary", 1L, 0L, 0L), (last.Kind, last.Added, last.Known, last.Skipped));
        Assert.Equal(["minutes"], Found("hello is:imported"));
        var record = Assert.Single(Records);
        Assert.Equal((RecordedMail.ImportMode, "bob@example.org", Dispositions.Import), (record.Mode, record.ReversePath, record.Recipients[0].Disposition));
        Assert.Equal(new DateTimeOffset(2003, 1, 7, 2, 0, 0, TimeSpan.Zero), record.ReceivedAt);
        Assert.Equal(new ImportedFrom(folder.File("md"), "maildir", "cur/1.host:2,S", ImportedFrom.ReceivedField, LineFeedsAlone: true), record.Import);
        var entry = desk.Log.Entries.Single(entry => entry.Kind == EntryKind.Mail);
        using var stored = new MemoryStream();
        await using (var content = await desk.Log.OpenContentAsync(entry.Id, Cancel)) await content.CopyToAsync(stored, Cancel);
        Assert.Equal(File.ReadAllBytes(path), stored.ToArray());
        Assert.Equal(text.Length + text.Count(c => c == '\n'), record.Shape.SizeBytes);
        Assert.False(record.Shape.HasBareLf);
    }

    [Fact]
    public async Task Importing_again_adds_nothing_and_new_mail_is_added()
    {
        var importer = await OpenAsync();
        for (var i = 0; i < 30; i++) Put($"{i}.host", $"Subject: number {i % 10}\n\nsame size {i:D2}\n");
        Assert.Equal(30, (await RunAsync(importer))[^1].Added);
        Put("30.host", "Subject: number 3\n\nsame size 30\n");
        Put("copy.host", "Subject: number 4\n\nsame size 04\n");
        var again = (await RunAsync(importer))[^1];
        Assert.Equal((1L, 31L), (again.Added, again.Known));
        Assert.Equal(31, Records.Length);
        Assert.Equal([30L, 1L], desk.Log.Entries.Where(entry => entry.Kind == EntryKind.Event)
            .Select(entry => LedgerJson.Decode(entry.Payload.Span)).OfType<MailImported>().Select(fact => fact.Added));
    }

    [Fact]
    public async Task Another_owner_gets_the_same_source_anew()
    {
        var importer = await OpenAsync();
        Put("1.host", "Subject: shared\n\nx\n");
        await RunAsync(importer);
        Assert.Equal(1, (await RunAsync(importer, "bob@example.edu"))[^1].Added);
    }

    [Fact]
    public async Task What_cannot_be_taken_is_named_and_the_rest_goes_on()
    {
        var importer = await OpenAsync();
        Put("1.empty", "");
        Put("2.good", "Subject: good\n\nx\n");
        File.CreateSymbolicLink(folder.File("md/cur/3.gone"), folder.File("nowhere"));
        var lines = await RunAsync(importer);
        Assert.Equal(["cur/1.empty", "cur/3.gone"], lines.Where(line => line.Kind == "skipped").Select(line => line.Source).Order());
        Assert.Equal((1L, 2L), (lines[^1].Added, lines[^1].Skipped));
    }

    [Fact]
    public async Task Files_of_a_folder_that_are_not_named_as_messages_are_told_of()
    {
        var importer = await OpenAsync();
        Directory.CreateDirectory(folder.File("eml"));
        foreach (var name in new[] { "a.eml", "B.EML", "notes.txt", ".hidden" }) File.WriteAllText(folder.File($"eml/{name}"), "Subject: one\n\nx\n");
        var lines = await RunAsync(importer, source: "eml");
        var skipped = Assert.Single(lines, line => line.Kind == "skipped");
        Assert.Equal("notes.txt", skipped.Source);
        Assert.Contains(".eml", skipped.Reason);
        Assert.Equal((2L, 1L), (lines[^1].Added + lines[^1].Known, lines[^1].Skipped));
    }

    [Fact]
    public async Task Retention_of_old_mail_counts_from_its_import()
    {
        var importer = await OpenAsync();
        Put("1.host", "Subject: ancient\n\nx\n", new DateTime(1999, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        await RunAsync(importer);
        var imported = desk.Log.Entries[0].AppendedAt;
        Assert.Equal(1999, Records[0].ReceivedAt.Year);
        Assert.Equal(["ancient"], Found("ancient", imported.AddDays(-1)));
        Assert.Empty(Found("ancient", imported.AddDays(1)));
        Assert.NotNull(index.Find(desk.Log.Entries[0].Id.ToString(), [new OwnerScope(Owner)], imported.AddDays(-1)));
        Assert.Null(index.Find(desk.Log.Entries[0].Id.ToString(), [new OwnerScope(Owner)], imported.AddDays(1)));
    }

    [Fact]
    public async Task The_file_s_time_counts_where_no_Received_field_can_be_believed()
    {
        var importer = await OpenAsync();
        Put("1.host", "Received: from a by b; Tue, 7 Jan 2093 10:00:00 +0800\nSubject: x\n\nx\n");
        await RunAsync(importer);
        Assert.Equal((ImportedFrom.FileTime, 2020), (Records[0].Import!.Evidence, Records[0].ReceivedAt.Year));
    }

    [Fact]
    public async Task Imported_mail_opens_no_retry_key_and_the_same_bytes_may_still_arrive()
    {
        var importer = await OpenAsync();
        Put("1.host", "Subject: x\n\nx\n");
        await RunAsync(importer);
        Assert.Empty(desk.Ledger.State.Range<RetryKeyState>(StateKeys.Retries));
    }

    [Fact]
    public async Task A_full_disk_ends_the_run_and_the_next_one_goes_on()
    {
        var importer = await OpenAsync();
        for (var i = 0; i < 5; i++) Put($"{i}.host", $"Subject: number {i}\n\nx\n");
        desk.Log.FailAfter(2, ArchiveFault.DiskFull);
        var cut = (await RunAsync(importer))[^1];
        Assert.Equal("failed", cut.Kind);
        Assert.NotNull(cut.Reason);
        var rest = (await RunAsync(importer))[^1];
        Assert.Equal(("summary", 5L), (rest.Kind, rest.Added + rest.Known));
        Assert.Equal(5, Records.Length);
    }

    [Fact]
    public async Task Only_our_own_addresses_and_one_import_at_a_time()
    {
        var importer = await OpenAsync();
        Put("1.host", "Subject: x\n\nx\n");
        Assert.Throws<ImportRefusedException>(() => importer.Begin(new ImportRequest(folder.File("md"), "amy@example.org"), Desk.Cli, Cancel));
        Assert.Throws<ImportRefusedException>(() => importer.Begin(new ImportRequest(folder.File("md"), "nobody"), Desk.Cli, Cancel));
        var first = importer.Begin(new ImportRequest(folder.File("md"), Owner), Desk.Cli, Cancel);
        Assert.Throws<ImportRefusedException>(() => importer.Begin(new ImportRequest(folder.File("md"), Owner), Desk.Cli, Cancel));
        await first.ToListAsync(Cancel);
        Assert.Equal(1, (await RunAsync(importer))[^1].Known);
    }
}
