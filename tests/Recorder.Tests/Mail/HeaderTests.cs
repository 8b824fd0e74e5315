using Recorder.Mail;
using static Recorder.Tests.Mail.MailBytes;

namespace Recorder.Tests.Mail;

public class HeaderTests
{
    private const string Chinese = "期中考試時間調整通知";

    public static TheoryData<string, string> Words() => new()
    {
        { B("big5", Chinese), Chinese }, { Q("big5", Chinese), Chinese }, { B("utf-8", Chinese), Chinese }, { Q("utf-8", Chinese), Chinese },
        { B("gb2312", "会议记录"), "会议记录" }, { "=?GB2312?B?" + Convert.ToBase64String(In("gb18030", "朱镕基")) + "?=", "朱镕基" },
        { B("iso-2022-jp", "日本語のメール"), "日本語のメール" }, { Q("iso-2022-jp", "日本語"), "日本語" }, { B("shift_jis", "お知らせ"), "お知らせ" },
        { B("euc-kr", "안녕하세요"), "안녕하세요" }, { B("ks_c_5601-1987", "안녕하세요"), "안녕하세요" }, { Q("iso-8859-1", "Grüße"), "Grüße" },
        { B("koi8-r", "Привет"), "Привет" }, { Q("windows-1251", "Привет"), "Привет" },
        { B("utf-8", "期中") + " " + B("utf-8", "考試"), "期中考試" }, // white space between words is dropped
        { B("utf-8", "期中") + "\r\n\t" + B("utf-8", "考試"), "期中考試" },
        { B("big5", "期中") + B("big5", "考試"), "期中考試" }, // no space at all
        { "Re: " + B("big5", Chinese), "Re: " + Chinese }, { B("big5", Chinese) + " (急)", Chinese + " (急)" },
        { "a" + Q("utf-8", "é") + "b", "aéb" }, { "[list] " + B("utf-8", Chinese) + " and more", "[list] " + Chinese + " and more" },
        { "=?utf-8?Q?Hello World?=", "Hello World" }, // raw spaces inside
        { "=?utf-8?B?" + Convert.ToBase64String(In("utf-8", "通知")).TrimEnd('=') + "?=", "通知" }, // padding missing
        { "=?utf-8?B?" + Convert.ToBase64String(In("utf-8", "a")) + Convert.ToBase64String(In("utf-8", "b")) + "?=", "ab" }, // padding amid
        { "=?utf-8*zh-TW?B?" + Convert.ToBase64String(In("utf-8", "通知")) + "?=", "通知" }, // RFC 2231 language
        { "=?UTF-8?q?=E9=80=9A_=e7=9f=a5?=", "通 知" }, { "=?us-ascii?Q?plain?=", "plain" },
        { "=?x-unknown?B?" + Convert.ToBase64String(In("big5", Chinese)) + "?=", Chinese }, { "=?iso-8859-1?B?" + Convert.ToBase64String(In("big5", Chinese)) + "?=", Chinese },
        { "=?big5?B?" + Convert.ToBase64String(In("utf-8", Chinese)) + "?=", Chinese }, // utf-8 under a false name
        { "=?utf-8?Q?unfinished", "=?utf-8?Q?unfinished" }, { "=?utf-8?X?abc?=", "=?utf-8?X?abc?=" }, { "=??B?abc?=", "=??B?abc?=" },
        { "=?utf-8?Q?a=?= b", "a= b" }, { "=?utf-8?Q??=", "" }, { "1 =? 2 ?= 3", "1 =? 2 ?= 3" },
        { "=?utf-8?Q?open =?utf-8?Q?closed?=", "=?utf-8?Q?open closed" },
        { "two  spaces\tand\r\n tab", "two spaces and tab" }, { "\u202Egnp.exe", "gnp.exe" },
    };

    [Theory, MemberData(nameof(Words))]
    public void Encoded_words_read_as_their_writer_meant(string written, string read)
    {
        Assert.Equal(read, HeaderText.Decode(System.Text.Encoding.UTF8.GetBytes(written), new CharsetContext()));
    }

