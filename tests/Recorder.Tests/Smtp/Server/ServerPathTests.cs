using Recorder.Smtp.Server;

namespace Recorder.Tests.Smtp.Server;

public class ServerPathTests
{
    [Theory]
    [InlineData("<a@b.test>", "a@b.test")]
    [InlineData("<>", "")]
    [InlineData("<postmaster>", "postmaster")]
    [InlineData("<POSTMASTER>", "POSTMASTER")]
    [InlineData("<@x.test:a@b.test>", "a@b.test")]
    [InlineData("<@x.test,@y.test:a@b.test>", "a@b.test")]
    [InlineData("<\"a b\"@b.test>", "\"a b\"@b.test")]
    [InlineData("<\"a\\\"@x>\"@b.test>", "\"a\\\"@x>\"@b.test")]
    [InlineData("<\"\"@b.test>", "\"\"@b.test")]
    [InlineData("<a@[192.0.2.1]>", "a@[192.0.2.1]")]
    [InlineData("<a@[IPv6:2001:db8::1]>", "a@[IPv6:2001:db8::1]")]
    [InlineData("<a..b.@b.test>", "a..b.@b.test")]
    [InlineData("<a+x/y=z@b_c.test>", "a+x/y=z@b_c.test")]
    [InlineData("<用户@例子.测试>", "用户@例子.测试")]
    [InlineData("<a@localhost>", "a@localhost")]
    public void A_path_is_read_without_brackets_and_route(string text, string address)
    {
        Assert.True(PathParser.TryRead(text + " NOTIFY=NEVER", out var read, out var rest));
        Assert.Equal((address, " NOTIFY=NEVER"), (read, rest));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a@b.test")]
    [InlineData("<a@b.test")]
    [InlineData("<a@b.test>x")]
    [InlineData("<a@b.test>>")]
    [InlineData("<<a@b.test>")]
    [InlineData("<a>")]
    [InlineData("<a@>")]
    [InlineData("<@b.test>")]
    [InlineData("<@x.test:>")]
    [InlineData("<@x.test a@b.test>")]
    [InlineData("<a@b@c.test>")]
    [InlineData("<a b@c.test>")]
    [InlineData("<a@b..test>")]
    [InlineData("<a@.test>")]
    [InlineData("<a@b.test.>")]
    [InlineData("<a@b test>")]
    [InlineData("<a@[]>")]
    [InlineData("<a@[1.2.3.4>")]
    [InlineData("<\"a@b.test>")]
    [InlineData("<\"a\"b@c.test>")]
    [InlineData("<a\"b\"@c.test>")]
    [InlineData("<\"a\\>")]
    [InlineData("<a,b@c.test>")]
    [InlineData("< a@b.test>")]
    public void What_is_no_path_is_refused(string text) => Assert.False(PathParser.TryRead(text, out _, out _));

    [Theory]
    [InlineData(256, true)]
    [InlineData(257, false)]
    public void A_local_part_may_be_long_but_not_endless(int length, bool accepted) =>
        Assert.Equal(accepted, PathParser.TryRead($"<{new string('a', length)}@b.test>", out _, out _));

    [Theory]
    [InlineData("a+2Bb", "a+b")]
    [InlineData("+E4+BD+A0", "你")]
    [InlineData("plain", "plain")]
    [InlineData("a+0D+0Ab", "a??b")]
    public void Xtext_is_decoded_and_made_harmless(string text, string expected)
    {
        Assert.True(Xtext.IsValid(text));
        Assert.Equal(expected, Xtext.Decode(text));
    }

    [Theory]
    [InlineData("a+2")]
    [InlineData("+")]
    [InlineData("a+zzb")]
    [InlineData("a=b")]
    [InlineData("a b")]
    [InlineData("é")]
    public void What_is_no_xtext_is_refused(string text) => Assert.False(Xtext.IsValid(text));
}
