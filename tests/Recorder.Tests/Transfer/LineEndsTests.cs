using System.Text;
using Recorder.Transfer;

namespace Recorder.Tests.Transfer;

public sealed class LineEndsTests
{
    [Theory]
    [InlineData("a\nb\n", true, false, false)]
    [InlineData("a\r\nb\r\n", false, false, false)]
    [InlineData("a\r\nb\n", false, true, false)]
    [InlineData("a\rb\n", false, true, true)]
    [InlineData("a", false, false, false)]
    public void Line_ends_are_told_apart(string text, bool feedsAlone, bool bareLf, bool bareCr)
    {
        foreach (var cut in Enumerable.Range(0, text.Length))
        {
            var ends = new LineEnds();
            ends.Add(Encoding.ASCII.GetBytes(text[..cut]));
            ends.Add(Encoding.ASCII.GetBytes(text[cut..]));
            Assert.Equal((feedsAlone, bareLf, bareCr), (ends.AreFeedsAlone, ends.Shape.HasBareLf, ends.Shape.HasBareCr));
        }
    }
}
