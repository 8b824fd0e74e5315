using Recorder.Search;

namespace Recorder.Web.Pages;

/// <summary>What a reader is told where a search may miss words of the attachments: keys of texts.</summary>
internal static class AttachmentNotes
{
    public static IEnumerable<string> Of(AttachmentGaps gaps) =>
        Enum.GetValues<AttachmentGaps>().Where(gap => gap != AttachmentGaps.None && gaps.HasFlag(gap)).Select(gap => $"attachments.{gap}");
}
