using System.Text;
using Recorder.Ledger;
using Recorder.Screening;
using Recorder.Screening.Sources;

namespace Recorder.Tests.Screening.Sources;

public sealed class SpamdReplyTests
{
    private const string Table = " pts rule name              description\n---- ---------------------- ----------\n";

    private static SourceVerdict Read(string answer) => new SpamdReply(new SymbolRules(new ScreeningOptions())).Read(Encoding.Latin1.GetBytes(answer));

    private static string Answer(string says, string report) =>
        $"SPAMD/1.1 0 EX_OK\r\nContent-length: {report.Length}\r\nSpam: {says}\r\n\r\n{report}";

    [Theory]
    [InlineData("True ; 1003.3 / 5.0", "Spam", 1003.3)]
    [InlineData("Yes ; 5.0 / 5.0", "Spam", 5.0)]
    [InlineData("False ; -0.0 / 5.0", "Clean", 0.0)]
    [InlineData("True ; 1.0 / 5.0", "Spam", null)]
    public void Score_and_threshold_are_read(string says, string category, double? score)
    {
        var verdict = Read(Answer(says, ""));
        Assert.Equal((category, score, (double?)5.0), (verdict.Category.ToString(), verdict.Score, verdict.Threshold));
    }

    [Fact]
    public void The_table_of_the_report_names_the_rules_and_what_each_added()
    {
        var verdict = Read(Answer("True ; 1003.3 / 5.0", "Spam detection software\n\n" + Table
            + "-0.0 NO_RECEIVED            Informational\n 2.7 MISSING_DATE           Missing Date: header\n1000 GTUBE                  BODY: Generic Test\n                            [goes on]\n\n"));
        Assert.Equal([new ScreeningSymbol("GTUBE", 1000), new ScreeningSymbol("MISSING_DATE", 2.7)], verdict.Symbols);
    }

    [Fact]
    public void A_table_that_the_message_wrote_itself_is_not_read()
    {
        var verdict = Read(Answer("False ; 1.0 / 5.0", "Content preview:\n" + Table + "-99 WONDERFUL               really\n\n" + Table + " 1.0 TRUE_RULE              d\n"));
        Assert.Equal(["TRUE_RULE"], verdict.Symbols!.Select(symbol => symbol.Name));
        Assert.Equal(SenderProof.None, verdict.Proof);
    }

    [Theory]
    [InlineData("")]
    [InlineData("SPAMD/1.1 0 EX_OK\r\nSpam: True ; 10.0 / 5.0\r\n")]
    [InlineData("SPAMD/1.1 0 EX_OK\r\nContent-length: 50\r\nSpam: True ; 10.0 / 5.0\r\n\r\nhalf")]
    [InlineData("SPAMD/1.1 0 EX_OK\r\nContent-length: x\r\nSpam: True ; 10.0 / 5.0\r\n\r\n")]
    [InlineData("SPAMD/1.1 76 Bad header line\r\n\r\n")]
    [InlineData("SPAMD/1.1 0 EX_OK\r\n\r\n")]
    [InlineData("SPAMD/1.1 0 EX_OK\r\nSpam: True ; high / 5.0\r\n\r\n")]
    [InlineData("SPAMD/1.1 0 EX_OK\r\nSpam: True ; 1e999 / 5.0\r\n\r\n")]
    [InlineData("SPAMD/1.1 0 EX_OK\r\nSpam: False ; 1 / 5.0\r\nSpam: True ; 10 / 5.0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nSpam: True ; 10.0 / 5.0\r\n\r\n")]
    public void What_is_no_verdict_is_never_taken_for_one(string answer) => Assert.Throws<VerdictUnavailableException>(() => Read(answer));
}
