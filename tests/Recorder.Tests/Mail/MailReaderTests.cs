using System.Text;
using CsCheck;
using Recorder.Mail;
using static Recorder.Tests.Mail.MailBytes;

namespace Recorder.Tests.Mail;

public class MailReaderTests
{
    private const string Mixed = """
        From: Ann <a@example.org>
        To: b@example.org, "C, D" <c@example.org>
        Cc: d@example.org
        Date: Mon, 2 Mar 2026 10:00:00 +0800
        Message-ID: <1@example.org>
        Subject: Report
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary=outer

        preamble
        --outer
        Content-Type: multipart/alternative; boundary=inner

        --inner
        Content-Type: text/plain

        plain words
        --inner
        Content-Type: text/html

        <p>marked <b>words</b></p><img src="cid:pic@1"><img src="http://evil.example/x.gif">
        --inner--
        --outer
        Content-Type: image/png; name=pic.png
        Content-ID: <pic@1>
        Content-Disposition: inline
        Content-Transfer-Encoding: base64

        iVBORw0KGgo=
        --outer
        Content-Type: message/rfc822

        Subject: Inner note
        From: x@example.org

        inner words
        --outer
        Content-Type: application/pdf
        Content-Disposition: attachment; filename="a.pdf.exe"
        Content-Transfer-Encoding: quoted-printable

        a=3Db=
        c
        --outer--
        epilogue
        """;

    [Fact]
    public void An_ordinary_message_yields_all_its_facts()
    {
        var facts = Facts(Mixed);
        Assert.Equal(("Report", "1@example.org"), (facts.Subject, facts.MessageId));
        Assert.Equal([new MailParty("Ann", "a@example.org")], facts.From);
        Assert.Equal([new MailParty("", "b@example.org"), new MailParty("C, D", "c@example.org")], facts.To);
        Assert.Equal("d@example.org", Assert.Single(facts.Cc).Address);
        Assert.Equal(new DateTimeOffset(2026, 3, 2, 10, 0, 0, TimeSpan.FromHours(8)), facts.SentAt);
        Assert.Equal(["plain words", "marked words", "Inner note", "inner words"], facts.Text.ReplaceLineEndings("\n").Split('\n'));
        Assert.StartsWith("plain words marked words", facts.Summary);
        Assert.Equal(ReadFlags.None, facts.Flags);
    }

    [Fact]
    public void Attachments_are_listed_with_decoded_sizes_and_opened_by_the_same_number()
    {
        var facts = Facts(Mixed);
        Assert.Equal(["pic.png", "Inner note.eml", "a.pdf.exe"], facts.Attachments.Select(a => a.FileName));
        Assert.Equal([8L, 55L, 4L], facts.Attachments.Select(a => a.SizeBytes));
        Assert.Equal([true, false, false], facts.Attachments.Select(a => a.IsInline));
        Assert.Equal([false, false, true], facts.Attachments.Select(a => a.IsDangerous));
        Assert.Equal("pic@1", facts.Attachments[0].ContentId);
        foreach (var attachment in facts.Attachments)
            Assert.Equal(attachment.SizeBytes, Part(Of(Mixed), attachment.Index).Length);
        Assert.Equal("a=bc", Encoding.ASCII.GetString(Part(Of(Mixed), facts.Attachments[2].Index)));
        Assert.StartsWith("Subject: Inner note\r\n", Encoding.ASCII.GetString(Part(Of(Mixed), facts.Attachments[1].Index)));
    }

    [Fact]
    public void A_part_of_a_stream_that_cannot_seek_opens_too()
    {
        using var part = new MailReader().OpenPart(new OneWay(Of(Mixed)), Facts(Mixed).Attachments[2].Index);
        Assert.Equal("a=bc", new StreamReader(part!.Content).ReadToEnd());
    }

    [Theory, InlineData(-1), InlineData(99)]
    public void An_unknown_part_is_null(int index) => Assert.Null(new MailReader().OpenPart(new MemoryStream(Of(Mixed)), index));

