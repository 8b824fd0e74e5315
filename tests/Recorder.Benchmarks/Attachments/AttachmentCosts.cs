using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Recorder.Attachments;
using Recorder.Benchmarks.Compare;
using Recorder.Benchmarks.Load;
using Recorder.Indexing;
using Recorder.Mail;
using Recorder.SystemTests.Peers;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Fonts.Standard14Fonts;
using UglyToad.PdfPig.Writer;

namespace Recorder.Benchmarks.Attachments;

/// <summary>What the text of attachments costs: each kind alone, then beside intake, and what it adds to the index.</summary>
/// <param name="perSecond">Messages a second.</param>
/// <param name="share">Of the messages, how many carry one attachment with text.</param>
internal sealed class AttachmentCosts(int perSecond, int seconds, double share, Action<string> say)
{
    private const int Seed = 20261130, Connections = 16, FilesOfAKind = 200, WordsOfAPage = 350, MaxPages = 8;

    private readonly MailPool pool = new(Seed, _ => 3_000);

    public async Task<int> RunAsync(CancellationToken cancel)
    {
        await AloneAsync(cancel);
        await BesideIntakeAsync(cancel);
        return 0;
    }

    /// <summary>One reading process, no other work.</summary>
    private async Task AloneAsync(CancellationToken cancel)
    {
        using var readers = new FileReaders(WorkerLimits.Of(new AttachmentOptions()), 1 << 20, TimeProvider.System);
        foreach (var (kind, make) in Kinds())
        {
            var files = Enumerable.Range(0, FilesOfAKind).Select(number => make(new Random(number))).ToList();
            for (var warm = 0; warm < 20; warm++) await readers.ReadAsync(make(new Random(-warm)), $"warm{kind}", "", cancel);
            var (clock, characters) = (Stopwatch.StartNew(), 0L);
            foreach (var file in files) characters += (await readers.ReadAsync(file, $"a{kind}", "", cancel)).Text.Length;
            var taken = clock.Elapsed.TotalSeconds;
            say($"{kind,-6} {files.Count / taken,7:F0} files/s {files.Sum(file => (long)file.Length) / 1e6 / taken,7:F1} MB/s {characters / 1e6 / taken,6:F1} M characters/s; {files.Average(file => file.Length) / 1e3:F0} KB and {characters / files.Count} characters a file");
        }
    }

    private async Task BesideIntakeAsync(CancellationToken cancel)
    {
        using var scratch = new Scratch();
        await using var recorder = Sides.Journal(scratch.Folder("data"));
        await recorder.StartAsync();
        var (refused, text) = (0, 0L);
        var mails = Enumerable.Range(0, perSecond * seconds).Select(number => Mail(number, ref text)).ToList();
        var answers = new List<double>();
        var loop = new OpenLoop(recorder.SmtpPort, perSecond, Connections, number => mails[(int)number], answer =>
        {
            lock (answers)
            {
                answers.Add(answer.Milliseconds);
                if (answer.Fate != Fate.Acknowledged) refused++;
            }
        });
        var clock = Stopwatch.StartNew();
        await loop.RunAsync(TimeSpan.FromSeconds(seconds), cancel);
        var sent = clock.Elapsed.TotalSeconds;
        await UntilAsync(recorder, health => health.GetProperty("indexLag").GetInt64() == 0, cancel);
        var indexed = clock.Elapsed.TotalSeconds;
        await UntilAsync(recorder, health => health.GetProperty("attachments") is var status && status.GetProperty("waiting").GetInt32() == 0 && status.GetProperty("messages").GetInt64() >= mails.Count(IsCarrier), cancel);
        var read = clock.Elapsed.TotalSeconds;
        answers.Sort();
        say($"{mails.Count} messages, {mails.Count(IsCarrier)} with an attachment, {mails.Sum(mail => (long)mail.Wire.Length) / 1e6:F1} MB, sent at {perSecond}/s in {sent:F1} s: reply p99 {Number.Percentile(answers, 99):F1} ms, {refused} not taken");
        say($"all findable by their own text after {indexed:F1} s, by their attachments after {read:F1} s: {mails.Count / read:F0} messages/s");
        await recorder.StopAsync();
        var index = Importers.BytesBelow(Path.Combine(recorder.DataPath, "index", "mail"));
        say($"index {index / 1e6:F2} MB for {text / 1e6:F2} MB of text, attachments in it: {index / (double)text:F2} bytes a byte");
    }

    private static bool IsCarrier(LoadMail mail) => mail.Probe is not null;

    private LoadMail Mail(int number, ref long textBytes)
    {
        var random = new Random(number);
        var plain = pool.Make(number, "a@example.org", [$"user{number % 500}@example.edu"]);
        textBytes += TextBytes(plain.Wire);
        if (random.NextDouble() >= share) return plain;
        var kinds = Kinds();
        var (kind, make) = kinds[random.Next(kinds.Count)];
        var file = make(random);
        textBytes += Encoding.UTF8.GetByteCount(FileTextReader.Read(file, $"a{kind}", "", FileLimits.Default).Text);
        return plain with { Wire = WithFile(plain.Wire, $"file{number}{kind}", file), Probe = kind };
    }

