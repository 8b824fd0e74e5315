using Recorder.Flow;
using Recorder.Ledger;
using Recorder.Screening.Lists;

namespace Recorder.Tests.Screening.Lists;

/// <summary>Senders that are hundreds of kilobytes long, which a header may hold.</summary>
public sealed class HostileSenderTests
{
    [Fact]
    public void A_local_part_of_any_length_stays_short_and_its_domain_can_still_be_blocked()
    {
        var sender = SenderAddress.Read(new string('+', 200_000) + "@evil.example")!;
        Assert.Equal("evil.example", sender.Domain);
        Assert.True(sender.Text.Length < 1_000, $"{sender.Text.Length} characters");
    }

    [Theory]
    [InlineData('[', ']')]
    [InlineData('a', 'a')]
    public void A_domain_of_a_hundred_thousand_dots_is_none(char first, char last) =>
        Assert.Null(SenderAddress.Read($"a@{first}{new string('.', 100_000)}{last}"));

    [Fact]
    public void Thousands_of_authors_are_several_and_few_are_looked_at()
    {
        var header = HeaderGlance.None with { Authors = [.. Enumerable.Range(0, 5_000).Select(i => $"a{i}@example.org")] };
        var senders = MessageSenders.Of("x@example.net", header, SenderProof.Aligned);
        Assert.True(senders.HasSeveralAuthors);
        Assert.True(senders.All.Count() < 50);
    }

    [Theory]
    [InlineData("spammer @evil.example")]
    [InlineData("spammer@evil.example..")]
    public void Spaces_and_dots_at_the_ends_do_not_escape_a_block(string written) =>
        Assert.Equal("spammer@evil.example", SenderAddress.Read(written)!.Text);
}