    [Fact]
    public void A_view_shows_inline_parts_under_our_urls_and_leaves_out_what_is_elsewhere()
    {
        var view = View(Of(Mixed), new MailViewOptions(PartUrl: n => $"/messages/7/parts/{n}"));
        Assert.Contains("<b>words</b>", view.Html);
        Assert.Contains("src=\"/messages/7/parts/2\"", view.Html);
        Assert.DoesNotContain("evil", view.Html);
        Assert.True(view.HasRemoteContent);
        Assert.Equal("plain words", view.Text);
        Assert.Contains(new HeaderLine("Subject", "Report"), view.Headers);
        Assert.Contains("http://evil.example/x.gif", View(Of(Mixed), new MailViewOptions(ShowRemoteContent: true)).Html);
    }

    [Fact]
    public void Plain_text_beside_the_markup_is_shown_with_it()
    {
        var message = Of("Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>one</p>\n--b\nContent-Type: text/plain\n\n<list footer>\n--b--\n");
        Assert.Equal("<p>one</p><pre>&lt;list footer&gt;</pre>", View(message).Html!.ReplaceLineEndings(""));
    }

    [Fact]
    public void A_plain_message_has_no_markup() => Assert.Null(View(Of("Subject: x\n\n<b>not bold</b>")).Html);

    [Fact]
    public void Markup_too_tangled_to_show_is_shown_as_text()
    {
        var view = View(Of("Content-Type: text/html\n\n", string.Concat(Enumerable.Repeat("<p>word ", 50_000))));
        Assert.Null(view.Html);
        Assert.StartsWith("word", view.Text);
    }

    public static TheoryData<string, string, string, string, ReadFlags> Malformed() => new()
    {
        { "body only", "no header here\njust words", "", "no header here\r\njust words", ReadFlags.Unparsed },
        { "empty", "", "", "", ReadFlags.Unparsed },
        { "header only", "Subject: s\n", "s", "", ReadFlags.None },
        { "header without line end", "Subject: s", "s", "", ReadFlags.None },
        { "mbox line", "From a@b Mon Jan  1 00:00:00 2026\nSubject: s\n\nbody", "s", "body", ReadFlags.None },
        { "quoted mbox line", ">From a@b Mon Jan  1 00:00:00 2026\nSubject: s\n\nbody", "s", "body", ReadFlags.None },
        { "stray first line", "garbage line\nSubject: s\n\nbody", "s", "body", ReadFlags.None },
        { "line without colon amid", "Subject: s\nthis is no field\nTo: a@b.c\n\nbody", "s", "body", ReadFlags.None },
        { "byte order mark", "\uFEFFSubject: s\n\nbody", "s", "body", ReadFlags.None },
        { "no end boundary", "Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nbody", "s", "body", ReadFlags.None },
        { "boundary never used", "Subject: s\nContent-Type: multipart/mixed; boundary=b\n\nbody", "s", "body", ReadFlags.None },
        { "multipart without boundary", "Subject: s\nContent-Type: multipart/mixed\n\nbody", "s", "body", ReadFlags.None },
        { "unknown transfer encoding", "Subject: s\nContent-Transfer-Encoding: plain\n\nbody", "s", "body", ReadFlags.None },
        { "base64 that is none", "Subject: s\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\nthese are plain words", "s", "these are plain words", ReadFlags.None },
        { "broken content type", "Subject: s\nContent-Type: text\n\nbody", "s", "body", ReadFlags.None },
        { "two subjects", "Subject: s\nSubject: t\nMessage-ID: <a>\nMessage-ID: <b>\n\nbody", "s", "body", ReadFlags.None },
        { "garbage at the end of a header", "Subject: s\ngarbage", "s", "", ReadFlags.Unparsed },
        { "NUL bytes", "Subject: s\0t\n\nbo\0dy", "st", "bo\0dy", ReadFlags.None },
    };

