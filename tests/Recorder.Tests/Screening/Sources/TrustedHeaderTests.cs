using CsCheck;
using Recorder.Ledger;
using Recorder.Screening;
using Recorder.Screening.Sources;

namespace Recorder.Tests.Screening.Sources;

public sealed class TrustedHeaderTests
{
    private static async Task<SourceVerdict?> AskAsync(string fields, string below = "", bool spamAssassin = true, bool rspamd = true) =>
        await new TrustedHeaderSource(new ScreeningOptions { Headers = new HeaderOptions { SpamAssassin = spamAssassin, Rspamd = rspamd } })
            .AskAsync(SourceMail.WithTop(fields, below), CancellationToken.None);

    [Theory]
    [InlineData("X-Spam-Flag: YES", "Spam", null, null)]
    [InlineData("X-Spam-Flag: NO", "Clean", null, null)]
    [InlineData("X-Spam: Yes", "Spam", null, null)]
    [InlineData("X-Spam-Status: Yes, score=7.2 required=5.0 tests=A,B,\r\n\tC autolearn=no", "Spam", 7.2, 5.0)]
    [InlineData("X-Spam-Status: No, hits=-1.5 required=5.0", "Clean", -1.5, 5.0)]
    [InlineData("X-Spam-Status: No, score=9 required=5", "Spam", 9.0, 5.0)]
    [InlineData("X-Spam-Status: Yes, score=1 required=5", "Spam", null, 5.0)]
    [InlineData("X-Spam-Score: 3.4 (+++)", "Clean", 3.4, null)]
    [InlineData("X-Spamd-Result: default: False [5.90 / 15.00];\r\n\tSOME_RULE(5.90)[x]", "Clean", 5.9, 6.0)]
    [InlineData("X-Spamd-Result: default: False [7.10 / 15.00]; A(7.10)[]", "Spam", 7.1, 6.0)]
    [InlineData("X-Spamd-Result: default: True [16.00 / 15.00]", "Spam", 16.0, 6.0)]
    [InlineData("X-Rspamd-Action: add header", "Spam", null, null)]
    [InlineData("X-Rspamd-Action: no action", "Clean", null, null)]
    [InlineData("X-Rspamd-Score: 8.5 / 15.0", "Spam", 8.5, 6.0)]
    [InlineData("X-Spamd-Result: default: False [0.00 / 15.00]; CLAM_VIRUS(0.00)[Eicar]", "Malware", 0.0, 6.0)]
    [InlineData("X-Spamd-Result: default: False [7.00 / 15.00]; PHISHED_OPENPHISH(7.00)[evil.example]", "Phish", 7.0, 6.0)]
    public async Task Each_field_says_what_its_filter_found(string fields, string category, double? score, double? threshold)
    {
        var verdict = await AskAsync(fields);
        Assert.Equal((category, score, threshold), (verdict?.Category.ToString(), verdict?.Score, verdict?.Threshold));
    }

    [Theory]
    [InlineData("X-Spam-Flag: perhaps")]
    [InlineData("X-Spam-Status: score=9 required=5")]
    [InlineData("X-Spam-Score: high")]
    [InlineData("X-Spam-Score: 1e999")]
    [InlineData("X-Spamd-Result: default: Maybe [9 / 15]")]
    [InlineData("X-Rspamd-Action: dance")]
    [InlineData("X-Spam-Level: *****")]
    public async Task What_cannot_be_read_says_nothing(string fields) => Assert.Null(await AskAsync(fields));

    [Fact]
    public async Task Of_several_copies_the_worst_counts_in_any_order() => await Gen.Shuffle(new[]
        {
            "X-Spam-Flag: NO", "X-Spam-Status: No, score=-50 required=5", "X-Spam-Status: Yes, score=8 required=5 tests=[BAD=9.0, GOOD=-1.0]", "X-Spam-Status: Yes, score=6 required=5", "X-Spam-Score: -99",
        })
        .SampleAsync(async fields =>
        {
            var verdict = await AskAsync(string.Join('|', fields));
            return verdict is { Category: MailCategory.Spam, Score: 8, Threshold: 5, Symbols: [{ Name: "BAD", Score: 9 }, { Name: "GOOD", Score: -1 }] };
        }, iter: 50);

    [Fact]
    public async Task A_field_below_the_senders_own_hop_counts_for_nothing()
    {
        Assert.Null(await AskAsync("", "X-Spam-Flag: YES|X-Spam-Status: No, score=-99 required=5"));
        Assert.Equal(MailCategory.Spam, (await AskAsync("X-Spam-Flag: YES", "X-Spam-Flag: NO"))?.Category);
    }

    [Theory]
    [InlineData(true, false, "Spam")]
    [InlineData(false, true, "Clean")]
    public async Task A_family_that_is_off_counts_for_nothing(bool spamAssassin, bool rspamd, string category) =>
        Assert.Equal(category, (await AskAsync("X-Spam-Flag: YES|X-Rspamd-Action: no action", "", spamAssassin, rspamd))?.Category.ToString());

    [Fact]
    public void With_no_setting_no_header_is_believed() =>
        Assert.Equal(["gtube"], SourcesSetup.SourcesOf(new ScreeningOptions()).Select(source => source.Name));

    [Fact]
    public void The_order_of_trust_is_the_filters_own_channel_then_headers_then_proof() => Assert.Equal(
        ["gtube", "rspamd", "spamd", "headers", "authentication-results"],
        SourcesSetup.SourcesOf(new ScreeningOptions
        {
            AuthServId = "mx",
            Rspamd = { Url = "http://127.0.0.1:1" },
            Spamd = { Address = "127.0.0.1:1" },
            Headers = { Rspamd = true },
        }).Select(source => source.Name));
}
