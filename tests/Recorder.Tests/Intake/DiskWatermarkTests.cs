using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Recorder.Intake;

namespace Recorder.Tests.Intake;

public sealed class DiskWatermarkTests
{
    private const long Mega = 1L << 20, MaxMessage = 50 * Mega;

    private static DiskWatermark Make(Func<DiskSpace> space, int sessions = 0, TimeProvider? time = null) =>
        new(space, () => sessions, MaxMessage, time ?? new FakeTimeProvider(), NullLogger<DiskWatermark>.Instance);

    [Theory]
    [InlineData(1000, 1000, DiskLevel.Fine)]
    [InlineData(200, 1000, DiskLevel.Fine)]
    [InlineData(199, 1000, DiskLevel.Low)]
    [InlineData(100, 1000, DiskLevel.Low)]
    [InlineData(99, 1000, DiskLevel.VeryLow)]
    [InlineData(49, 1000, DiskLevel.Critical)]
    [InlineData(0, 1000, DiskLevel.Critical)]
    [InlineData(10, 0, DiskLevel.Fine)]
    public void Alarms_begin_below_20_10_and_5_percent(long free, long total, DiskLevel level) =>
        Assert.Equal(level, Make(() => new DiskSpace(free * Mega, total * Mega)).Level);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16)]
    public void Mail_waits_while_each_open_session_and_one_more_could_still_bring_its_largest_message(int sessions)
    {
        var enough = (sessions + 1) * MaxMessage + DiskWatermark.ReserveBytes;
        Assert.True(Make(() => new DiskSpace(enough, 0), sessions).HasRoom);
        Assert.False(Make(() => new DiskSpace(enough - 1, 0), sessions).HasRoom);
    }

    [Fact]
    public void Space_that_returns_is_seen()
    {
        var time = new FakeTimeProvider();
        var space = new DiskSpace(0, 1000 * Mega);
        var watermark = Make(() => space, time: time);
        Assert.False(watermark.HasRoom);

        space = new DiskSpace(900 * Mega, 1000 * Mega);
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(watermark.HasRoom);
        Assert.Equal(DiskLevel.Fine, watermark.Level);
    }
}
