using System.IO.Compression;
using System.Text;
using Recorder.Mail;

namespace Recorder.Tests.Mail.Files;

public class FileTextTests
{
    private static readonly FileLimits Small = new() { MaxChars = 1000, MaxUnpackedBytes = 1 << 20, MaxMembers = 100 };

    [Fact]
    public void Word_documents_give_their_paragraphs_whole()
    {
        var read = Read(SampleFiles.Docx("Quarterly report", "期末成績公告"), "a.docx");
        Assert.Equal("Quarterly report\n期末成績公告\nletterhead\nfootnote\n", read.Text);
        Assert.Equal(FileFlaws.None, read.Flaws);
    }

    [Fact]
    public void Sheets_give_names_texts_results_and_numbers_that_people_look_for() =>
        Assert.Equal(["成績表", "王小明", "midterm", "20260123", "computed", "inline"], Lines(Read(SampleFiles.Xlsx(), "a.xlsx")));

    [Fact]
    public void Slides_come_in_order_with_their_notes() =>
        Assert.Equal(["簡報標題", "more", "tenth", "speaker note"], Lines(Read(SampleFiles.Pptx("簡報標題", "speaker note"), "a.pptx")));

    [Fact]
    public void OpenDocument_texts_give_their_words() =>
        Assert.Equal(["停車證 and more"], Lines(Read(SampleFiles.OpenDocument("停車證"), "a.odt")));

    [Fact]
    public void Pdf_pages_give_words_and_lines() =>
        Assert.Equal(["Invoice 2026-117 due", "second line"], Lines(Read(SampleFiles.Pdf("Invoice 2026-117 due", "second line"), "a.pdf")));

    [Fact]
    public void Chinese_in_a_pdf_is_not_torn_apart() =>
        Assert.Contains("國立大學圖書館通知", Read(SampleFiles.ChinesePdf("國立大學圖書館通知"), "a.pdf").Text);

    [Fact]
    public void An_archive_gives_the_names_in_it() =>
        Assert.Equal(["照片/合照.jpg", "notes/readme.txt"], Lines(Read(SampleFiles.Zip(("照片/合照.jpg", "x"), ("notes/readme.txt", "secret")), "a.zip")));

    [Theory]
    [InlineData("a.txt", "plain words", "plain words")]
    [InlineData("a.csv", "id,name\n1,Amy", "id,name\n1,Amy")]
    [InlineData("a.html", "<html><style>x</style><p>shown<script>hidden</script>", "shown")]
    [InlineData("a.ics", "SUMMARY:Faculty mee\r\n ting\r\n", "SUMMARY:Faculty meeting\r\n")]
    [InlineData("a.exe", "MZ plain words", "")]
    [InlineData("a", "plain words", "")]
    public void Files_of_text_are_known_by_their_names(string name, string content, string expected) =>
        Assert.Equal(expected, Read(Encoding.UTF8.GetBytes(content), name).Text.Trim(' '));

    [Fact]
    public void Big5_is_read_without_being_told()
    {
        var written = "本校圖書館將於下週一起調整開放時間，請各位同學注意公告。";
        Assert.Equal(written, Read(CodePagesEncodingProvider.Instance.GetEncoding(950)!.GetBytes(written), "a.txt").Text);
    }

    [Fact]
    public void Data_under_the_name_of_a_text_is_no_text() => Assert.Equal(FileText.Nothing, Read([1, 0, 2, 0, 3], "a.txt"));

    [Fact]
    public void The_bytes_say_what_it_is_whatever_the_name() =>
        Assert.Contains("Quarterly", Read(SampleFiles.Docx("Quarterly"), "unnamed.bin").Text);

