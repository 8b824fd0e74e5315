using System.Text;
using Recorder.Delivery.Outbox;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Delivery;

public sealed class SafeCopyTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("see http://a.example/x", "see hxxp://a.example/x")]
    [InlineData("請點http://a.example/x", "請點hxxp://a.example/x")]
    [InlineData("HTTPS://a.example", "hxxps://a.example")]
    [InlineData("ftp://a.example and javascript://b", "ftp[:]//a.example and javascript[:]//b")]
    [InlineData("www.a.example or mailto:a@b.example", "www[.]a.example or mailto[:]a@b.example")]
    [InlineData("nothing to see", "nothing to see")]
    public void Links_are_spelled_out_and_open_nowhere(string text, string disarmed) => Assert.Equal(disarmed, Recorder.Mail.DisarmedText.Of(text));

    [Fact]
    public void A_copy_says_what_the_message_says_and_carries_nothing_of_it()
    {
        var original = Encoding.UTF8.GetBytes(
            "From: =?utf-8?q?Bank=0D=0ABcc=3A?= <a@bank.example>\r\nSubject: Your account\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
            + "--b\r\nContent-Type: text/html\r\n\r\n<p>Sign in at <a href=\"http://evil.example\">http://bank.example</a><script>run()</script><img src=\"http://evil.example/x.png\"></p>\r\n"
            + "--b\r\nContent-Type: application/octet-stream; name=invoice.exe\r\nContent-Disposition: attachment; filename=invoice.exe\r\n\r\nMZ-harmful-bytes\r\n--b--\r\n");
        var facts = new MailReader().ReadFacts(new MemoryStream(original), CancellationToken.None);
        var dispatch = new Dispatch("0190", DispatchKind.SafeCopy, "alice@example.edu", "alice@example.edu", "", 0, "alice@example.edu", Noon, DispatchState.Pending, 0, Noon, null, null);
        var bytes = SafeCopy.Build("recorder.example", dispatch, Mails.Envelope(Noon, Mails.To("alice@example.edu")), facts);

        var raw = Encoding.ASCII.GetString(bytes);
        Assert.Contains("Auto-Submitted: auto-generated", raw);
        Assert.DoesNotContain("\nBcc:", raw);
        Assert.DoesNotMatch("[^\r]\n", raw);
        var copy = new MailReader().ReadFacts(new MemoryStream(bytes), CancellationToken.None);
        Assert.Equal("[Safe copy 純文字副本] Your account", copy.Subject);
        Assert.Empty(copy.Attachments);
        Assert.Contains("hxxp://bank.example", copy.Text);
        Assert.Contains("invoice.exe, 16 bytes", copy.Text);
        Assert.Contains("<a@bank.example>", copy.Text);
        Assert.DoesNotContain("http://", copy.Text);
        Assert.DoesNotContain("run()", copy.Text);
        Assert.DoesNotContain("MZ-harmful", copy.Text);
    }
}