    [Theory]
    [InlineData("big5", "期中考試時間調整通知"), InlineData("utf-8", "期中考試時間調整通知"), InlineData("gb2312", "会议记录通知"), InlineData("shift_jis", "会議の資料"), InlineData("euc-kr", "안녕하세요")]
    public void A_character_split_across_adjacent_words_is_joined_before_decoding(string charset, string text)
    {
        var bytes = In(charset, text);
        for (var cut = 1; cut < bytes.Length; cut++)
        {
            var field = $"=?{charset}?B?{Convert.ToBase64String(bytes[..cut])}?=\r\n =?{charset}?B?{Convert.ToBase64String(bytes[cut..])}?=";
            Assert.Equal(text, HeaderText.Decode(System.Text.Encoding.ASCII.GetBytes(field), new CharsetContext()));
        }
    }

    [Theory]
    [InlineData("big5"), InlineData("utf-8"), InlineData("gb18030")]
    public void A_raw_eight_bit_subject_is_read(string charset)
    {
        var message = Of("Subject: ", In(charset, "期中考试通知".Replace('试', charset == "big5" ? '試' : '试')), "\nFrom: a@b.c\n\nhi\n");
        Assert.Equal("期中考试通知".Replace('试', charset == "big5" ? '試' : '试'), Facts(message).Subject);
        Assert.Equal(Facts(message).Subject, HeaderScan.Scan(message).Subject);
    }

    public static TheoryData<string, string> Addresses() => new()
    {
        { "a@example.org", "|a@example.org" }, { "Ann <a@example.org>", "Ann|a@example.org" }, { "\"Doe, Ann\" <a@example.org>", "Doe, Ann|a@example.org" },
        { "a@example.org (Ann)", "Ann|a@example.org" }, { "a@x.org, b@x.org", "|a@x.org;|b@x.org" }, { "A <a@x.org>; B <b@x.org>", "A|a@x.org;B|b@x.org" },
        { "undisclosed-recipients:;", "" }, { "Team: a@x.org, B <b@x.org>;", "|a@x.org;B|b@x.org" }, { "<@r1,@r2:a@x.org>", "|a@x.org" },
        { "\"Ann\" a@x.org", "Ann|a@x.org" }, { "Ann <a@x.org", "Ann|a@x.org" }, { "<>", "" }, { ",,", "" }, { "just a name", "|just a name" },
        { "\"broken <a@x.org>, b@x.org", "broken|a@x.org;|b@x.org" }, { "\"a\\\"b\" <a@x.org>", "a\"b|a@x.org" }, { "a@x.org <a@x.org>", "a@x.org|a@x.org" },
        { "<a@x.org> (nested (comment))", "nested (comment)|a@x.org" }, { B("big5", "王小明") + " <w@x.org>", "王小明|w@x.org" },
        { "\"" + B("utf-8", "王, 小明") + "\" <w@x.org>", "王, 小明|w@x.org" }, { Q("utf-8", "王, 小明") + " <w@x.org>, b@x.org", "王, 小明|w@x.org;|b@x.org" },
        { "用戶@例子.台灣", "|用戶@例子.台灣" }, { "=?utf-8?Q?a=40x.org?=", "|a@x.org" }, { "rite1@reset.jp@host.jp", "|rite1@reset.jp@host.jp" },
    };

    [Theory, MemberData(nameof(Addresses))]
    public void Address_fields_yield_their_parties(string field, string expected)
    {
        var parties = AddressField.Parse(field, 100, new CharsetContext());
        Assert.Equal(expected, string.Join(';', parties.Select(p => $"{p.Name}|{p.Address}")));
    }

    [Fact]
    public void A_backslash_as_second_byte_of_a_raw_Big5_name_escapes_nothing()
    {
        // The second byte of each of 許功蓋 is the ASCII backslash.
        var message = Of("From: \"", In("big5", "許功蓋"), "\" <x@example.org>\n\nhi");
        var from = Assert.Single(Facts(message).From);
        Assert.Equal(("許功蓋", "x@example.org"), (from.Name, from.Address));
    }

