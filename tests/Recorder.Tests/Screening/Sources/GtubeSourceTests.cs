using System.Text;
using CsCheck;
using Recorder.Ledger;
using Recorder.Screening.Sources;

namespace Recorder.Tests.Screening.Sources;

public sealed class GtubeSourceTests
{
    public const string Gtube = "XJS*C4JDBQADN1.NSBN3*2IDNEN*" + "GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X";

    private static async Task<SourceVerdict?> AskAsync(string text) => await new GtubeSource().AskAsync(SourceMail.Of(text), CancellationToken.None);

    [Theory]
    [InlineData("Subject: x\r\n\r\n" + Gtube + "\r\n")]
    [InlineData("Subject: " + Gtube + "\r\n\r\n")]
    [InlineData("Content-Transfer-Encoding: quoted-printable\r\n\r\nXJS*C4JDBQADN1.NSBN3*2ID=\r\nNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\r\n")]
    public async Task The_test_string_is_spam(string message)
    {
        var verdict = await AskAsync(message);
        Assert.Equal(MailCategory.Spam, verdict?.Category);
        Assert.Equal("GTUBE", Assert.Single(verdict!.Symbols!).Name);
    }

    [Theory]
    [InlineData("Subject: x\r\n\r\nhello\r\n")]
    [InlineData("Subject: x\r\n\r\nXJS*C4JDBQADN1.NSBN3*2IDNEN*\r\nGTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\r\n")]
    [InlineData("Subject: x\r\n\r\nXJS*C4JDBQADN1.NSBN3*2IDNEN*gtube-standard-anti-ube-test-email*C.34X\r\n")]
    [InlineData("")]
    public async Task Anything_else_is_no_opinion(string message) => Assert.Null(await AskAsync(message));

    [Fact]
    public Task Within_base64_it_is_found_wherever_it_stands_and_however_lines_are_broken() =>
        Gen.Select(Gen.Int[0, 400], Gen.Int[20, 76]).SampleAsync(async (before, width) =>
        {
            var encoded = Convert.ToBase64String(Encoding.ASCII.GetBytes(new string('a', before) + Gtube + " and more"));
            var lines = string.Join("\r\n", encoded.Chunk(width).Select(line => new string(line)));
            return (await AskAsync($"Content-Transfer-Encoding: base64\r\n\r\n{lines}\r\n"))?.Category == MailCategory.Spam;
        }, iter: 300);

    [Fact]
    public Task In_a_large_message_it_is_found_anywhere_in_the_first_part_and_nowhere_behind_it() =>
        Gen.Int[0, 2 * GtubeSource.MaxBytes].SampleAsync(async at =>
        {
            var text = new string('x', at) + Gtube + new string('y', 3 * GtubeSource.MaxBytes);
            return await AskAsync(text) is not null == (at + Gtube.Length <= GtubeSource.MaxBytes);
        }, iter: 100);
}
