using System.Text;
using Recorder.Flow;
using Recorder.Intake;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Intake;

public sealed class HeaderReaderTests
{
    private static HeaderGlance Glance(string message) => HeaderReader.Glance(Encoding.Latin1.GetBytes(message));

    [Theory]
    [InlineData("", 0)]
    [InlineData("\r\nReceived: in the body\r\n", 0)]
    [InlineData("Received: a\r\n\tb\r\nRECEIVED: c\r\nReceived-SPF: d\r\n\r\nReceived: body\r\n", 2)]
    [InlineData("Received: cut", 1)]
    [InlineData("no colon\r\nReceived: a\r\n", 1)]
    public void Received_fields_of_the_header_are_counted(string message, int count) =>
        Assert.Equal(count, Glance(message).ReceivedFields);

    [Fact]
    public void A_trace_field_is_found_with_the_place_where_the_rest_begins()
    {
        const string rest = "Subject: x\r\n\r\nbody\r\n";
        var message = "Received: a\r\nx-recorder-trace: id=1;\r\n\tmac=2\r\n" + rest;

        var trace = Assert.Single(Glance(message).Traces);

        Assert.Equal("id=1;\r\n\tmac=2", trace.Value);
        Assert.Equal(rest, message[trace.EndOffset..]);
    }

    [Fact]
    public async Task A_header_longer_than_one_read_is_read_to_its_end_and_no_further()
    {
        var header = string.Concat(Enumerable.Range(0, 2000).Select(i => $"Received: from host{i} by other\r\n"));
        var glance = await HeaderReader.GlanceAsync(new MemoryContent(Encoding.Latin1.GetBytes(header + "\r\nReceived: body\r\n")), CancellationToken.None);
        Assert.Equal(2000, glance.ReceivedFields);
    }
}
