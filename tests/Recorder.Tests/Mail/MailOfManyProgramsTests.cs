using System.Text;
using Recorder.Mail;

namespace Recorder.Tests.Mail;

/// <summary>What the programs of a university really send, each as its bytes arrive and as people must find it.</summary>
public class MailOfManyProgramsTests
{
    [Fact]
    public void A_flowed_paragraph_is_one_line_and_its_cut_words_are_found()
    {
        var message = MailBytes.Of("""
            Subject: s
            Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes

            > quoted 
            > on
            這是一行很長的 
            中文段落
             stuffed
            -- 
            name
            """);
        var view = MailBytes.View(message);
        Assert.Equal("> quotedon\n這是一行很長的中文段落\nstuffed\n-- \nname", view.Text);
        Assert.Contains("很長的中文段落", MailBytes.Facts(message).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("format=flowed", "two words\nend")]
    [InlineData("format=fixed", "two \r\nwords\r\nend")]
    public void Spaces_are_kept_unless_the_sender_says_they_are_not_the_texts(string format, string text) =>
        Assert.Equal(text, MailBytes.View(MailBytes.Of($"Subject: s\nContent-Type: text/plain; {format}\n\ntwo \nwords\nend")).Text);

    [Theory]
    [InlineData("big5-hkscs", new byte[] { 0xAD, 0xBB, 0xB4, 0xE4, 0x9D, 0xEF, 0x9D, 0xEE }, "香港嘅㗎")]
    [InlineData("big5", new byte[] { 0xA7, 0x41, 0xA6, 0x6E, 0xC6, 0xA1, 0xC6, 0xE7, 0xC7, 0x40 }, "你好①ぁす")]
    [InlineData("big5", new byte[] { 0xA7, 0xBB, 0xF9, 0xD6, 0x87, 0x40 }, "宏碁䏰")]
    public void Big5_with_characters_that_its_code_page_lacks_is_read(string charset, byte[] bytes, string text)
    {
        var context = new CharsetContext();
        Assert.Equal(text, CharsetRepair.Decode(bytes, charset, context));
        Assert.False(context.IsGuessed);
    }

    [Fact]
    public void Simplified_text_under_the_name_of_Big5_is_still_taken_for_what_it_is()
    {
        string[] texts = ["其中七千人前去普查，群众确实起来了，请各位老师同学准时参加期中考试。", "生日快乐祝福语"];
        foreach (var text in texts)
            Assert.Equal(text, CharsetRepair.Decode(MailBytes.In("gb18030", text), "big5", new CharsetContext()));
    }

    [Fact]
    public void Utf_32_is_told_from_utf_16_by_its_mark() =>
        Assert.Equal("寬字元", CharsetRepair.Decode([.. Encoding.UTF32.GetPreamble(), .. Encoding.UTF32.GetBytes("寬字元")], "utf-32", new CharsetContext()));

    private const string Invitation = """
        BEGIN:VCALENDAR
        METHOD:REQUEST
        BEGIN:VTIMEZONE
        TZID:Asia/Taipei
        DTSTART:19700101T000000
        END:VTIMEZONE
        BEGIN:VEVENT
        UID:not-for-people
        DTSTART;TZID=Asia/Taipei:20261210T140000
        DTEND:20261210T070000Z
        SUMMARY:系務會議
        LOCATION:第三會議室\, 二樓
        DESCRIPTION:bring the pap
         ers\nand lunch
        ORGANIZER;CN="Chair, A":mailto:chair@example.org
        BEGIN:VALARM
        DESCRIPTION:REMINDER
        END:VALARM
        END:VEVENT
        END:VCALENDAR
        """;

    [Fact]
    public void An_invitation_alone_is_shown_in_words_and_found_by_them()
    {
        var message = MailBytes.Of("Subject: s\nContent-Type: text/calendar; charset=utf-8; method=REQUEST\n\n", Invitation, "\n");
        const string Words = "2026-12-10 14:00 Asia/Taipei\n2026-12-10 07:00 UTC\n系務會議\n第三會議室, 二樓\nbring the papers\nand lunch\nChair, A <chair@example.org>\n";
        Assert.Equal(Words, MailBytes.View(message).Text);
        Assert.Equal(Words, MailBytes.Facts(message).Text);
        Assert.Equal("part-0.ics", Assert.Single(MailBytes.Facts(message).Attachments).FileName);
    }

    [Fact]
    public void A_message_that_is_nothing_but_others_shows_what_they_say()
    {
        var view = MailBytes.View(MailBytes.Of(
            "Subject: s\nContent-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: one\n\nfirst words\n--b\n\nSubject: two\n\nsecond words\n--b--\n"));
        Assert.Equal(["one", "first words", "two", "second words"], view.Text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(["one.eml", "two.eml"], view.Facts.Attachments.Select(part => part.FileName));
    }

    [Theory]
    [InlineData("\n\n_______\nList footer\n")]
    [InlineData("QQ==\n_______\nList footer\n")]
    [InlineData("\n--outer--\nList footer\n")]
    public void A_footer_behind_base64_spoils_nothing_before_it(string footer)
    {
        const string text = "各位老師同學大家好";
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
        var message = MailBytes.Of("Subject: s\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n", encoded[..20], "\n", encoded[20..], footer);
        Assert.StartsWith(text, MailBytes.View(message).Text, StringComparison.Ordinal);
        Assert.Contains("List footer", MailBytes.View(message).Text, StringComparison.Ordinal);
        Assert.False(MailBytes.Facts(message).Flags.HasFlag(ReadFlags.CharsetGuessed));
    }

    [Fact]
    public void Junk_within_base64_is_skipped()
    {
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes("各位老師同學大家好"));
        Assert.Equal("各位老師同學大家好", MailBytes.View(MailBytes.Of(
            "Subject: s\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n", encoded[..8], "!!\n##", encoded[8..], "\n")).Text);
    }

    [Fact]
    public void An_empty_content_type_means_plain_text() =>
        Assert.Equal("words\r\n", MailBytes.View(MailBytes.Of("Subject: s\nContent-Type: \n\nwords\n")).Text);
}
