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

    [Theory]
    [InlineData("From: Ann <Ann@Example.ORG>\r\n\r\n", "Ann@Example.ORG")]
    [InlineData("From: a@example.org, b@example.net\r\nFrom: c@example.com\r\n\r\n", "a@example.org|b@example.net|c@example.com")]
    [InlineData("From: \"boss@example.org\" <evil@example.net>\r\n\r\n", "evil@example.net")]
    [InlineData("From: Boss <>, evil@example.net\r\n\r\n", "|evil@example.net")]
    [InlineData("Subject: x\r\n\r\nFrom: body@example.org\r\n", "")]
    public void Every_author_in_the_header_is_named_as_written(string message, string authors) =>
        Assert.Equal(authors, string.Join('|', Glance(message).Authors));

    [Theory]
    [InlineData("From: a@example.org\r\n\r\n", "a@example.org")]
    [InlineData("From: a@example.org, a@example.org\r\n\r\n", null)]
    [InlineData("From: Boss <>, a@example.org\r\n\r\n", null)]
    [InlineData("From: Boss <>\r\n\r\n", null)]
    [InlineData("From: a@example.org\r\nX-Long: goes on", null)]
    public void There_is_a_sole_author_only_where_no_other_can_be(string message, string? author) =>
        Assert.Equal(author, Glance(message).SoleAuthor);

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