    [Fact]
    public void An_encrypted_office_document_says_so()
    {
        byte[] file = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. new byte[500], .. Encoding.Unicode.GetBytes("EncryptedPackage"), .. new byte[100]];
        Assert.Equal(FileText.Of(FileFlaws.Encrypted), Read(file, "a.docx"));
    }

    [Fact]
    public void An_encrypted_open_document_says_so() =>
        Assert.Equal(FileText.Of(FileFlaws.Encrypted), Read(SampleFiles.OpenDocument("x", "<manifest:encryption-data/>"), "a.odt"));

    [Fact]
    public void An_encrypted_pdf_says_so()
    {
        var locked = Encoding.Latin1.GetString(SampleFiles.RawPdf("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 0>>",
            $"<</Filter/Standard/V 2/R 3/Length 128/P -44/O<{new string('1', 64)}>/U<{new string('2', 64)}>>>"));
        locked = locked.Replace("/Root 1 0 R", "/Root 1 0 R/Encrypt 3 0 R/ID[<00112233445566778899AABBCCDDEEFF><00112233445566778899AABBCCDDEEFF>]", StringComparison.Ordinal);
        Assert.Equal(FileText.Of(FileFlaws.Encrypted), Read(Encoding.Latin1.GetBytes(locked), "a.pdf"));
    }

    [Fact]
    public void A_broken_file_is_said_to_be_broken()
    {
        Assert.Equal(FileFlaws.Unreadable, Read(Encoding.ASCII.GetBytes("%PDF-1.7\nnothing"), "a.pdf").Flaws);
        Assert.Equal(FileFlaws.Unreadable, Read(SampleFiles.Zip(("word/document.xml", "<w:document><no end")), "a.docx").Flaws);
        Assert.Equal(FileFlaws.Unreadable, Read(Encoding.ASCII.GetBytes("PK\u0003\u0004 and no directory"), "a.zip").Flaws);
    }

    [Fact]
    public void A_bomb_ends_at_the_allowance()
    {
        var zeros = SampleFiles.Zip(CompressionLevel.SmallestSize, ("word/document.xml", [.. "<t>"u8, .. Enumerable.Repeat((byte)' ', 50 << 20)]));
        Assert.True(zeros.Length < 100_000);
        Assert.Equal(FileFlaws.Cut, Read(zeros, "a.docx", Small with { MaxChars = 100 << 20 }).Flaws);
        Assert.Equal(FileFlaws.Cut, Read(zeros, "a.docx").Flaws);
    }

    [Fact]
    public void Nested_archives_are_not_unpacked()
    {
        var inner = SampleFiles.Zip(("deep.txt", "deep words"));
        for (var i = 0; i < 20; i++)
            inner = SampleFiles.Zip(CompressionLevel.Fastest, ($"level{i}.zip", inner));
        Assert.Equal(["level19.zip"], Lines(Read(inner, "a.zip")));
    }

    [Fact]
    public void Entities_are_refused()
    {
        const string laughs = "<!DOCTYPE d [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]><w:document><w:p><w:t>&b;</w:t></w:p></w:document>";
        Assert.Equal(FileText.Of(FileFlaws.Unreadable), Read(SampleFiles.Zip(("word/document.xml", laughs)), "a.docx"));
    }

    [Fact]
    public void Depth_is_bounded()
    {
        var deep = string.Concat(Enumerable.Repeat("<a>", 20_000));
        Assert.Equal(FileFlaws.Cut, Read(SampleFiles.Zip(("word/document.xml", deep)), "a.docx").Flaws);
        Assert.Equal(FileFlaws.Cut, Read(SampleFiles.Zip(("word/document.xml", "<tabs>" + deep)), "a.docx").Flaws);
    }

    [Fact]
    public void Fifty_thousand_members_are_cut()
    {
        var members = Enumerable.Range(0, 50_000).Select(i => ($"{i}", Array.Empty<byte>())).ToArray();
        var read = Read(SampleFiles.Zip(CompressionLevel.NoCompression, members), "a.zip");
        Assert.Equal(FileFlaws.Cut, read.Flaws);
        Assert.Equal(100, Lines(read).Length);
        Assert.Equal(FileFlaws.TooCostly, Read(SampleFiles.Zip(CompressionLevel.NoCompression, [("word/document.xml", "<a/>"u8.ToArray()), .. members]), "a.docx").Flaws);
    }

    [Fact]
    public void Pages_are_not_begun_when_the_time_is_over()
    {
        var spent = TimeSpan.Zero;
        var read = FileTextReader.Read(SampleFiles.Pdf("never begun"), "a.pdf", "", Small, () => spent += TimeSpan.FromSeconds(10));
        Assert.Equal(FileText.Of(FileFlaws.Cut), read);
    }

    [Fact]
    public void Text_is_cut_at_the_limit()
    {
        var read = Read(SampleFiles.Docx(new string('x', 5000)), "a.docx");
        Assert.Equal(1000, read.Text.Length);
        Assert.Equal(FileFlaws.Cut, read.Flaws);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Damage_of_any_kind_never_throws(int seed)
    {
        var random = new Random(seed);
        byte[][] files = [SampleFiles.Docx("one", "two"), SampleFiles.Xlsx(), SampleFiles.Pptx("a", "b"), SampleFiles.OpenDocument("x"), SampleFiles.Pdf("words"), SampleFiles.ChinesePdf("成績")];
        for (var round = 0; round < 150; round++)
        {
            var file = files[round % files.Length].ToArray();
            for (var flips = random.Next(1, 8); flips > 0; flips--)
                file[random.Next(file.Length)] = (byte)random.Next(256);
            var read = Read(file[..random.Next(file.Length / 2, file.Length + 1)], "a.bin");
            Assert.True(read.Text.Length <= Small.MaxChars);
        }
    }

    private static FileText Read(byte[] content, string name, FileLimits? limits = null) =>
        FileTextReader.Read(content, name, "application/octet-stream", limits ?? Small);

    private static string[] Lines(FileText read) => read.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
