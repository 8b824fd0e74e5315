using System.Text;
using Recorder.Smtp;
using Recorder.Smtp.Client;

namespace Recorder.Tests.Smtp.Client;

public sealed class CommandTests
{
    private const string Everything = "hop\nSIZE 1000\n8BITMIME\nSMTPUTF8\nDSN\nCHUNKING\nPIPELINING\nSTARTTLS";

    [Fact]
    public void Capabilities_are_read_in_any_case_and_order()
    {
        var features = CapabilityParser.Parse("PIPELINING is my name\nsize 10240000\n8bitmime\nStartTls\nAUTH=LOGIN\nauth plain CRAM-MD5\nXFORWARD NAME addr\ndsn");
        Assert.Equal(new NextHopCapabilities(10240000, EightBitMime: true, SmtpUtf8: false, Dsn: true, Chunking: false, Pipelining: false, XForward: true), features.Announced);
        Assert.True(features.StartTls);
        Assert.Equal(["CRAM-MD5", "LOGIN", "plain"], features.AuthMechanisms.Order(StringComparer.Ordinal));
        Assert.Contains("ADDR", features.XForwardAttributes);
    }

    [Theory]
    [InlineData("hop\nSIZE", true, 0)]
    [InlineData("hop\nSIZE 0", true, 0)]
    [InlineData("hop\nSIZE many", true, 0)]
    [InlineData("hop\nSIZE -5", true, 0)]
    [InlineData("hop\nSIZE 99999999999999999999999", true, 0)]
    [InlineData("hop\nSIZE 5", true, 5)]
    [InlineData("hop", false, 0)]
    [InlineData("", false, 0)]
    public void A_size_limit_is_a_number_or_none(string ehlo, bool announced, long limit)
    {
        var features = CapabilityParser.Parse(ehlo);
        Assert.Equal((announced, limit), (features.Size, features.Announced.MaxMessageBytes));
    }

    [Fact]
    public void Parameters_go_only_to_a_hop_that_announced_them()
    {
        var message = Samples.Message("x\r\n", ["b@example.edu"], "T: 1\r\n").With(new MailParameters(77, BodyType.EightBitMime, true, DsnReturn.Headers, "id+2B1"));
        var recipient = new EnvelopeRecipient("b@example.edu", "SUCCESS,FAILURE", "rfc822;b+40example.edu");

        var all = CapabilityParser.Parse(Everything);
        Assert.Equal("MAIL FROM:<a@example.org> SIZE=9 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=id+2B1", EnvelopeCommands.Mail(message, all));
        Assert.Equal("RCPT TO:<b@example.edu> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;b+40example.edu", EnvelopeCommands.Recipient(recipient, all));

        Assert.Equal("MAIL FROM:<a@example.org>", EnvelopeCommands.Mail(message, HopFeatures.None));
        Assert.Equal("RCPT TO:<b@example.edu>", EnvelopeCommands.Recipient(recipient, HopFeatures.None));
    }

    [Theory]
    [InlineData("b@example.edu", false)]
    [InlineData("用戶@example.edu", true)]
    public void SMTPUTF8_is_asked_for_where_an_address_needs_it(string address, bool asked) =>
        Assert.Equal(asked, EnvelopeCommands.Mail(Samples.Message(address), CapabilityParser.Parse(Everything)).Contains("SMTPUTF8"));

    [Fact]
    public void The_null_reverse_path_stays_null()
    {
        var message = Samples.Message() with { Envelope = new Envelope("", [new("b@example.edu")], MailParameters.None) };
        Assert.Equal("MAIL FROM:<>", EnvelopeCommands.Mail(message, HopFeatures.None));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("a@b", true)]
    [InlineData("\"a b>\\\"c\"@d", true)]
    [InlineData("用戶@例子", true)]
    [InlineData("a@b> SIZE=0", false)]
    [InlineData("a b@c", false)]
    [InlineData("a@b\r\nRCPT TO:<x@y", false)]
    [InlineData("\"a\r\nb\"@c", false)]
    [InlineData("\"a\\\rb\"@c", false)]
    [InlineData("\"a@b", false)]
    [InlineData("\"a\\\"@b", false)]
    [InlineData("a\u00a0b@c", false)]
    [InlineData("\"\\\\\" x@b", false)]
    public void A_path_cannot_become_another_command_or_parameter(string path, bool safe) =>
        Assert.Equal(safe, PathSyntax.IsSafePath(path));

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a+b=c d", "a+2Bb+3Dc+20d")]
    [InlineData("\r\n\x7f", "+0D+0A+7F")]
    [InlineData("中", "+E4+B8+AD")]
    public void Xtext_leaves_no_byte_that_could_end_a_value(string text, string encoded) =>
        Assert.Equal(encoded, Xtext.Encode(text));

    [Fact]
    public void XFORWARD_tells_only_what_was_announced_and_known()
    {
        var facts = new XForwardFacts("mx a.example", "2001:db8::1", "1025", "ESMTP", "he=lo", null, "REMOTE");
        var announced = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "name", "ADDR", "HELO", "IDENT" };
        Assert.Equal(["XFORWARD NAME=mx+20a.example ADDR=IPV6:2001:db8::1 HELO=he+3Dlo"], XForwardCommands.For(facts, announced));
        Assert.Empty(XForwardCommands.For(facts, new HashSet<string>()));
        Assert.Empty(XForwardCommands.For(null, announced));
        Assert.Empty(XForwardCommands.For(new XForwardFacts(), announced));
    }

    [Fact]
    public void XFORWARD_lines_stay_within_what_Postfix_reads()
    {
        var facts = new XForwardFacts(new string('n', 250), "192.0.2.1", "1", "SMTP", new string('h', 250), new string('i', 256), "LOCAL");
        string[] all = ["NAME", "ADDR", "PORT", "PROTO", "HELO", "IDENT", "SOURCE"];
        var commands = XForwardCommands.For(facts, all.ToHashSet());
        Assert.All(commands, c => Assert.True(c.Length <= 510));
        Assert.Equal(2, commands.Count);
        Assert.DoesNotContain("IDENT", string.Concat(commands));
        Assert.EndsWith("SOURCE=LOCAL", commands[1]);
    }

    [Fact]
    public void A_command_of_two_lines_never_reaches_the_wire()
    {
        var stream = new MemoryStream();
        Assert.Throws<ArgumentException>(() => new HopWire(stream).Queue("NOOP\r\nQUIT"));
    }
}
