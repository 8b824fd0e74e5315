using Recorder.Archive.Disk;
using Recorder.Archive.Segments;

namespace Recorder.Tests.Archive.Segments;

public class SegmentsStoreTests
{
    private readonly MemoryDisk _disk = new();

    [Fact]
    public void What_was_put_is_listed_read_in_ranges_and_deleted()
    {
        var store = new FolderSegmentStore(_disk, "deep/in/folders");
        store.Put("a/two.x", stream => stream.Write([1, 2, 3, 4]));
        store.Put("a/one.x", stream => stream.Write([]));
        store.Put("ab/one.x", stream => stream.Write([9]));
        Assert.Equal(["a/one.x", "a/two.x"], store.List("a/"));
        Assert.Equal(["a/two.x"], store.List("a/t"));
        Assert.Equal(["a/one.x", "a/two.x", "ab/one.x"], store.List(""));
        Assert.Equal(4, store.LengthOf("a/two.x"));
        var buffer = new byte[5];
        Assert.Equal(3, store.ReadRange("a/two.x", 1, buffer));
        Assert.Equal([2, 3, 4, 0, 0], buffer);
        store.Delete("a/two.x");
        store.Delete("a/two.x");
        Assert.Equal(["a/one.x"], store.List("a/"));
        Assert.Throws<FileNotFoundException>(() => store.LengthOf("a/two.x"));
    }

    [Fact]
    public void A_name_is_put_once_and_a_failed_put_leaves_none()
    {
        var store = new FolderSegmentStore(_disk, "s");
        store.Put("a/one.x", stream => stream.Write([1]));
        Assert.Throws<IOException>(() => store.Put("a/one.x", stream => stream.Write([2])));
        Assert.Throws<InvalidOperationException>(() => store.Put("a/two.x", _ => throw new InvalidOperationException()));
        Assert.Equal(["one.x"], _disk.List("s/a"));
        Assert.Equal(1, store.LengthOf("a/one.x"));
    }

    [Theory]
    [InlineData("a/one")]
    [InlineData("a.b/one.x")]
    [InlineData("../one.x")]
    public void A_name_that_is_no_object_name_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => new FolderSegmentStore(_disk, "s").Put(name, _ => { }));

    [Fact]
    public void Leftovers_of_a_killed_process_are_not_listed_and_go_at_open()
    {
        var store = new FolderSegmentStore(_disk, "s");
        store.Put("a/one.x", _ => { });
        using (_disk.Open("s/a/two.x.tmp", DiskMode.Create)) { }
        Assert.Equal(["a/one.x"], store.List(""));
        Assert.Equal(["a/one.x"], new FolderSegmentStore(_disk, "s").List(""));
        Assert.Equal(["one.x"], _disk.List("s/a"));
    }
}
