using System.Text;
using CsCheck;
using Recorder.Smtp.Client;
using Recorder.Tests.Smtp.Client.Peers;

namespace Recorder.Tests.Smtp.Client;

public sealed class DotStufferTests
{
    // Few different bytes, so that every order of them comes up.
    private static readonly Gen<byte[]> Messages = Gen.Int[0, 3].Select(i => (byte)".\r\nx"[i]).Array[0, 40];

    [Theory]
    [InlineData("", ".\r\n")]
    [InlineData(".", "..\r\n.\r\n")]
    [InlineData(".\r\n", "..\r\n.\r\n")]
    [InlineData("a", "a\r\n.\r\n")]
    [InlineData("a\r\n", "a\r\n.\r\n")]
    [InlineData("a\r\n.\r\n.b\r\n", "a\r\n..\r\n..b\r\n.\r\n")]
    [InlineData("a\r\n\r\n", "a\r\n\r\n.\r\n")]
    [InlineData("a\n.\n.b", "a\n.\n.b\r\n.\r\n")]
    [InlineData("a\r.\r", "a\r.\r\r\n.\r\n")]
    [InlineData("\n.", "\n.\r\n.\r\n")]
    [InlineData("a\r\r\n.", "a\r\r\n..\r\n.\r\n")]
    public void Only_a_dot_that_begins_a_line_is_doubled(string message, string onTheWire) =>
        Assert.Equal(onTheWire, Encoding.Latin1.GetString(Stuff(Encoding.Latin1.GetBytes(message), int.MaxValue)));

    [Fact]
    public void Where_the_input_is_cut_changes_nothing() =>
        Gen.Select(Messages, Gen.Int[1, 8]).Sample(
            (message, pieceBytes) => Assert.Equal(Stuff(message, int.MaxValue), Stuff(message, pieceBytes)));

    [Fact]
    public void A_receiver_gets_back_every_byte_and_the_CRLF_that_the_end_of_data_needs() =>
        Gen.Select(Messages, Gen.Int[1, 8]).Sample((message, pieceBytes) =>
        {
            bool endsLine = message.Length == 0 || message.AsSpan().EndsWith("\r\n"u8);
            Assert.Equal(endsLine ? message : [.. message, .. "\r\n"u8], ToyHop.Unstuff(Stuff(message, pieceBytes)));
        });

    [Fact]
    public void The_worst_case_fits_the_room_that_is_asked_for()
    {
        byte[] input = Encoding.Latin1.GetBytes("." + string.Concat(Enumerable.Repeat("\r\n.", 100)));
        byte[] output = new byte[DotStuffer.MaxStuffedBytes(input.Length)];
        Assert.Equal(input.Length + 101, new DotStuffer().Stuff(input, output));
    }

    private static byte[] Stuff(byte[] message, int pieceBytes)
    {
        var stuffer = new DotStuffer();
        var all = new List<byte>();
        foreach (byte[] piece in message.Chunk(pieceBytes))
        {
            byte[] output = new byte[DotStuffer.MaxStuffedBytes(piece.Length)];
            all.AddRange(output.AsSpan(0, stuffer.Stuff(piece, output)));
        }
        byte[] end = new byte[DotStuffer.MaxFinishBytes];
        all.AddRange(end.AsSpan(0, stuffer.Finish(end)));
        return [.. all];
    }
}
