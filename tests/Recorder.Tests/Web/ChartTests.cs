using Recorder.Web.Pages;

namespace Recorder.Tests.Web;

public sealed class ChartTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 5)]
    [InlineData(5, 5)]
    [InlineData(51, 100)]
    [InlineData(100, 100)]
    [InlineData(101, 200)]
    [InlineData(long.MaxValue, long.MaxValue)]
    public void The_axis_ends_at_a_round_number(long largest, long top) => Assert.Equal(top, ChartScale.RoundUp(largest));

    [Fact]
    public void The_largest_bar_stays_under_the_top_and_none_leaves_the_drawing()
    {
        var scale = new ChartScale([.. Enumerable.Range(0, 30).Select(day => new ChartBar($"{day}", day * day))]);
        Assert.Equal("150", scale.Y(0));
        Assert.Equal("12", scale.Y(scale.Max));
        Assert.InRange(double.Parse(scale.X(29), System.Globalization.CultureInfo.InvariantCulture) + double.Parse(scale.BarWidth, System.Globalization.CultureInfo.InvariantCulture), 0, ChartScale.Width);
        Assert.Equal(1, new ChartScale([]).Max);
    }
}
