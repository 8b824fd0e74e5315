using Recorder.Archive;
using Recorder.Attachments;
using Recorder.Search;
using Recorder.Tests.Search;

namespace Recorder.Tests.Attachments;

public sealed class AttachmentQueueTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(40)] // more than are given out at once
    public void Nothing_waits_when_all_that_was_given_out_is_done(int messages)
    {
        using var bed = new SearchBed();
        var queue = new AttachmentQueue();
        queue.Added([.. Enumerable.Range(1, messages).Select(sequence => bed.Mail() with { Id = new RecordId(new Guid(sequence, 0, 0, new byte[8])).ToString(), Gaps = AttachmentGaps.Waiting })]);
        Assert.Equal(messages, queue.Count);
        var after = 0L;
        while (queue.Next(after, after) is { } next) after = next.Through;
        Assert.Equal(messages, after);
        Assert.Equal(0, queue.Count);
    }
}
