using System.Text;
using Recorder.Archive.Disk;

namespace Recorder.Tests.Archive.Disk;

/// <summary>What every disk must do, whatever it is made of.</summary>
public abstract class DiskContract : IDisposable
{
    protected abstract IDisk Disk { get; }

    public virtual void Dispose() => GC.SuppressFinalize(this);

    [Fact]
    public void A_new_file_is_read_back_through_another_handle()
    {
        using (var file = Disk.Open("a.bin", DiskMode.Create)) file.Write(0, "hello"u8);
        Assert.Equal("hello", Text("a.bin"));
    }

    [Fact]
    public void Creating_over_an_existing_file_is_an_error_and_leaves_it()
    {
        Put("a.bin", "first");
        Assert.ThrowsAny<IOException>(() => Disk.Open("a.bin", DiskMode.Create));
        Assert.Equal("first", Text("a.bin"));
    }

    [Theory]
    [InlineData(DiskMode.Read)]
    [InlineData(DiskMode.Modify)]
    public void Opening_a_missing_file_is_an_error(DiskMode mode) =>
        Assert.Throws<FileNotFoundException>(() => Disk.Open("none", mode));

    [Fact]
    public void Making_a_file_in_a_missing_folder_is_an_error() =>
        Assert.Throws<DirectoryNotFoundException>(() => Disk.Open("none/a", DiskMode.Create));

    [Fact]
    public void Modifying_keeps_the_other_bytes()
    {
        Put("a.bin", "0123456789");
        using (var file = Disk.Open("a.bin", DiskMode.Modify)) file.Write(3, "xyz"u8);
        Assert.Equal("012xyz6789", Text("a.bin"));
    }

    [Fact]
    public void A_handle_for_reading_refuses_writes()
    {
        Put("a.bin", "x");
        using var file = Disk.Open("a.bin", DiskMode.Read);
        Assert.ThrowsAny<IOException>(() => file.Write(0, "y"u8));
    }

    [Fact]
    public void Writing_past_the_end_leaves_zeros_between()
    {
        using var file = Disk.Open("a.bin", DiskMode.Create);
        file.Write(3, "x"u8);
        Assert.Equal("\0\0\0x", Text("a.bin"));
        Assert.Equal(4, file.Length);
    }

    [Fact]
    public void Truncated_bytes_do_not_come_back_when_the_file_grows_again()
    {
        using var file = Disk.Open("a.bin", DiskMode.Create);
        file.Write(0, "secret"u8);
        file.Truncate(2);
        Assert.Equal(2, file.Length);
        file.Truncate(4);
        Assert.Equal("se\0\0", Text("a.bin"));
    }

    [Fact]
    public void A_read_at_the_end_is_short_and_beyond_it_empty()
    {
        Put("a.bin", "abc");
        using var file = Disk.Open("a.bin", DiskMode.Read);
        var buffer = new byte[8];
        Assert.Equal(2, file.Read(1, buffer));
        Assert.Equal(0, file.Read(3, buffer));
        Assert.Equal(0, file.Read(100, buffer));
    }

    [Fact]
    public void Folders_are_made_with_their_parents_and_list_their_names_in_ordinal_order()
    {
        Disk.CreateFolder("x/y");
        Disk.CreateFolder("x/y");
        Put("x/b", "");
        Put("x/B", "");
        Put("x/y/z", "");
        Assert.Equal(["B", "b", "y"], Disk.List("x"));
        Assert.Equal(["x"], Disk.List(""));
        Assert.Empty(Disk.List("none"));
        Assert.True(Disk.Exists("x/y"));
        Assert.False(Disk.Exists("x/none"));
    }

    [Fact]
    public void Renaming_replaces_the_target()
    {
        Put("a", "new");
        Put("b", "old");
        Disk.Rename("a", "b");
        Assert.Equal("new", Text("b"));
        Assert.Equal(["b"], Disk.List(""));
        Assert.ThrowsAny<IOException>(() => Disk.Rename("a", "c"));
    }

    [Fact]
    public void Deleting_takes_files_and_empty_folders_and_forgives_missing_names()
    {
        Disk.CreateFolder("x");
        Put("x/a", "1");
        Assert.ThrowsAny<IOException>(() => Disk.Delete("x"));
        Disk.Delete("x/a");
        Disk.Delete("x");
        Disk.Delete("x");
        Disk.Delete("none/none");
        Assert.Empty(Disk.List(""));
    }

