using System.Text;
using Recorder.Delivery;

namespace Recorder.Tests.Delivery;

public class ReturnedStreamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task Every_line_feed_gets_its_return(int readBytes)
    {
        var text = string.Concat(Enumerable.Range(0, 5_000).Select(i => i % 3 == 0 ? "\n" : $"line {i}\n")) + "no end";
        using var stream = new ReturnedStream(new MemoryStream(Encoding.ASCII.GetBytes(text)));
        using var all = new MemoryStream();
        var buffer = new byte[readBytes];
        for (int read; (read = await stream.ReadAsync(buffer, TestContext.Current.CancellationToken)) > 0;) all.Write(buffer, 0, read);
        Assert.Equal(text.Replace("\n", "\r\n"), Encoding.ASCII.GetString(all.ToArray()));
    }
}
