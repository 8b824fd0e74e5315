using System.IO.Compression;
using System.Text;
using Recorder.Mail;

namespace Recorder.Fuzz.Targets;

/// <summary>
/// Attached files of every kind that has text. Within the limits and never throws; the same twice; of what we read ourselves, all but
/// PDF, a bounded number of allocated bytes. What PDF may cost is bounded by the process around it, not here.
/// </summary>
public sealed class FilesTarget : FuzzTarget
{
    private const FileFlaws AllFlaws = FileFlaws.Encrypted | FileFlaws.Unreadable | FileFlaws.Cut | FileFlaws.TooCostly;
    private static readonly FileLimits Limits = new() { MaxChars = 20_000, MaxUnpackedBytes = 1 << 20, MaxMembers = 200, MaxXmlDepth = 64, MaxTime = TimeSpan.FromSeconds(1) };
    private static readonly string[] Names = ["a.bin", "a.txt", "a.html", "a.ics"];

    public override IReadOnlyList<string> Libraries => ["UglyToad.PdfPig", "UglyToad.PdfPig.Core", "UglyToad.PdfPig.Tokenization", "UglyToad.PdfPig.Tokens", "UglyToad.PdfPig.Fonts"];

    // Stored, not packed: a fuzzer that changes a byte should change a character.
    public override IEnumerable<byte[]> Seeds() =>
    [
        Zip(("word/document.xml", "<w:d xmlns:w='x'><w:p><w:r><w:t>report</w:t><w:tab/><w:t>成績</w:t></w:r></w:p><Fallback>old</Fallback></w:d>"), ("word/header1.xml", "<p><t>head</t></p>")),
        Zip(("xl/workbook.xml", "<w><sheet name='s'/></w>"), ("xl/sharedStrings.xml", "<s><si><t>a</t><rPh><t>b</t></rPh></si></s>"),
            ("xl/worksheets/sheet1.xml", "<w><c t='s'><v>0</v></c><c><v>2026</v></c><c t='inlineStr'><is><t>x</t></is></c></w>")),
        Zip(("ppt/presentation.xml", "<p/>"), ("ppt/slides/slide1.xml", "<p><a:p xmlns:a='x'><a:t>title</a:t><a:br/></a:p></p>")),
        Zip(("META-INF/manifest.xml", "<m/>"), ("content.xml", "<d><scripts>x</scripts><p>one<s/>two<span>three</span></p><tracked-changes><p>old</p></tracked-changes></d>")),
        Zip(("folder/name.txt", "x"), ("other.zip", "PK")),
        Pdf("BT /F1 12 Tf 50 700 Td (Invoice 2026) Tj 0 -14 Td [(se)-20(cond)] TJ ET /X Do"),
        Bytes("%PDF-1.5\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Kids[2 0 R]/Count 9/Type/Pages>>endobj trailer<</Root 1 0 R/Encrypt<</V 9>>>>"),
        Bytes("BEGIN:VCALENDAR\r\nSUMMARY:a\r\n b\r\nEND:VCALENDAR\r\n"), Bytes("<html><meta charset=big5><p>\xA4\xA4\xA4\xE5</p><script>x</script>"),
        [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("wide 文字")],
    ];

    public override void Run(byte[] input)
    {
        foreach (var name in Names)
        {
            var read = ReadBounded(input, name);
            Oracle.Holds(read.Text.Length <= Limits.MaxChars, "too much text");
            Oracle.Holds((read.Flaws & ~AllFlaws) == 0, $"flaws {read.Flaws}");
            if (!IsPdf(input)) Oracle.Same(read, FileTextReader.Read(input, name, "application/octet-stream", Limits), "the second reading");
        }
    }

    private static FileText ReadBounded(byte[] input, string name)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var read = FileTextReader.Read(input, name, "application/octet-stream", Limits);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Oracle.Holds(IsPdf(input) || allocated < (32L << 20) + 200L * input.Length, $"{allocated} bytes allocated");
        return read;
    }

    private static bool IsPdf(byte[] input) => input.AsSpan().IndexOf("%PDF-"u8) >= 0;

    private static byte[] Zip(params (string Name, string Content)[] members)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, content) in members)
            {
                using var member = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
                member.Write(Encoding.UTF8.GetBytes(content));
            }
        return bytes.ToArray();
    }

    private static byte[] Pdf(string content) => Bytes(
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        + "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>/XObject<</X 5 0 R>>>>>>endobj\n"
        + $"4 0 obj<</Length {content.Length}>>stream\n{content}\nendstream endobj\n5 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 4>>stream\nq Q \nendstream endobj\n"
        + "trailer<</Root 1 0 R/Size 6>>\n%%EOF");
}
