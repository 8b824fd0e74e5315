using System.IO.Compression;
using System.Text;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Fonts.Standard14Fonts;
using UglyToad.PdfPig.Writer;

namespace Recorder.Tests.Mail.Files;

/// <summary>Small files of each kind, made as the programs that people use make them.</summary>
internal static class SampleFiles
{
    private const string Word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main", Sheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Slide = "http://schemas.openxmlformats.org/presentationml/2006/main", Drawing = "http://schemas.openxmlformats.org/drawingml/2006/main";

    public static byte[] Zip(params (string Name, string Content)[] members) => Zip(CompressionLevel.Optimal, [.. members.Select(member => (member.Name, Encoding.UTF8.GetBytes(member.Content)))]);

    public static byte[] Zip(CompressionLevel level, params (string Name, byte[] Content)[] members)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in members)
            {
                using var member = zip.CreateEntry(name, level).Open();
                member.Write(content);
            }
        }
        return bytes.ToArray();
    }

    /// <summary>Each paragraph in several runs, as Word writes what was corrected while typing.</summary>
    public static byte[] Docx(params string[] paragraphs) => Zip(
        ("[Content_Types].xml", "<Types/>"),
        ("word/document.xml", $"<w:document xmlns:w=\"{Word}\"><w:body>{string.Concat(paragraphs.Select(text =>
            $"<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r><w:t xml:space=\"preserve\">{text[..(text.Length / 2)]}</w:t></w:r><w:r><w:t>{text[(text.Length / 2)..]}</w:t></w:r></w:p>"))}</w:body></w:document>"),
        ("word/header1.xml", $"<w:hdr xmlns:w=\"{Word}\"><w:p><w:r><w:t>letterhead</w:t></w:r></w:p></w:hdr>"),
        ("word/footnotes.xml", $"<w:footnotes xmlns:w=\"{Word}\"><w:p><w:r><w:t>footnote</w:t></w:r></w:p></w:footnotes>"));

    public static byte[] Xlsx() => Zip(
        ("xl/workbook.xml", $"<workbook xmlns=\"{Sheet}\"><sheets><sheet name=\"成績表\" sheetId=\"1\"/></sheets></workbook>"),
        ("xl/sharedStrings.xml", $"<sst xmlns=\"{Sheet}\"><si><t>王小明</t><rPh sb=\"0\" eb=\"1\"><t>ワン</t></rPh></si><si><r><t>mid</t></r><r><t>term</t></r></si></sst>"),
        ("xl/worksheets/sheet1.xml", $"<worksheet xmlns=\"{Sheet}\"><sheetData><row><c t=\"s\"><v>0</v></c><c><v>20260123</v></c><c><v>0.30000000000000004</v></c>"
            + "<c t=\"str\"><f>A1</f><v>computed</v></c><c t=\"inlineStr\"><is><t>inline</t></is></c><c t=\"e\"><v>#REF!</v></c></row></sheetData></worksheet>"));

    public static byte[] Pptx(string title, string note) => Zip(
        ("ppt/presentation.xml", $"<p:presentation xmlns:p=\"{Slide}\"/>"),
        ("ppt/slides/slide10.xml", $"<p:sld xmlns:p=\"{Slide}\" xmlns:a=\"{Drawing}\"><a:p><a:r><a:t>tenth</a:t></a:r></a:p></p:sld>"),
        ("ppt/slides/slide2.xml", $"<p:sld xmlns:p=\"{Slide}\" xmlns:a=\"{Drawing}\"><a:p><a:r><a:t>{title}</a:t></a:r><a:br/><a:r><a:t>more</a:t></a:r></a:p></p:sld>"),
        ("ppt/notesSlides/notesSlide1.xml", $"<p:notes xmlns:p=\"{Slide}\" xmlns:a=\"{Drawing}\"><a:p><a:r><a:t>{note}</a:t></a:r></a:p></p:notes>"));

    public static byte[] OpenDocument(string paragraph, string manifest = "") => Zip(
        ("mimetype", "application/vnd.oasis.opendocument.text"),
        ("META-INF/manifest.xml", $"<manifest:manifest xmlns:manifest=\"urn:m\"><manifest:file-entry>{manifest}</manifest:file-entry></manifest:manifest>"),
        ("content.xml", "<office:document-content xmlns:office=\"urn:o\" xmlns:text=\"urn:t\"><office:scripts>evil()</office:scripts><office:body>"
            + $"<text:p>{paragraph}<text:s/>and <text:span>more</text:span></text:p></office:body></office:document-content>"));

    public static byte[] Pdf(params string[] lines)
    {
        var builder = new PdfDocumentBuilder();
        var font = builder.AddStandard14Font(Standard14Font.Helvetica);
        var page = builder.AddPage(PageSize.A4);
        for (var i = 0; i < lines.Length; i++)
            page.AddText(lines[i], 12, new PdfPoint(50, 800 - 20 * i), font);
        return builder.Build();
    }

    /// <summary>By hand: two-byte codes of a font that is not there, and a map to characters beside it, as most programs write East Asian text.</summary>
    public static byte[] ChinesePdf(string text)
    {
        var codes = string.Concat(text.Select(character => ((int)character).ToString("X4")));
        var map = string.Concat(text.Distinct().Select(character => $"<{(int)character:X4}> <{(int)character:X4}>\n"));
        var page = $"BT /F1 14 Tf 72 720 Td <{codes}> Tj ET";
        var toUnicode = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def 1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
            + $"{text.Distinct().Count()} beginbfchar\n{map}endbfchar endcmap end end";
        return RawPdf(
            "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
            $"<</Length {page.Length}>>stream\n{page}\nendstream",
            "<</Type/Font/Subtype/Type0/BaseFont/Ming/Encoding/Identity-H/DescendantFonts[6 0 R]/ToUnicode 8 0 R>>",
            "<</Type/Font/Subtype/CIDFontType2/BaseFont/Ming/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 1000/FontDescriptor 7 0 R>>",
            "<</Type/FontDescriptor/FontName/Ming/Flags 4/FontBBox[0 0 1000 1000]/ItalicAngle 0/Ascent 800/Descent -200/CapHeight 700/StemV 80>>",
            $"<</Length {toUnicode.Length}>>stream\n{toUnicode}\nendstream");
    }

    /// <summary>Drawings that draw drawings: ten times ten times ten… as deep as asked, in a kilobyte.</summary>
    public static byte[] EndlessPdf(int depth)
    {
        var objects = new List<string>
        {
            "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>", Drawing("/X Do ", ""),
        };
        for (var level = 0; level < depth; level++)
            objects.Add(Drawing(string.Concat(Enumerable.Repeat("/X Do ", 10)), $"/Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources<</XObject<</X {6 + level} 0 R>>>>"));
        objects.Add(Drawing("0 0 m ", "/Type/XObject/Subtype/Form/BBox[0 0 1 1]"));
        return RawPdf([.. objects]);

        static string Drawing(string content, string more) => $"<<{more}/Length {content.Length}>>stream\n{content}\nendstream";
    }

    /// <summary>A message of one text and these files.</summary>
    public static byte[] Mail(string subject, string body, params (string Name, byte[] Content)[] files)
    {
        var text = new StringBuilder($"From: teacher@example.org\r\nTo: alice@example.edu\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n")
            .Append($"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n");
        foreach (var (name, content) in files)
            text.Append($"--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\n\r\n")
                .Append(Convert.ToBase64String(content, Base64FormattingOptions.InsertLineBreaks)).Append("\r\n");
        return Encoding.UTF8.GetBytes(text.Append("--b--\r\n").ToString());
    }

    /// <param name="objects">Numbered from 1; the first is the catalog.</param>
    public static byte[] RawPdf(params string[] objects)
    {
        var file = new StringBuilder("%PDF-1.7\n");
        var offsets = new List<int>();
        for (var i = 0; i < objects.Length; i++)
        {
            offsets.Add(file.Length);
            file.Append($"{i + 1} 0 obj\n{objects[i]}\nendobj\n");
        }
        var xref = file.Length;
        file.Append($"xref\n0 {objects.Length + 1}\n0000000000 65535 f \n");
        foreach (var offset in offsets)
            file.Append($"{offset:D10} 00000 n \n");
        file.Append($"trailer\n<</Size {objects.Length + 1}/Root 1 0 R>>\nstartxref\n{xref}\n%%EOF\n");
        return Encoding.Latin1.GetBytes(file.ToString());
    }
}
