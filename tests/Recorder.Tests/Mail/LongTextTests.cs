using System.Text;
using Recorder.Mail;

namespace Recorder.Tests.Mail;

public class LongTextTests
{
    private static readonly MailReader Reader = new(new MailReadLimits { MaxTextLength = 1000 });

    [Theory]
    [InlineData("us-ascii", 'a')]
    [InlineData("utf-8", 'a')]
    [InlineData("utf-8", '文')]
    public void A_text_over_the_limit_is_cut_there_and_flagged(string charset, char letter)
    {
        var text = string.Concat(Enumerable.Range(0, 400).Select(number => $"{letter}{letter} {number}\n"));
        var facts = Read($"Content-Type: text/plain; charset={charset}\r\n\r\n{text}");
        Assert.StartsWith(text[..900], facts.Text);
        Assert.Equal(1000, facts.Text.Length);
        Assert.True(facts.Flags.HasFlag(ReadFlags.Truncated));
    }

    [Fact]
    public void Seven_bits_that_are_not_ascii_are_decoded_before_they_are_cut()
    {
        var text = new string('語', 900);
        var facts = new MailReader(new MailReadLimits { MaxTextLength = 1000 }).ReadFacts(new MemoryStream(
            [.. Encoding.ASCII.GetBytes("Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n"), .. CodePagesEncodingProvider.Instance.GetEncoding(50220)!.GetBytes(text)]), TestContext.Current.CancellationToken);
        Assert.Equal(text, facts.Text);
        Assert.False(facts.Flags.HasFlag(ReadFlags.Truncated));
    }

    [Fact]
    public void Several_texts_share_the_limit_in_their_order()
    {
        var facts = Read($"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nfirst\r\n--b\r\n\r\nsecond\r\n--b\r\n\r\n{new string('x', 2000)}\r\n--b--\r\n");
        Assert.Equal("first\nsecond\n" + new string('x', 987), facts.Text);
        Assert.True(facts.Flags.HasFlag(ReadFlags.Truncated));
    }

    private static MailFacts Read(string message) => Reader.ReadFacts(new MemoryStream(Encoding.UTF8.GetBytes(message)), TestContext.Current.CancellationToken);
}