    [Fact]
    public void An_open_file_stays_readable_after_its_name_is_gone()
    {
        Put("a", "still");
        using var file = Disk.Open("a", DiskMode.Read);
        Disk.Delete("a");
        var buffer = new byte[5];
        Assert.Equal(5, file.Read(0, buffer));
        Assert.Equal("still", Encoding.ASCII.GetString(buffer));
    }

    [Fact]
    public void A_lock_has_one_holder_at_a_time()
    {
        var first = Disk.Open("lock", DiskMode.Lock);
        Assert.ThrowsAny<IOException>(() => Disk.Open("lock", DiskMode.Lock));
        first.Dispose();
        Disk.Open("lock", DiskMode.Lock).Dispose();
    }

    [Fact]
    public void Syncing_a_missing_folder_is_an_error()
    {
        Disk.SyncDirectory("");
        Assert.ThrowsAny<IOException>(() => Disk.SyncDirectory("none"));
    }

    [Fact]
    public void A_closed_file_refuses_further_use()
    {
        var file = Disk.Open("a", DiskMode.Create);
        file.Sync();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Write(0, "x"u8));
    }

    [Fact]
    public void Free_space_is_known() => Assert.True(Disk.FreeBytes > 0);

    [Fact]
    public void A_durable_write_appears_whole_or_not_at_all()
    {
        DurableFile.Write(Disk, "a", stream => stream.Write("one"u8));
        Assert.ThrowsAny<IOException>(() => DurableFile.Write(Disk, "a", stream => stream.Write("two"u8)));
        Assert.Equal("one", Text("a"));
        Assert.Throws<InvalidOperationException>(() => DurableFile.Write(Disk, "b", _ => throw new InvalidOperationException()));
        Assert.Equal(["a"], Disk.List(""));
        DurableFile.Write(Disk, "a", stream => stream.Write("two"u8), replace: true);
        Assert.Equal("two", Text("a"));
    }

    protected void Put(string path, string text)
    {
        using var file = Disk.Open(path, DiskMode.Create);
        file.Write(0, Encoding.Latin1.GetBytes(text));
    }

    protected string Text(string path)
    {
        using var file = Disk.Open(path, DiskMode.Read);
        var bytes = new byte[file.Length];
        Assert.Equal(bytes.Length, file.Read(0, bytes));
        return Encoding.Latin1.GetString(bytes);
    }
}

public sealed class MemoryDiskTests : DiskContract
{
    protected override IDisk Disk { get; } = new MemoryDisk();

    [Fact]
    public void A_full_disk_refuses_and_takes_again_after_a_deletion()
    {
        var disk = new MemoryDisk(capacityBytes: 10);
        using (var file = disk.Open("a", DiskMode.Create))
        {
            file.Write(0, new byte[8]);
            Assert.Throws<DiskFullException>(() => file.Write(8, new byte[3]));
        }
        disk.Delete("a");
        Assert.Equal(10, disk.FreeBytes);
    }
}

public sealed class RealDiskTests : DiskContract
{
    private readonly string _root = Directory.CreateTempSubdirectory("recorder-disk-").FullName;

    public RealDiskTests() => Disk = new RealDisk(_root);

    protected override IDisk Disk { get; }

    public override void Dispose()
    {
        Directory.Delete(_root, recursive: true);
        base.Dispose();
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../x")]
    public void A_path_out_of_the_root_is_refused(string path) => Assert.Throws<ArgumentException>(() => Disk.Exists(path));

    [Fact]
    public void A_new_root_belongs_to_its_owner_alone()
    {
        if (OperatingSystem.IsWindows()) return;
        _ = new RealDisk(Path.Combine(_root, "inner"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(_root, "inner")));
    }

    [Fact]
    public void A_write_to_a_full_device_says_so()
    {
        if (!File.Exists("/dev/full")) Assert.Skip("no /dev/full here");
        File.CreateSymbolicLink(Path.Combine(_root, "full"), "/dev/full");
        using var file = Disk.Open("full", DiskMode.Modify);
        Assert.Throws<DiskFullException>(() => file.Write(0, "x"u8));
    }
}