    public static TheoryData<string, string> Names() => new()
    {
        { "filename=report.pdf", "report.pdf" }, { "filename=\"my report.pdf\"", "my report.pdf" }, { "filename=my report.pdf", "my report.pdf" },
        { "filename=\"C:\\\\Users\\\\me\\\\a.doc\"", "a.doc" }, { "filename=\"C:\\Users\\me\\b.doc\"", "b.doc" }, { "filename=../../etc/passwd", "passwd" },
        { "filename*=utf-8''" + Percent("utf-8", "會議紀錄.docx"), "會議紀錄.docx" }, { "filename*=big5''" + Percent("big5", "會議紀錄.docx"), "會議紀錄.docx" },
        { "filename*=gb2312'zh-CN'" + Percent("gb2312", "会议记录.docx"), "会议记录.docx" }, { "filename*=iso-2022-jp''" + Percent("iso-2022-jp", "資料.pdf"), "資料.pdf" },
        { "filename*=euc-kr''" + Percent("euc-kr", "자료.hwp"), "자료.hwp" }, { "filename*=" + Percent("utf-8", "無引號.txt"), "無引號.txt" }, { "filename*=''plain.txt", "plain.txt" },
        { "filename*0=\"long \"; filename*1=\"name\"; filename*2=\".txt\"", "long name.txt" },
        { "filename*1=\"name.txt\"; filename*0=\"long \"", "long name.txt" },
        { "filename*0*=utf-8''" + Percent("utf-8", "會議") + "; filename*1*=" + Percent("utf-8", "紀錄") + "; filename*2=.docx", "會議紀錄.docx" },
        { "filename*0*=big5''" + Percent("big5", "會")[..3] + "; filename*1*=" + Percent("big5", "會")[3..] + "; filename*2=.doc", "會.doc" }, // split within a character
        { "filename=plain.txt; filename*=utf-8''" + Percent("utf-8", "會議.txt"), "會議.txt" },
        { "filename=\"" + B("big5", "會議紀錄.docx") + "\"", "會議紀錄.docx" }, { "filename=" + B("utf-8", "會議紀錄.docx"), "會議紀錄.docx" },
        { "filename=\"" + B("utf-8", "會議") + " " + B("utf-8", "紀錄.docx") + "\"", "會議紀錄.docx" },
        { "filename*0=\"" + B("utf-8", "會議") + "\"; filename*1=\"" + B("utf-8", "紀錄.docx") + "\"", "會議紀錄.docx" },
        { "filename=\"" + Percent("utf-8", "會議") + ".docx\"", "會議.docx" }, { "filename=\"100%25.txt\"", "100%25.txt" },
        { "filename=\"a\"b\".txt\"", "a_b_.txt" }, { "filename=\"a;b.txt\"", "a;b.txt" }, { "filename=\"a.txt\" size=5", "a.txt" },
        { "filename=\"\u202Efdp.exe\"", "fdp.exe" }, { "filename=\"a\u0000b.txt\"", "ab.txt" }, { "filename=\"..\"", "part-0.bin" }, { "filename=", "part-0.bin" },
        { "filename=\"" + new string('x', 500) + ".pdf\"", new string('x', 196) + ".pdf" },
    };

    [Theory, MemberData(nameof(Names))]
    public void File_names_are_found_in_every_form(string parameters, string expected)
    {
        var message = Of($"Subject: x\nContent-Type: application/octet-stream\nContent-Disposition: attachment; {parameters}\n\nbody");
        Assert.Equal(expected, Assert.Single(Facts(message).Attachments).FileName);
    }

    [Theory]
    [InlineData("big5", "會議紀錄.docx"), InlineData("utf-8", "會議紀錄.docx"), InlineData("gb18030", "会议记录.docx"), InlineData("shift_jis", "会議の資料.pdf")]
    public void A_raw_eight_bit_file_name_is_read(string charset, string name)
    {
        var message = Of("Content-Type: application/pdf; name=\"", In(charset, name), "\"\n\nbody");
        Assert.Equal(name, Assert.Single(Facts(message).Attachments).FileName);
    }

    [Theory]
    [InlineData("setup.exe", true), InlineData("a.pdf.exe", true), InlineData("invoice.pdf.html", true), InlineData("x.docm", true), InlineData("x.JS", true),
     InlineData("run.lnk ", true), InlineData("disk.iso", true), InlineData("a.svg", true), InlineData("photo.jpg", false), InlineData("會議.docx", false),
     InlineData("v1.2.pdf", false), InlineData("a.tar.gz", false), InlineData("letter.pdf.p7m", false), InlineData("nothing", false), InlineData("\u202Efdp.a", true)]
    public void Dangerous_names_are_known(string name, bool expected) => Assert.Equal(expected, DangerousFiles.Is(name, "application/octet-stream"));

    [Fact]
    public void A_program_by_type_is_dangerous_whatever_its_name() => Assert.True(DangerousFiles.Is("letter.txt", "application/x-msdownload"));
}
