using System.Text;
using Recorder.Mail;

namespace Recorder.Tests.Mail;

public class CharsetTests
{
    private const string Traditional = "親愛的同學：教務處公告期中考試時間調整通知，請於下週一前至系辦公室領取准考證。";
    private const string Simplified = "亲爱的同学：教务处公告期中考试时间调整的通知，请于下周一前到系办公室领取准考证。";
    private const string Japanese = "お世話になっております。会議の資料を送りますのでご確認ください。よろしくお願いします。";
    private const string Korean = "안녕하세요. 회의 자료를 보내드립니다. 확인 부탁드립니다. 감사합니다.";

    public static TheoryData<string, string, string> Honest() => new()
    {
        { "big5", "big5", Traditional }, { "Big5-HKSCS", "big5", Traditional }, { "cn-big5", "big5", Traditional },
        { "cp950", "big5", Traditional }, { "gb2312", "gb18030", Simplified }, { "GBK", "gb18030", Simplified },
        { "gb18030", "gb18030", Simplified + "㐀𠀀" }, { "x-gbk", "gb18030", "镕喆堃珺" }, { "gb2312", "gb18030", "朱镕基與陶喆" },
        { "shift_jis", "shift_jis", Japanese }, { "x-sjis", "shift_jis", Japanese + "①Ⅱ㈱" }, { "euc-jp", "euc-jp", Japanese },
        { "iso-2022-jp", "iso-2022-jp", Japanese }, { "csISO2022JP", "iso-2022-jp", Japanese },
        { "euc-kr", "ks_c_5601-1987", Korean }, { "ks_c_5601-1987", "ks_c_5601-1987", Korean + "똠방각하" }, { "utf-8", "utf-8", Traditional + Korean },
        { "UTF8", "utf-8", Traditional }, { "iso-8859-1", "windows-1252", "Grüße aus Köln – „schön“ €" }, { "koi8-r", "koi8-r", "Привет, мир" },
        { "windows-1251", "windows-1251", "Привет, мир" }, { "iso-8859-2", "iso-8859-2", "Příliš žluťoučký kůň" }, { "tis-620", "windows-874", "สวัสดีครับ" },
        { "windows-1256", "windows-1256", "مرحبا بالعالم" }, { "iso-8859-7", "iso-8859-7", "Καλημέρα κόσμε" }, { "hz-gb-2312", "hz-gb-2312", "会议记录" },
        { "utf-16le", "utf-16", Traditional }, { "utf-16be", "utf-16BE", Traditional },
    };

    [Theory, MemberData(nameof(Honest))]
    public void A_body_in_its_declared_charset_is_read_without_a_guess(string declared, string written, string text)
    {
        var context = new CharsetContext();
        Assert.Equal(text, CharsetRepair.Decode(MailBytes.In(written, text), declared, context));
        Assert.False(context.IsGuessed);
    }

    public static TheoryData<string?, string, string> Lying() => new()
    {
        { null, "big5", Traditional }, { "us-ascii", "big5", Traditional }, { "x-unknown", "big5", Traditional }, { "iso-8859-1", "big5", Traditional },
        { "utf-8", "big5", Traditional }, { "no-such-charset", "gb18030", Simplified }, { null, "gb18030", Simplified }, { "us-ascii", "gb18030", Simplified },
        { "iso-8859-1", "gb18030", Simplified }, { "windows-1252", "shift_jis", Japanese }, { null, "shift_jis", Japanese }, { null, "euc-jp", Japanese },
        { "utf-8", "iso-2022-jp", Japanese }, { null, "iso-2022-jp", Japanese }, { null, "ks_c_5601-1987", Korean }, { "iso-8859-1", "ks_c_5601-1987", Korean },
        { "us-ascii", "utf-8", Traditional }, { "big5", "utf-8", Traditional }, { "gb2312", "utf-8", Simplified }, { "iso-8859-1", "utf-8", Korean },
        { null, "windows-1252", "Grüße aus Köln – schön" }, { "us-ascii", "windows-1252", "It’s “quoted” here" }, { "utf-8", "windows-1252", "Réunion à l’école" },
        { null, "windows-1251", "Привет, как дела у вас сегодня, друзья мои" }, { null, "koi8-r", "Привет, как дела у вас сегодня, друзья мои" },
    };

    [Theory, MemberData(nameof(Lying))]
    public void A_body_whose_charset_is_missing_or_wrong_is_still_read(string? declared, string written, string text)
    {
        var context = new CharsetContext();
        Assert.Equal(text, CharsetRepair.Decode(MailBytes.In(written, text), declared, context));
        Assert.True(context.IsGuessed);
    }

    public static TheoryData<string, string> Short() => new()
    {
        { "big5", "你好" }, { "big5", "會議紀錄" }, { "big5", "開會通知" }, { "big5", "重要公告" }, { "big5", "台大計中" }, { "gb18030", "会议记录" }, { "gb18030", "关于放假的通知" },
        { "shift_jis", "会議の資料" }, { "shift_jis", "お知らせ" }, { "ks_c_5601-1987", "안녕하세요" }, { "ks_c_5601-1987", "회의 자료" }, { "euc-jp", "お知らせです" },
    };

    [Theory, MemberData(nameof(Short))]
    public void A_raw_subject_of_a_few_characters_is_told_apart_by_likelihood(string charset, string text) =>
        Assert.Equal(text, CharsetRepair.Decode(MailBytes.In(charset, text), null, new CharsetContext()));

    [Fact]
    public void One_broken_byte_does_not_turn_a_Big5_text_into_mojibake()
    {
        var bytes = MailBytes.In("big5", Traditional + Traditional).ToList();
        bytes.Insert(40, 0xFF);
        var context = new CharsetContext();
        Assert.Contains("准考證", CharsetRepair.Decode(bytes.ToArray(), "big5", context));
        Assert.True(context.IsGuessed);
    }

    [Fact]
    public void A_Big5_character_cut_at_the_end_costs_only_itself()
    {
        var bytes = MailBytes.In("big5", Traditional);
        Assert.StartsWith(Traditional[..30], CharsetRepair.Decode(bytes.AsSpan(0, bytes.Length - 1), "big5", new CharsetContext()));
    }

    [Fact]
    public void The_body_charset_decides_a_raw_subject_that_could_be_either()
    {
        var text = "重要"; // in GBK also valid Big5
        var message = MailBytes.Of("Subject: ", MailBytes.In("gb18030", text), "\nContent-Type: text/plain; charset=gb2312\n\n", MailBytes.In("gb18030", Simplified));
        Assert.Equal(text, MailBytes.Facts(message).Subject);
    }

    [Fact]
    public void Markup_that_names_its_own_charset_is_believed_when_the_part_is_silent()
    {
        var message = MailBytes.Of("Content-Type: text/html\n\n<meta http-equiv=content-type content='text/html; charset=windows-1251'><p>", MailBytes.In("windows-1251", "да"));
        Assert.Equal("да", MailBytes.Facts(message).Text);
    }

    [Theory]
    [InlineData("big5"), InlineData("gb18030"), InlineData("shift_jis"), InlineData("utf-8"), InlineData("iso-2022-jp"), InlineData("ks_c_5601-1987")]
    public void Random_bytes_under_any_label_decode_to_something(string label)
    {
        var random = new Random(20261101);
        for (var i = 0; i < 200; i++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            var text = CharsetRepair.Decode(bytes, label, new CharsetContext());
            Assert.Equal(bytes.Length == 0, text.Length == 0);
        }
    }
}
