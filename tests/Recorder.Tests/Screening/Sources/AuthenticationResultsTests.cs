using CsCheck;
using Recorder.Ledger;
using Recorder.Screening;
using Recorder.Screening.Sources;

namespace Recorder.Tests.Screening.Sources;

public sealed class AuthenticationResultsTests
{
    private static async Task<SenderProof> ProofAsync(Recorder.Flow.ReceivedMessage message, int trustedHops = 1)
    {
        var source = new AuthenticationResultsSource(new ScreeningOptions { AuthServId = "mx.example.edu", TrustedHops = trustedHops });
        var verdict = await source.AskAsync(message, CancellationToken.None);
        Assert.Null(verdict?.Category);
        return verdict?.Proof ?? SenderProof.None;
    }

    private static Task<SenderProof> ProofAsync(string value, string author = SourceMail.Author) =>
        ProofAsync(SourceMail.WithTop($"Authentication-Results: {value}", author: author));

    [Theory]
    [InlineData("mx.example.edu; dmarc=pass header.from=example.org")]
    [InlineData("MX.Example.EDU; DMARC=Pass Header.From=EXAMPLE.org")]
    [InlineData("mx.example.edu 1; dmarc=pass (p=none; \"odd\" (nested)) header.from=example.org;")]
    [InlineData("mx.example.edu; dkim=pass header.d=example.org header.s=sel header.b=\"ab/cd+==\"")]
    [InlineData("mx.example.edu; dkim=pass header.d=mail.example.org header.b=ab/cd+==")]
    [InlineData("mx.example.edu; dkim/1=pass header.d=example.org")]
    [InlineData("mx.example.edu; spf=pass smtp.mailfrom=ann@bounce.example.org")]
    [InlineData("mx.example.edu; spf=pass smtp.mailfrom=example.org")]
    [InlineData("mx.example.edu; spf=fail smtp.mailfrom=evil.example; dkim=pass header.d=example.org")]
    [InlineData("mx.example.edu; dkim=fail header.d=example.org; dkim=pass header.d=example.org")]
    [InlineData("mx.example.edu;\r\n\tdkim=pass (2048-bit key;\r\n\tunprotected) header.d=example.org")]
    public async Task An_aligned_pass_under_our_name_proves_the_author(string value) => Assert.Equal(SenderProof.Aligned, await ProofAsync(value));

    [Theory]
    [InlineData("mx.example.edu; none")]
    [InlineData("mx.example.edu")]
    [InlineData("mx.example.edu; dmarc=fail header.from=example.org; dkim=pass header.d=example.org")]
    [InlineData("mx.example.edu; dmarc=pass header.from=evil.example")]
    [InlineData("mx.example.edu; dmarc=pass")]
    [InlineData("mx.example.edu; dkim=pass header.d=evil.example")]
    [InlineData("mx.example.edu; dkim=pass header.d=badexample.org")]
    [InlineData("mx.example.edu; dkim=pass header.d=org")]
    [InlineData("mx.example.edu; dkim=pass header.i=@example.org")]
    [InlineData("mx.example.edu; dkim=fail header.d=example.org")]
    [InlineData("mx.example.edu; dkim=fail (dkim=pass header.d=example.org)")]
    [InlineData("mx.example.edu; dkim=fail reason=\"; dkim=pass header.d=example.org\"")]
    [InlineData("mx.example.edu; spf=pass smtp.mailfrom=ann@evil.example")]
    [InlineData("mx.example.edu; spf=pass smtp.mailfrom=\"x; dkim=pass header.d=example.org\"@evil.example")]
    [InlineData("mx.example.edu; spf=pass smtp.helo=example.org")]
    [InlineData("mx.example.edu; spf=softfail smtp.mailfrom=example.org")]
    [InlineData("mx.example.edu; dkim=pass header.d=example.org (no end")]
    [InlineData("mx.example.edu; dkim=pass header.d=example.org \"no end")]
    [InlineData("mx.example.edu; dkim=pass header.d=example.org; !")]
    [InlineData("mx.example.edu; dkim=pass header.d=example.org; spf=")]
    [InlineData("mx.example.edu 2; dkim=pass header.d=example.org")]
    [InlineData("mx.example.edu; iprev=pass policy.iprev=192.0.2.1")]
    public async Task Anything_less_under_our_name_proves_nothing(string value) => Assert.Equal(SenderProof.Failed, await ProofAsync(value));

