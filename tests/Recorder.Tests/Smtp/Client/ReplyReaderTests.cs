using System.Text;
using Recorder.Smtp;
using Recorder.Smtp.Client;

namespace Recorder.Tests.Smtp.Client;

public sealed class ReplyReaderTests
{
    [Theory]
    [InlineData("250 ok\r\n", 250, "", "ok")]
    [InlineData("250\r\n", 250, "", "")]
    [InlineData("250 \r\n", 250, "", "")]
    [InlineData("250 ok\n", 250, "", "ok")]
    [InlineData("250-one\r\n250-two\r\n250 three\r\n", 250, "", "one\ntwo\nthree")]
    [InlineData("550 5.1.1 No such user\r\n", 550, "5.1.1", "No such user")]
    [InlineData("550-5.1.1 No such\r\n550 5.1.1 user\r\n", 550, "5.1.1", "No such\nuser")]
    [InlineData("250 2.0.0\r\n", 250, "2.0.0", "")]
    [InlineData("452 4.3.123 full\r\n", 452, "4.3.123", "full")]
    [InlineData("550 4.1.1 class and code differ\r\n", 550, "", "4.1.1 class and code differ")]
    [InlineData("354 2.0.0 not here\r\n", 354, "", "2.0.0 not here")]
    [InlineData("250 2.0.0x no\r\n", 250, "", "2.0.0x no")]
    [InlineData("250 2.0 no\r\n", 250, "", "2.0 no")]
    [InlineData("250 2.1234.0 no\r\n", 250, "", "2.1234.0 no")]
    [InlineData("250-mixed\r\n451 the last code counts\r\n", 451, "", "mixed\nthe last code counts")]
    [InlineData("250 a\tb\u0007c\u007f\r\n", 250, "", "a b?c?")]
    [InlineData("250 a\rb\r\n", 250, "", "a?b")]
    [InlineData("250 caf\u00e9\r\n", 250, "", "caf\u00e9")]
    [InlineData("250 \u00e4\u00b8\u00ad\r\n", 250, "", "中")]
    public async Task A_reply_is_read_however_it_is_sliced(string bytes, int code, string enhanced, string text)
    {
        foreach (int slice in (int[])[1, 2, 7, 1000])
            Assert.Equal(new SmtpReply(code, enhanced, text), await ReaderOver(bytes, slice).ReadAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData("hello\r\n")]
    [InlineData("\r\n")]
    [InlineData("25\r\n")]
    [InlineData("199 early\r\n")]
    [InlineData("600 late\r\n")]
    [InlineData("250:ok\r\n")]
    [InlineData("+25 ok\r\n")]
    [InlineData("2500 ok\r\n")]
    [InlineData("250-first\r\n\r\n250 last\r\n")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n")]
    public async Task What_is_no_reply_is_malformed(string bytes) =>
        await Assert.ThrowsAsync<MalformedReplyException>(async () => await ReaderOver(bytes, 3).ReadAsync(CancellationToken.None));

    [Fact]
    public async Task Replies_that_arrive_together_are_told_apart()
    {
        var reader = ReaderOver("250 one\r\n251-two\r\n251 three\r\n252 four\r\n", 1000);
        Assert.Equal("one", (await reader.ReadAsync(default)).Text);
        Assert.Equal("two\nthree", (await reader.ReadAsync(default)).Text);
        Assert.Equal(252, (await reader.ReadAsync(default)).Code);
        await Assert.ThrowsAsync<EndOfStreamException>(async () => await reader.ReadAsync(default));
    }

    [Fact]
    public async Task A_line_may_fill_the_buffer_and_no_more()
    {
        string longest = "250 " + new string('x', ReplyReader.MaxLineBytes - 6);
        Assert.Equal(longest[4..], (await ReaderOver("250 a\r\n" + longest + "\r\n", 999, skip: 1)).Text);
        await Assert.ThrowsAsync<MalformedReplyException>(() => ReaderOver(longest + "x\r\n", 999, skip: 0));
    }

    [Fact]
    public async Task A_reply_has_at_most_a_hundred_lines()
    {
        string most = string.Concat(Enumerable.Repeat("250-x\r\n", ReplyReader.MaxLines - 1));
        Assert.Equal(250, (await ReaderOver(most + "250 x\r\n", 1000, skip: 0)).Code);
        await Assert.ThrowsAsync<MalformedReplyException>(() => ReaderOver(most + "250-x\r\n250 x\r\n", 1000, skip: 0));
    }

    private static async Task<SmtpReply> ReaderOver(string bytes, int slice, int skip)
    {
        var reader = ReaderOver(bytes, slice);
        for (int i = 0; i < skip; i++) await reader.ReadAsync(default);
        return await reader.ReadAsync(default);
    }

    private static ReplyReader ReaderOver(string bytes, int slice) => new(new SlicedStream(Encoding.Latin1.GetBytes(bytes), slice));

    private sealed class SlicedStream(byte[] bytes, int slice) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel = default) =>
            base.ReadAsync(buffer[..Math.Min(slice, buffer.Length)], cancel);
    }
}
