using Recorder.Screening.Sources;

namespace Recorder.Tests.Screening.Sources;

public sealed class AlignmentTests
{
    [Theory]
    [InlineData("example.org", "example.org", true)]
    [InlineData("EXAMPLE.org.", "example.org", true)]
    [InlineData("mail.example.org", "example.org", true)]
    [InlineData("example.org", "cs.example.org", true)]
    [InlineData("a@b.example.org", "example.org", true)]
    [InlineData("臺灣.example", "xn--kpry57d.example", false)]
    [InlineData("台灣.example", "xn--kpry57d.example", true)]
    [InlineData("a.example.org", "b.example.org", false)]
    [InlineData("ample.org", "example.org", false)]
    [InlineData("org", "example.org", false)]
    [InlineData("", "example.org", false)]
    [InlineData("[192.0.2.1]", "example.org", false)]
    [InlineData("example.org", null, false)]
    public void Domains_are_aligned_when_equal_or_one_below_the_other(string proven, string? author, bool aligned) =>
        Assert.Equal(aligned, Alignment.IsAligned(proven, author));
}
