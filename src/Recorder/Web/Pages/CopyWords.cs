using System.Globalization;
using Recorder.Retention;

namespace Recorder.Web.Pages;

/// <summary>What a page says of a copy of mail that was removed.</summary>
internal static class CopyWords
{
    public static string Of(CopyOfRemoved copy, PageFrame frame) => copy.EndedAt is { } ended ? frame.Text["certificateCopyEnded", Show.Moment(ended, frame)]
        : (copy.KeptUntil is { } day ? frame.Text["certificateCopyUntil", Show.Moment(copy.MadeAt, frame), day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)]
            : frame.Text[copy.Kind == "mirror" ? "certificateCopyFollows" : "certificateCopyOpen", Show.Moment(copy.MadeAt, frame)])
        + (copy.IsNoted == true ? frame.Text["certificateCopyNoted"] : "");
}
