using System.Text;
using Recorder.Ledger;
using Recorder.Screening;
using Recorder.Screening.Sources;

namespace Recorder.Tests.Screening.Sources;

public sealed class RspamdReplyTests
{
    private static SourceVerdict? Read(string json, string author = SourceMail.Author, string reversePath = SourceMail.Author) =>
        new RspamdReply(new RspamdOptions(), new SymbolRules(new ScreeningOptions()))
            .Read(Encoding.UTF8.GetBytes(json), SourceMail.Of($"From: {author}\r\n\r\n", reversePath));

    private static string Json(string action, double score, params string[] symbols) =>
        FormattableString.Invariant($$"""{"is_skipped":false,"score":{{score}},"required_score":15.0,"action":"{{action}}","symbols":{ {{string.Join(',', symbols)}} } }""");

    private static string Symbol(string name, double score = 0, params string[] options) =>
        FormattableString.Invariant($$"""
            "{{name}}":{"name":"{{name}}","score":{{score}},"options":[{{string.Join(',', options.Select(option => $"\"{option}\""))}}]}
            """).Trim();

    [Theory]
    [InlineData("no action", 1.5, "Clean", 1.5)]
    [InlineData("greylist", 4.5, "Clean", 4.5)]
    [InlineData("soft reject", 4.8, "Clean", 4.8)]
    [InlineData("soft reject", 6.5, "Spam", 6.5)]
    [InlineData("no action", 6.0, "Spam", 6.0)]
    [InlineData("add header", 7.0, "Spam", 7.0)]
    [InlineData("rewrite subject", 7.0, "Spam", 7.0)]
    [InlineData("reject", 15.0, "Spam", 15.0)]
    [InlineData("reject", 2.0, "Spam", null)]
    public void The_action_or_the_score_makes_it_spam(string action, double score, string category, double? kept)
    {
        var verdict = Read(Json(action, score));
        Assert.Equal((category, kept, (double?)6.0), (verdict?.Category.ToString(), verdict?.Score, verdict?.Threshold));
    }

    [Theory]
    [InlineData("CLAM_VIRUS", "Malware")]
    [InlineData("SOME_OTHER_VIRUS", "Malware")]
    [InlineData("CLAMAV", "Malware")]
    [InlineData("CLAM_VIRUS_FAIL", "Clean")]
    [InlineData("PHISHED_OPENPHISH", "Phish")]
    [InlineData("PHISHING", "Clean")]
    public void Some_symbols_say_what_it_is_whatever_the_score(string symbol, string category) =>
        Assert.Equal(category, Read(Json("no action", 0, Symbol(symbol)))?.Category.ToString());

    [Fact]
    public void The_largest_symbols_are_kept_and_what_added_nothing_is_not()
    {
        string[] many = [.. Enumerable.Range(1, 40).Select(i => Symbol($"RULE_{i:00}", i % 2 == 0 ? i : -i)), Symbol("NOTHING"), Symbol("CLAM_VIRUS"), Symbol("evil<b>", 99)];
        var symbols = Read(Json("reject", 20, many))!.Symbols!;
        Assert.Equal(SymbolRules.MaxKept, symbols.Count);
        Assert.Equal(["CLAM_VIRUS", "RULE_40", "RULE_39", "RULE_38"], symbols.Take(4).Select(symbol => symbol.Name));
    }

    [Fact]
    public void Where_Rspamd_names_its_threshold_that_one_is_in_force() => Assert.Equal(
        (MailCategory.Clean, 8.0),
        Read("""{"score":7,"action":"no action","thresholds":{"reject":15,"add header":8},"symbols":{}}""") is { } verdict ? (verdict.Category!.Value, verdict.Threshold!.Value) : default);

    [Fact]
    public void What_Rspamd_was_told_to_skip_is_no_opinion() => Assert.Null(Read("""{"is_skipped":true,"score":0,"required_score":15,"action":"no action"}"""));

    [Fact]
    public void The_real_answer_to_GTUBE_is_spam() => Assert.Equal(
        MailCategory.Spam,
        Read("""{"is_skipped":true,"score":15.0,"required_score":15.0,"action":"reject","symbols":{"GTUBE":{"name":"GTUBE","score":0.0,"metric_score":0.0}},"messages":{"smtp_message":"Gtube pattern"},"message-id":"undef","time_real":0.000504}""")?.Category);

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("""{"error":"task failed"}""")]
    [InlineData("""{"action":"reject"}""")]
    [InlineData("""{"score":1}""")]
    [InlineData("""{"action":null,"score":1}""")]
    [InlineData("""{"action":"reject","score":"high"}""")]
    [InlineData("""{"action":"reject","score":1e999}""")]
    [InlineData("""{"action":"reject","score":nan}""")]
    [InlineData("""{"action":"reject","score":1,"symbols":[]}""")]
    [InlineData("""{"action":"reject","score":1,"symbols":{"A":1}}""")]
    public void What_is_no_verdict_is_never_taken_for_one(string json) => Assert.Throws<VerdictUnavailableException>(() => Read(json));

    [Theory]
    [InlineData("DMARC_POLICY_ALLOW", "example.org", "Aligned")]
    [InlineData("DMARC_POLICY_ALLOW", "evil.example", "Failed")]
    [InlineData("DMARC_NA", "example.org", "Failed")]
    [InlineData("R_DKIM_ALLOW", "example.org:s=sel", "Aligned")]
    [InlineData("R_DKIM_ALLOW", "evil.example:s=sel", "Failed")]
    [InlineData("R_DKIM_REJECT", "example.org:s=sel", "Failed")]
    [InlineData("R_SPF_ALLOW", "+ip4:192.0.2.0/24", "Aligned")]
    [InlineData("R_SPF_FAIL", "-all", "Failed")]
    [InlineData("MIME_GOOD", "text/plain", "None")]
    public void A_pass_proves_the_author_only_where_the_domains_agree(string symbol, string option, string proof) =>
        Assert.Equal(proof, Read(Json("no action", 0, Symbol(symbol, 0, option)))?.Proof.ToString());

    [Theory]
    [InlineData("a@evil.example")]
    [InlineData("")]
    public void SPF_of_another_domain_proves_no_author(string reversePath) =>
        Assert.Equal(SenderProof.Failed, Read(Json("no action", 0, Symbol("R_SPF_ALLOW")), reversePath: reversePath)?.Proof);

    [Fact]
    public void Where_DMARC_says_no_nothing_else_proves_the_author() => Assert.Equal(
        SenderProof.Failed, Read(Json("no action", 0, Symbol("DMARC_POLICY_SOFTFAIL"), Symbol("R_DKIM_ALLOW", 0, "example.org:s=x")))?.Proof);

    [Fact]
    public void Several_authors_are_never_proven() => Assert.Equal(
        SenderProof.Failed, Read(Json("no action", 0, Symbol("DMARC_POLICY_ALLOW", 0, "example.org")), "ann@example.org, bob@example.org")?.Proof);
}
