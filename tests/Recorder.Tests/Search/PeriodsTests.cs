using Recorder.Search.Querying;

namespace Recorder.Tests.Search;

public class PeriodsTests
{
    private static readonly TimeZoneInfo Taipei = TimeZoneInfo.CreateCustomTimeZone("t", TimeSpan.FromHours(8), "t", "t");

    // Monday 23 November 2026, 16:00 in Taipei.
    private static Periods Read => new(SearchBed.Now, Taipei);

    [Theory]
    [InlineData("2026-11-20", "2026-11-20", "2026-11-21")]
    [InlineData("2026/1/5", "2026-01-05", "2026-01-06")]
    [InlineData("2026.1.5", "2026-01-05", "2026-01-06")]
    [InlineData("2026年11月20日", "2026-11-20", "2026-11-21")]
    [InlineData("2026-02", "2026-02-01", "2026-03-01")]
    [InlineData("2026年2月", "2026-02-01", "2026-03-01")]
    [InlineData("2025", "2025-01-01", "2026-01-01")]
    [InlineData("民國115年11月20日", "2026-11-20", "2026-11-21")]
    [InlineData("民國115年11月", "2026-11-01", "2026-12-01")]
    [InlineData("民國114年", "2025-01-01", "2026-01-01")]
    [InlineData("115/11/20", "2026-11-20", "2026-11-21")]
    [InlineData("115年11月20日", "2026-11-20", "2026-11-21")]
    [InlineData("11/20", "2026-11-20", "2026-11-21")]
    [InlineData("12/25", "2025-12-25", "2025-12-26")]
    [InlineData("11月20日", "2026-11-20", "2026-11-21")]
    [InlineData("12月", "2025-12-01", "2026-01-01")]
    [InlineData("2/29", "2024-02-29", "2024-03-01")]
    [InlineData("20 Nov 2026", "2026-11-20", "2026-11-21")]
    [InlineData("November 20, 2026", "2026-11-20", "2026-11-21")]
    [InlineData("nov 2026", "2026-11-01", "2026-12-01")]
    [InlineData("20 nov", "2026-11-20", "2026-11-21")]
    [InlineData("december", "2025-12-01", "2026-01-01")]
    [InlineData("20.11.2026", "2026-11-20", "2026-11-21")]
    [InlineData("11/20/2026", "2026-11-20", "2026-11-21")]
    [InlineData("20/11/2026", "2026-11-20", "2026-11-21")]
    [InlineData("5/5/2026", "2026-05-05", "2026-05-06")]
    [InlineData("today", "2026-11-23", "2026-11-24")]
    [InlineData("今天", "2026-11-23", "2026-11-24")]
    [InlineData("YESTERDAY", "2026-11-22", "2026-11-23")]
    [InlineData("前天", "2026-11-21", "2026-11-22")]
    [InlineData("this week", "2026-11-23", "2026-11-30")]
    [InlineData("上週", "2026-11-16", "2026-11-23")]
    [InlineData("last-week", "2026-11-16", "2026-11-23")]
    [InlineData("上個月", "2026-10-01", "2026-11-01")]
    [InlineData("去年", "2025-01-01", "2026-01-01")]
    [InlineData("monday", "2026-11-23", "2026-11-24")]
    [InlineData("tue", "2026-11-17", "2026-11-18")]
    [InlineData("星期日", "2026-11-22", "2026-11-23")]
    [InlineData("週五", "2026-11-20", "2026-11-21")]
    [InlineData("3 days ago", "2026-11-20", "2026-11-21")]
    [InlineData("3天前", "2026-11-20", "2026-11-21")]
    [InlineData("2個月前", "2026-09-23", "2026-09-24")]
    [InlineData("7d", "2026-11-16", "2026-11-17")]
    [InlineData("2026-11-01..2026-11-03", "2026-11-01", "2026-11-04")]
    [InlineData("上個月..昨天", "2026-10-01", "2026-11-23")]
    public void A_date_is_read(string text, string start, string end)
    {
        var period = Read.Read(text);
        Assert.Equal((start, end), (period?.Start.ToString("yyyy-MM-dd"), period?.End.ToString("yyyy-MM-dd")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("2026-13-01")]
    [InlineData("2026-02-30")]
    [InlineData("9999-12-31")]
    [InlineData("0001-01-01")]
    [InlineData("1/2/2026")]
    [InlineData("115/13/20")]
    [InlineData("民國115年2月30日")]
    [InlineData("民國999年")]
    [InlineData("13/20")]
    [InlineData("99999999d")]
    [InlineData("..")]
    [InlineData("2026-11-03..2026-11-01")]
    [InlineData("someday")]
    [InlineData("星期八")]
    [InlineData("١٢-١١-٢٠٢٦")]
    public void What_is_no_date_or_could_be_two_is_not_read(string text) => Assert.Null(Read.Read(text));

    [Theory]
    [InlineData("12h", "2026-11-23T04:00")]
    [InlineData("7 days", "2026-11-16T16:00")]
    [InlineData("2週", "2026-11-09T16:00")]
    [InlineData("3個月", "2026-08-23T16:00")]
    [InlineData("1Y", "2025-11-23T16:00")]
    [InlineData("9999y", "1926-11-23T16:00")]
    public void An_age_is_read(string text, string local) =>
        Assert.Equal(local, Read.Ago(text)?.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-ddTHH:mm"));

    [Theory]
    [InlineData("5M", 5 << 20)]
    [InlineData("5 MB", 5 << 20)]
    [InlineData("5mib", 5 << 20)]
    [InlineData("1.5k", 1536)]
    [InlineData("200", 200)]
    [InlineData("2GB", 2L << 30)]
    public void A_size_is_read(string text, long bytes) => Assert.Equal(bytes, Values.Bytes(text));

    [Theory]
    [InlineData("")]
    [InlineData("b")]
    [InlineData("-5M")]
    [InlineData("5T5")]
    [InlineData("99999999999999999999999999999999M")]
    public void What_is_no_size_is_not_read(string text) => Assert.Null(Values.Bytes(text));
}
