using Recorder.Flow;
using Recorder.Intake;
using Recorder.Mail;

namespace Recorder.Tests.Mail;

/// <summary>Every hostile message is read within bounds, whole or flagged.</summary>
public class HostileMailTests
{
    private const long MaxAllocatedBytes = 600L << 20; // in total over the run; what is alive at once is far less

    public static TheoryData<string> Names() => [.. HostileMail.All.Keys];

    [Theory, MemberData(nameof(Names))]
    public void It_is_read_within_bounds(string name)
    {
        var bytes = HostileMail.All[name]();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        HeaderReader.Glance(bytes.AsSpan(0, Math.Min(bytes.Length, MessageStart.MaxHeaderBytes)));
        var facts = MailBytes.Facts(bytes);
        var read = (watch.ElapsedMilliseconds, GC.GetAllocatedBytesForCurrentThread() - before);
        var view = MailBytes.View(bytes);
        TestContext.Current.SendDiagnosticMessage($"{name}: {bytes.Length >> 10} KB, read {read.ElapsedMilliseconds} ms, {read.Item2 >> 20} MB, with view {watch.ElapsedMilliseconds} ms, {facts.Flags}, {facts.Text.Length} characters, {facts.Attachments.Count} parts");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocatedBytes);
        Assert.InRange(facts.Text.Length, 0, MailReadLimits.Default.MaxTextLength);
        Assert.InRange(facts.Attachments.Count, 0, MailReadLimits.Default.MaxParts);
        Assert.True(view.Html is null || view.Html.Length < 20 << 20);
        if (name is not ("no-header" or "nothing" or "only-dots")) Assert.Equal(name, facts.Subject);
    }
}
