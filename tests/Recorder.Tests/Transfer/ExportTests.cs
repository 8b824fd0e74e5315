using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Retention;
using Recorder.Tests.Fakes;
using Recorder.Transfer;
using Recorder.Transfer.Export;
using Recorder.Transfer.Sources;

namespace Recorder.Tests.Transfer;

/// <summary>Exports over a ledger and an archive in memory, read back by the import's own readers.</summary>
public sealed class ExportTests : IAsyncDisposable
{
    private const string Owner = "alice@example.edu", Other = "bob@example.edu";
    private readonly TestFolder folder = new();
    private Counter counter = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await counter.DisposeAsync();
        folder.Dispose();
    }

    private async Task<Exporter> OpenAsync(params string[] texts)
    {
        counter = await Counter.OpenAsync();
        foreach (var text in texts) await RecordAsync(Owner, text);
        await RecordAsync(Other, "Subject: of another\r\n\r\nsecret\r\n");
        await counter.IndexAsync();
        return new Exporter(counter.Desk.Log, counter.Index, counter.Desk.Ledger, counter.Desk.Book, Options.Create(new RetentionOptions()), counter.Desk.Time);
    }

    private async Task RecordAsync(string owner, string text) =>
        await counter.Desk.Ledger.RecordAsync(Mails.Envelope(counter.Desk.Time.GetUtcNow(), Mails.To(owner)), Encoding.Latin1.GetBytes(text));

    private async Task<List<ExportLine>> RunAsync(Exporter exporter, ExportFormat format, string? mailbox = Owner, string query = "") =>
        await exporter.Begin(new ExportRequest(folder.File("out"), format, mailbox, query), Desk.Cli, Cancel).ToListAsync(Cancel);

    private IReadOnlyList<ExportEntry> Manifest => [.. File.ReadLines(folder.File("out/manifest.jsonl")).Skip(1)
        .Select(line => JsonSerializer.Deserialize<ExportEntry>(line, JsonSerializerOptions.Web)!)];

    private IEnumerable<T> Facts<T>() where T : LedgerEvent => counter.Desk.Log.Entries
        .Where(entry => entry.Kind == EntryKind.Event).Select(entry => LedgerJson.Decode(entry.Payload.Span)).OfType<T>();

    private static readonly string[] Texts =
    [
        "Subject: plain\r\n\r\nFrom here on\r\n>From there\r\n",
        "Subject: bare\n\nFrom a program that knows no CR\n",
        "Subject: no end\r\n\r\n8-bit \u00e9 and a line without an end",
    ];

    [Theory]
    [InlineData(ExportFormat.Maildir)]
    [InlineData(ExportFormat.Zip)]
    [InlineData(ExportFormat.Mbox)]
    public async Task What_is_exported_are_the_owners_messages_to_the_last_byte(ExportFormat format)
    {
        var exporter = await OpenAsync(Texts);
        var last = (await RunAsync(exporter, format))[^1];
        Assert.Equal(("summary", 3L, 0L), (last.Kind, last.Done, last.Skipped));
        var wanted = Texts.Select(text => Convert.ToHexStringLower(SHA256.HashData(Encoding.Latin1.GetBytes(text)))).Order().ToList();
        Assert.Equal(wanted, Manifest.Select(entry => entry.Sha256).Order());
        Assert.Equal(wanted, ReadBack(format).Select(bytes => Convert.ToHexStringLower(SHA256.HashData(bytes))).Order());
    }

    [Theory]
    [InlineData(ExportFormat.Maildir)]
    [InlineData(ExportFormat.Zip)]
    [InlineData(ExportFormat.Mbox)]
    public async Task The_same_export_again_adds_what_is_new_and_one_that_was_cut_short_is_gone_on_with(ExportFormat format)
    {
        var exporter = await OpenAsync(Texts);
        await RunAsync(exporter, format);
        Assert.Equal((3L, 3L), ((await RunAsync(exporter, format))[^1].Done, (await RunAsync(exporter, format))[^1].Known));
        // A crash leaves half a line, and messages that no line names.
        await File.AppendAllTextAsync(folder.File("out/manifest.jsonl"), "{\"id\":\"half", Cancel);
        if (format == ExportFormat.Mbox) await File.AppendAllTextAsync(folder.File("out/mail.mbox"), "From half a message", Cancel);
        await RecordAsync(Owner, "Subject: new\r\n\r\nnew\r\n");
        await counter.IndexAsync();
        var last = (await RunAsync(exporter, format))[^1];
        Assert.Equal(("summary", 4L, 3L), (last.Kind, last.Done, last.Known));
        Assert.Equal(4, ReadBack(format).Count);
        Assert.Equal(4, Manifest.Count);
        Assert.Equal("failed", (await RunAsync(exporter, format, query: "subject:new"))[^1].Kind);
    }

    [Fact]
    public async Task Who_took_what_is_in_the_ledger_before_it_is_given_out()
    {
        var exporter = await OpenAsync(Texts);
        await RunAsync(exporter, ExportFormat.Maildir, mailbox: null);
        Assert.Equal(("", folder.File("out"), "maildir"), (Facts<ExportAsked>().Single().Account, Facts<ExportAsked>().Single().Target, Facts<ExportAsked>().Single().Format));
        Assert.Equal(4, Facts<MailExported>().Sum(fact => fact.Records.Count));
        Assert.Equal((4L, (string?)null), (Facts<ExportEnded>().Single().Messages, Facts<ExportEnded>().Single().Problem));
        Assert.Equal(Desk.Cli, Facts<MailExported>().First().Actor);
    }

    [Fact]
    public async Task What_a_hold_keeps_is_exported_beyond_its_term_and_nothing_else_is()
    {
        var exporter = await OpenAsync(Texts);
        var (ledger, at) = (counter.Desk.Ledger, counter.Desk.Time.GetUtcNow());
        var records = counter.Desk.Log.Entries.Where(entry => entry.Kind == EntryKind.Mail).Select(entry => entry.Id.ToString()).ToList();
        Hold Placed(string id, HoldKind kind, params string[] mailboxes) => new(id, "case", "letter", kind, mailboxes, "", null, "admin", at);
        foreach (var fact in new LedgerEvent[]
        {
            new HoldPlaced(Placed("whole", HoldKind.Mailboxes, Owner)) { Actor = Desk.Cli, At = at }, new HoldPlaced(Placed("one", HoldKind.Records)) { Actor = Desk.Cli, At = at },
            new HoldRecordsAdded("one", [records[^1]], 0) { Actor = Desk.Cli, At = at },
        }) await ledger.AppendAsync(fact, Cancel);
        counter.Desk.Time.Advance(TimeSpan.FromDays(400));

        Assert.Equal(0, (await RunAsync(exporter, ExportFormat.Zip, mailbox: null))[^1].Done);
        Assert.Equal(records.Take(3).Order(), (await HeldAsync("whole")).Order());
        Assert.Equal([records[3]], await HeldAsync("one"));
        Assert.Equal(["hold:whole", "hold:one"], Facts<ExportAsked>().Skip(1).Select(fact => fact.Query));
        await ledger.AppendAsync(new HoldLifted("one", "settled") { Actor = Desk.Cli, At = at }, Cancel);
        Assert.All(["one", "none"], hold => Assert.Throws<ExportRefusedException>(() => exporter.Begin(new ExportRequest(folder.File("x"), ExportFormat.Zip, null, Hold: hold), Desk.Cli, Cancel)));

        async Task<List<string>> HeldAsync(string hold)
        {
            var end = (await exporter.Begin(new ExportRequest(folder.File(hold), ExportFormat.Maildir, null, Hold: hold), Desk.Cli, Cancel).ToListAsync(Cancel))[^1];
            Assert.Equal(("summary", 0L), (end.Kind, end.Skipped));
            return [.. File.ReadLines(folder.File($"{hold}/manifest.jsonl")).Skip(1).Select(line => JsonSerializer.Deserialize<ExportEntry>(line, JsonSerializerOptions.Web)!.Id)];
        }
    }

    [Fact]
    public async Task A_mailbox_of_another_domain_is_refused()
    {
        var exporter = await OpenAsync();
        Assert.Throws<ExportRefusedException>(() => exporter.Begin(new ExportRequest(folder.File("out"), ExportFormat.Zip, "x@elsewhere.example"), Desk.Cli, Cancel));
    }

    private List<byte[]> ReadBack(ExportFormat format) => format switch
    {
        ExportFormat.Maildir => [.. Directory.EnumerateFiles(folder.File("out/cur")).Select(File.ReadAllBytes)],
        ExportFormat.Zip => [.. Directory.EnumerateFiles(folder.File("out"), "*.zip").SelectMany(Unzipped)],
        _ => [.. MailSources.Open(folder.File("out/mail.mbox"), ImportFormat.Mbox).Read().Select(mail => Trimmed(All(mail.Open())))],
    };

    // The one message whose last line had no end got one, as the manifest's length says.
    private static byte[] Trimmed(byte[] bytes) =>
        bytes.AsSpan().IndexOf("without an end"u8) is > 0 and var at ? bytes[..(at + "without an end".Length)] : bytes;

    private static IEnumerable<byte[]> Unzipped(string path)
    {
        using var zip = ZipFile.OpenRead(path);
        foreach (var entry in zip.Entries.Where(entry => entry.Name.EndsWith(".eml", StringComparison.Ordinal))) yield return All(entry.Open());
    }

    private static byte[] All(Stream stream)
    {
        using var from = stream;
        var bytes = new MemoryStream();
        from.CopyTo(bytes);
        return bytes.ToArray();
    }
}