    [Theory, MemberData(nameof(Malformed))]
    public void Malformed_mail_is_read_as_far_as_it_goes(string what, string message, string subject, string text, ReadFlags flags)
    {
        var facts = Facts(message);
        Assert.Equal((what, subject, text, flags), (what, facts.Subject, facts.Text, facts.Flags));
        var lf = Facts(Encoding.UTF8.GetBytes(message));
        Assert.Equal((subject, text.ReplaceLineEndings("\n")), (lf.Subject, lf.Text));
    }

    [Fact]
    public void An_old_Mac_message_with_only_carriage_returns_does_not_throw() =>
        Assert.NotNull(Facts("Subject: s\r\rbody"u8.ToArray()));

    [Fact]
    public void A_fragment_and_a_uuencoded_body_are_kept_as_they_are()
    {
        var partial = Facts("Subject: s\nContent-Type: message/partial; id=x; number=1; total=2\n\nSubject: inner\n\nbody");
        Assert.Equal("message/partial", Assert.Single(partial.Attachments).ContentType);
        Assert.Contains("begin 644 a.txt", Facts("Subject: s\n\nbegin 644 a.txt\n#0V%T\n`\nend\n").Text);
    }

    [Fact]
    public void Both_forms_of_one_body_are_found_once()
    {
        var facts = Facts("Content-Type: multipart/alternative; boundary=b\n\n--b\n\nSame words\nhere\n--b\nContent-Type: text/html\n\n<p>Same words<br>here</p>\n--b--");
        Assert.Equal("Same words\r\nhere", facts.Text);
    }

    [Fact]
    public void A_digest_lists_its_messages()
    {
        var facts = Facts("Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: one/two\n\nfirst\n--b\n\nno subject at all\n\nsecond\n--b--");
        Assert.Equal(["one_two.eml", "part-2.eml"], facts.Attachments.Select(a => a.FileName));
        Assert.Contains("second", facts.Text);
    }

    [Fact]
    public void Text_beyond_the_limit_is_cut_and_flagged()
    {
        var facts = Facts("Subject: s\n\n" + new string('x', 5_000), new MailReadLimits { MaxTextLength = 1_000 });
        Assert.Equal((1_000, ReadFlags.Truncated), (facts.Text.Length, facts.Flags));
        Assert.Equal(200, facts.Summary.Length);
    }

    [Fact]
    public void A_failing_stream_is_not_mistaken_for_unreadable_content() =>
        Assert.Throws<IOException>(() => new MailReader().ReadFacts(new Failing(), CancellationToken.None));

    [Fact]
    public void Cancellation_stops_the_reading() =>
        Assert.ThrowsAny<OperationCanceledException>(() => new MailReader().ReadFacts(new MemoryStream(Of(Mixed)), new CancellationToken(true)));

    [Fact]
    public void Random_bytes_never_throw() =>
        Gen.Byte.Array[0, 600].Sample(bytes =>
        {
            Facts(bytes);
            View(bytes);
            HeaderScan.Scan(bytes);
            new MailReader().OpenPart(new MemoryStream(bytes), 0)?.Dispose();
        }, iter: 300);

    [Fact]
    public void Cut_and_spliced_messages_never_throw_and_every_listed_part_opens() =>
        Gen.Select(Gen.Int[0, 1200], Gen.Int[0, 1200], Gen.Byte.Array[0, 8], Gen.String[Gen.Char["\r\n-:;=\"?<>&outerinb "], 0, 30]).Sample((cut, to, junk, text) =>
        {
            var whole = Of(Mixed);
            var message = Of(whole[..Math.Min(cut, whole.Length)], junk, text, whole[Math.Min(to, whole.Length)..]);
            foreach (var attachment in Facts(message).Attachments)
                Assert.Equal(attachment.SizeBytes, Part(message, attachment.Index).Length);
            View(message, new MailViewOptions(true, n => $"/{n}"));
        }, iter: 300);

    private sealed class OneWay(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }

    private sealed class Failing : MemoryStream
    {
        public override int Read(byte[] buffer, int offset, int count) => throw new IOException("disk");
    }
}