    private static long TextBytes(byte[] message)
    {
        var facts = new MailReader().ReadFacts(new MemoryStream(message), CancellationToken.None);
        return Encoding.UTF8.GetByteCount($"{facts.Text}{facts.Subject}{string.Join(", ", facts.From.Concat(facts.To).Select(party => $"{party.Name} {party.Address}"))}");
    }

    private static byte[] WithFile(byte[] message, string name, byte[] file)
    {
        var text = Encoding.Latin1.GetString(message);
        var at = text.IndexOf("Content-Type:", StringComparison.Ordinal);
        return Encoding.Latin1.GetBytes($"{text[..at]}Content-Type: multipart/mixed; boundary=\"=_f\"\r\n\r\n--=_f\r\n{text[at..]}\r\n--=_f\r\nContent-Type: application/octet-stream\r\n"
            + $"Content-Disposition: attachment; filename=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{Convert.ToBase64String(file, Base64FormattingOptions.InsertLineBreaks)}\r\n--=_f--\r\n");
    }

    private IReadOnlyList<(string Kind, Func<Random, byte[]> Make)> Kinds() => [(".pdf", Pdf), (".docx", Docx), (".xlsx", Xlsx), (".pptx", Pptx), (".odt", Odt), (".csv", Csv)];

    private byte[] Pdf(Random random)
    {
        var builder = new PdfDocumentBuilder();
        var font = builder.AddStandard14Font(Standard14Font.Helvetica);
        for (var pages = random.Next(1, MaxPages); pages > 0; pages--)
        {
            var page = builder.AddPage(PageSize.A4);
            for (var line = 0; line < WordsOfAPage / 10; line++) page.AddText(Words(random, 10, latin: true), 10, new PdfPoint(40, 800 - 20 * line), font);
        }

        return builder.Build();
    }

    private byte[] Docx(Random random) => Zip(("word/document.xml", Xml("w:document", "w:p", "w:t", random)), ("word/styles.xml", Padding(random)));

    private byte[] Pptx(Random random) => Zip([("ppt/presentation.xml", "<p/>"), .. Enumerable.Range(1, random.Next(3, 20)).Select(slide => ($"ppt/slides/slide{slide}.xml", $"<s>{Paragraph("p", "t", random, 40)}</s>"))]);

    private byte[] Odt(Random random) => Zip(("META-INF/manifest.xml", "<m/>"), ("content.xml", Xml("d", "p", "span", random)), ("styles.xml", Padding(random)));

    private byte[] Xlsx(Random random)
    {
        var rows = random.Next(20, 400);
        return Zip(
            ("xl/workbook.xml", "<w><sheet name=\"data\"/></w>"),
            ("xl/sharedStrings.xml", $"<sst>{string.Concat(Enumerable.Range(0, rows).Select(_ => $"<si><t>{Words(random, 3)}</t></si>"))}</sst>"),
            ("xl/worksheets/sheet1.xml", $"<s>{string.Concat(Enumerable.Range(0, rows).Select(row => $"<c t=\"s\"><v>{row}</v></c><c><v>{random.Next(100)}</v></c><c><v>{random.NextDouble().ToString(CultureInfo.InvariantCulture)}</v></c>"))}</s>"));
    }

    private byte[] Csv(Random random) => Encoding.UTF8.GetBytes(string.Join("\r\n", Enumerable.Range(0, random.Next(20, 400)).Select(row => $"{row},{Words(random, 3)},{random.Next(1000)}")));

    private string Xml(string root, string paragraph, string text, Random random) =>
        $"<{root} xmlns:w=\"w\">{string.Concat(Enumerable.Range(0, random.Next(1, MaxPages) * 6).Select(_ => Paragraph(paragraph, text, random, WordsOfAPage / 6)))}</{root}>";

    private string Paragraph(string paragraph, string text, Random random, int words) => $"<{paragraph}><{text}>{Words(random, words)}</{text}></{paragraph}>";

    private string Words(Random random, int count, bool latin = false) =>
        string.Join(' ', Enumerable.Range(0, count).Select(_ => pool.SomeWord(random)).Select(word => latin && word[0] > 'z' ? "page" : word));

    // Styles, themes and the like: most of a document's bytes are not its words.
    private static string Padding(Random random) => $"<styles>{Convert.ToBase64String(Bytes(random, 6_000))}</styles>";

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Zip(params (string Name, string Content)[] members)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in members)
            {
                using var member = zip.CreateEntry(name, CompressionLevel.Optimal).Open();
                member.Write(Encoding.UTF8.GetBytes(content));
            }
        }

        return bytes.ToArray();
    }

    private static async Task UntilAsync(RecorderProcess recorder, Func<System.Text.Json.JsonElement, bool> isSo, CancellationToken cancel)
    {
        using var client = new HttpClient();
        var watch = Stopwatch.StartNew();
        while (true)
        {
            using var health = System.Text.Json.JsonDocument.Parse(await client.GetStringAsync(new Uri(recorder.Web, "/healthz"), cancel));
            if (isSo(health.RootElement)) return;
            if (watch.Elapsed > TimeSpan.FromMinutes(10)) throw new TimeoutException(health.RootElement.GetRawText());
            await Task.Delay(100, cancel);
        }
    }
}
