using Recorder.Indexing;

namespace Recorder.Tests.Indexing;

public class LateTests
{
    private int opened, closed;

    [Fact]
    public void It_opens_by_its_first_use_and_once()
    {
        using var late = new Late<Thing>(Open);
        Assert.Equal(0, opened);
        Parallel.For(0, 8, _ => Assert.NotNull(late.Value));
        Assert.Equal(1, opened);
    }

    [Fact]
    public void A_failure_to_open_is_told_and_tried_again()
    {
        var failures = 1;
        using var late = new Late<Thing>(() => failures-- > 0 ? throw new IOException("not yet") : Open());
        Assert.Throws<IOException>(() => late.Value);
        Assert.NotNull(late.Value);
    }

    [Fact]
    public void Closing_closes_what_was_opened_and_opens_nothing()
    {
        var late = new Late<Thing>(Open);
        late.Dispose();
        Assert.Throws<ObjectDisposedException>(() => late.Value);
        Assert.Equal((0, 0), (opened, closed));
        late = new Late<Thing>(Open);
        Assert.NotNull(late.Value);
        late.Dispose();
        Assert.Equal((1, 1), (opened, closed));
    }

    private Thing Open()
    {
        Interlocked.Increment(ref opened);
        return new Thing(() => closed++);
    }

    private sealed class Thing(Action close) : IDisposable
    {
        public void Dispose() => close();
    }
}