    [Theory]
    [InlineData("mx.example.org; dmarc=pass header.from=example.org")]
    [InlineData("x.mx.example.edu; dmarc=pass header.from=example.org")]
    [InlineData("mx.example.edu.evil.example; dmarc=pass header.from=example.org")]
    [InlineData("(mx.example.edu) evil.example; dmarc=pass header.from=example.org")]
    [InlineData("; dmarc=pass header.from=example.org")]
    [InlineData("(mx.example.edu; dmarc=pass header.from=example.org")]
    public async Task Under_another_name_it_counts_for_nothing(string value) => Assert.Equal(SenderProof.None, await ProofAsync(value));

    [Theory]
    [InlineData("ann@example.org, bob@example.org")]
    [InlineData("ann@example.org\r\nFrom: ann@example.org")]
    [InlineData("Boss <>, ann@example.org")]
    [InlineData("undisclosed")]
    public async Task Several_authors_or_none_are_never_proven(string author) =>
        Assert.Equal(SenderProof.Failed, await ProofAsync("mx.example.edu; dmarc=pass header.from=example.org", author));

    [Fact]
    public async Task Two_under_our_name_prove_nothing_whatever_they_say() => Assert.Equal(
        SenderProof.Failed,
        await ProofAsync(SourceMail.WithTop("Authentication-Results: mx.example.edu; spf=none|Authentication-Results: mx.example.edu; dmarc=pass header.from=example.org")));

    [Fact]
    public async Task One_of_another_name_beside_ours_changes_nothing() => Assert.Equal(
        SenderProof.Aligned,
        await ProofAsync(SourceMail.WithTop("Authentication-Results: evil.example; dmarc=fail|Authentication-Results: mx.example.edu; dmarc=pass header.from=example.org")));

    [Fact]
    public async Task What_stands_below_the_senders_own_hop_counts_for_nothing() =>
        Assert.Equal(SenderProof.None, await ProofAsync(SourceMail.WithTop("", "Authentication-Results: mx.example.edu; dmarc=pass header.from=example.org")));

    [Fact]
    public async Task A_message_that_none_of_our_hops_marked_proves_nothing() => Assert.Equal(
        SenderProof.None,
        await ProofAsync(SourceMail.Of("Authentication-Results: mx.example.edu; dmarc=pass header.from=example.org\r\nFrom: ann@example.org\r\n\r\n")));

    [Theory]
    [InlineData(0, SenderProof.None)]
    [InlineData(1, SenderProof.Aligned)]
    public async Task With_no_trusted_hop_only_what_stands_on_top_counts(int trustedHops, SenderProof proof) =>
        Assert.Equal(proof, await ProofAsync(SourceMail.WithTop("Authentication-Results: mx.example.edu; dmarc=pass header.from=example.org"), trustedHops));

    [Fact]
    public void Nothing_that_a_comment_or_a_quoted_string_holds_ever_becomes_a_result() =>
        Gen.String[Gen.Char["ab;=.()\\\"@ /dkim=pas"], 0, 40].Sample(text =>
        {
            var quoted = text.Replace("\\", "\\\\").Replace("\"", "\\\"");
            var commented = text.Replace("\\", "\\\\").Replace("(", "\\(").Replace(")", "\\)");
            var read = AuthResults.Parse($"mx; spf=fail ({commented}) reason=\"{quoted}\" smtp.mailfrom=a.example");
            return read is { Results: [{ Method: "spf", Result: "fail" } only] } && only.Properties["reason"] == text && only.Properties.Count == 2;
        }, iter: 5_000);

    [Fact]
    public void Any_text_at_all_can_be_read() => Gen.String[Gen.Char["mx;=. ()\\\"@/none1\r\n"], 0, 60].Sample(text => { AuthResults.Parse(text); }, iter: 20_000);
}
