using Recorder.Mail;
using static Recorder.Tests.Mail.MailBytes;

namespace Recorder.Tests.Mail;

public class HeaderScanTests
{
    [Fact]
    public void The_header_alone_tells_what_the_hot_path_needs()
    {
        var message = Of($"""
            Received: from a by b;
             Mon, 1 Jan 2026 00:00:00 +0000
            received: from c by a
            X-Recorder-Trace: first
            x-recorder-trace: second
            Message-ID: <1@example.org>
            Subject: {B("big5", "開會通知")}
            List-Id: Announcements <News.Example.ORG>
            From: A <a@example.org>, b@example.net

            Received: in the body
            """);
        var facts = HeaderScan.Scan(message, "X-Recorder-Trace");
        Assert.Equal(2, facts.ReceivedFieldCount);
        Assert.Equal("1@example.org", facts.MessageId);
        Assert.Equal("開會通知", facts.Subject);
        Assert.Equal("news.example.org", facts.ListId);
        Assert.Equal(["first", "second"], facts.TraceValues);
        Assert.Equal(["a@example.org", "b@example.net"], facts.From.Select(p => p.Address));
        Assert.False(facts.IsTruncated);
    }

    [Fact]
    public void A_stream_is_read_no_further_than_its_header()
    {
        var message = Of("Subject: x\n", string.Concat(Enumerable.Repeat("X-A: b\n", 10_000)), "\n", new string('b', 1_000_000));
        using var stream = new MemoryStream(message);
        Assert.Equal("x", HeaderScan.Scan(stream).Subject);
        Assert.InRange(stream.Position, 1, 200_000);
    }

    [Fact]
    public void A_header_without_end_is_cut_at_the_limit()
    {
        var limits = new MailReadLimits { MaxHeaderBytes = 10_000 };
        var message = Of("Subject: x\n", string.Concat(Enumerable.Repeat("Received: b\n", 10_000)));
        var facts = HeaderScan.Scan(new MemoryStream(message), "", limits);
        Assert.True(facts.IsTruncated);
        Assert.Equal("x", facts.Subject);
        Assert.InRange(facts.ReceivedFieldCount, 100, 1_000);
    }

    [Fact]
    public void Verdict_fields_come_in_order_and_unfolded()
    {
        var message = Of("X-Spam-Flag: YES\nAuthentication-Results: us; spf=pass\n dkim=pass\nauthentication-results: them\nSubject: s\n\n");
        var fields = HeaderScan.Fields(message, ["Authentication-Results", "X-Spam-Flag"]);
        Assert.Equal(["YES", "us; spf=pass dkim=pass", "them"], fields.Select(f => f.Value));
    }

    [Theory]
    [InlineData("Re: Meeting", "meeting"), InlineData("RE: Fwd: Re[2]: Meeting", "meeting"), InlineData("回覆: 開會通知", "開會通知"), InlineData("回覆：轉寄: 開會通知", "開會通知"),
     InlineData("Fw:Re:回复：会议", "会议"), InlineData("AW: WG: Termin", "termin"), InlineData("Research: a", "research: a"), InlineData("re", "re"), InlineData("", ""), InlineData("Re :  A   b", "a b")]
    public void Reply_prefixes_do_not_part_a_conversation(string subject, string expected) => Assert.Equal(expected, ClusterKey.Normalise(subject));

    [Fact]
    public void Messages_of_a_list_share_the_start_of_their_key()
    {
        var first = ClusterKey.Of(HeaderScan.Scan(Of("List-Id: <a.example.org>\nSubject: One\nFrom: x@One.example\n\n")));
        Assert.Equal("a.example.org|one|one.example", first);
        var bare = ClusterKey.Of(HeaderScan.Scan("no header at all"u8));
        Assert.Equal("||", bare);
        Assert.True(ClusterKey.Of(HeaderScan.Scan(Of("Subject: " + new string('長', 900) + "\n\n"))).Length <= 200);
    }
}
