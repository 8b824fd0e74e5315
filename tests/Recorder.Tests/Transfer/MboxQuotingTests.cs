using System.Text;
using CsCheck;
using Recorder.Transfer.Export;
using Recorder.Transfer.Sources;

namespace Recorder.Tests.Transfer;

public sealed class MboxQuotingTests
{
    private static string Quoted(byte[] bytes, int piece)
    {
        var output = new MemoryStream();
        var quoting = new MboxQuoting(part => output.Write(part));
        for (var at = 0; at < bytes.Length; at += piece) quoting.Write(bytes.AsSpan(at, Math.Min(piece, bytes.Length - at)));
        quoting.End();
        return Encoding.Latin1.GetString(output.ToArray());
    }

    [Theory]
    [InlineData("From a\n", ">From a\n")]
    [InlineData("x\n>From a\n", "x\n>>From a\n")]
    [InlineData(">>>From ", ">>>>From ")]
    [InlineData("Fro", "Fro")]
    [InlineData(">> From\n> Fro m\nFrom\n", ">> From\n> Fro m\nFrom\n")]
    [InlineData("a From b\r\nFrom b\r\n", "a From b\r\n>From b\r\n")]
    [InlineData("FFrom \nFrFrom \n", "FFrom \nFrFrom \n")]
    public void Lines_that_begin_like_a_From_line_get_one_mark_more(string text, string quoted)
    {
        for (var piece = 1; piece <= text.Length; piece++) Assert.Equal(quoted, Quoted(Encoding.Latin1.GetBytes(text), piece));
    }

    [Fact]
    public void What_is_quoted_comes_back_to_the_last_byte()
    {
        string[] letters = ["From ", ">", "F", "From", "\n", "\r\n", " ", "a", "\0"];
        Gen.Select(Gen.Int[0, letters.Length - 1].Select(one => letters[one]).Array[0, 40], Gen.Int[1, 9]).Sample((words, piece) =>
        {
            var bytes = Encoding.Latin1.GetBytes(string.Concat(words));
            using var back = new UnquotedStream(new MemoryStream(Encoding.Latin1.GetBytes(Quoted(bytes, piece))));
            var read = new MemoryStream();
            back.CopyTo(read);
            return read.ToArray().AsSpan().SequenceEqual(bytes);
        }, iter: 3_000);
    }
}
