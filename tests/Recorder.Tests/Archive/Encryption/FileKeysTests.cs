using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Archive.Encryption;
using Recorder.Tests.Archive.Copies;
using Recorder.Tests.Archive.Disk;
using Recorder.Tests.Archive.Log;

namespace Recorder.Tests.Archive.Encryption;

public sealed class FileKeysTests
{
    private readonly MasterKey _master = LogBench.NewMaster(), _next = LogBench.NewMaster();
    private readonly MemoryDisk _disk = new();

    [Fact]
    public void Keys_are_there_again_after_a_start_and_each_of_its_file_alone()
    {
        var made = Fill(20);
        using var keys = Open();
        Assert.Equal(20, keys.Count);
        Assert.All(made, key => Assert.Equal(key.Key, keys.Find(key.Id)));
        Assert.Null(keys.Find(Guid.NewGuid()));
        Assert.True(keys.Has("file 3"));
    }

    [Fact]
    public void No_key_stands_in_the_key_file()
    {
        var made = Fill(5);
        var bytes = Convert.ToHexString(Bytes());
        Assert.All(made, key => Assert.DoesNotContain(Convert.ToHexString(key.Key), bytes, StringComparison.Ordinal));
    }

    [Fact]
    public void Another_master_key_or_none_is_refused_by_name_and_changes_nothing()
    {
        Fill(3);
        var before = Bytes();
        foreach (var given in new IReadOnlyList<MasterKey>[] { [_next], [] })
        {
            var error = Assert.Throws<ArchiveException>(() => FileKeys.Open(_disk, given, encrypts: given.Count > 0));
            Assert.Contains(_master.Id, error.Message, StringComparison.Ordinal);
            Assert.Equal(ArchiveFault.Unavailable, error.Fault);
        }
        Assert.Equal(before, Bytes());
    }

    [Fact]
    public void A_damaged_place_costs_its_key_alone_and_stays_for_a_person()
    {
        var made = Fill(10);
        CopyBench.Flip(_disk, FileKeys.FileName, 256 * 4 + 100);
        using var keys = Open();
        Assert.Equal((9, 1), (keys.Count, keys.Damaged));
        Assert.Null(keys.Find(made[3].Id));
        Keep(keys, "later");
        using var again = Open();
        Assert.Equal((10, 1), (again.Count, again.Damaged));
    }

    [Fact]
    public void A_damaged_beginning_is_refused()
    {
        Fill(2);
        CopyBench.Flip(_disk, FileKeys.FileName, 17);
        Assert.Contains("put back a copy", Assert.Throws<ArchiveException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_slot_moved_to_another_file_does_not_open_it()
    {
        var made = Fill(2);
        var slot = KeySlot.Decode(Bytes().AsSpan(256))!;
        using (var file = _disk.Open(FileKeys.FileName, DiskMode.Modify)) file.Write(512, (slot with { Id = made[1].Id, Path = made[1].Path }).Encode());
        using var keys = Open();
        Assert.Null(keys.Find(made[1].Id));
    }

    [Fact]
    public void Keys_of_files_that_are_gone_are_destroyed_and_no_others()
    {
        var made = Fill(6);
        var before = Convert.ToHexString(Bytes());
        using (var keys = Open())
        {
            foreach (var path in new[] { "file 1", "file 2", "file 4" }) keys.Forget(path);
            Assert.Equal(made[1].Key, keys.Find(made[1].Id));
        }
        using (var keys = Open())
        {
            // What was given up and is there all the same: its removal did not come to its end.
            Assert.Equal(2, keys.Destroy(path => path == "file 4"));
            Assert.Equal(0, keys.Destroy(_ => false));
        }
        using var left = Open();
        Assert.Equal([0, 3, 4, 5], Enumerable.Range(0, 6).Where(i => left.Find(made[i].Id) is not null));
        var wrapped = KeySlot.Decode(Convert.FromHexString(before).AsSpan(256 * 2))!.Wrapped;
        Assert.DoesNotContain(Convert.ToHexString(wrapped.Span), Convert.ToHexString(Bytes()), StringComparison.Ordinal);
        Assert.Equal(256 * 5, Bytes().Length);
    }

    [Fact]
    public void A_name_that_is_written_again_leaves_the_former_key_to_be_destroyed()
    {
        using var keys = Open();
        var (former, now) = (Keep(keys, "segment"), Keep(keys, "segment"));
        Assert.Equal(1, keys.Destroy(_ => true));
        Assert.Null(keys.Find(former.Id));
        Assert.Equal(now.Key, keys.Find(now.Id));
    }

    [Fact]
    public void The_master_key_changes_without_any_other_file()
    {
        var made = Fill(8);
        using (var keys = FileKeys.Open(_disk, [_next, _master], encrypts: true))
        {
            Assert.Equal(_master.Id, keys.MasterId);
            Assert.Equal((_master.Id, 8), keys.Rotate(_next));
            Assert.Equal((_next.Id, 0), keys.Rotate(_next));
            Keep(keys, "later");
        }
        Assert.Throws<ArchiveException>(Open);
        using var rotated = FileKeys.Open(_disk, [_next], encrypts: true);
        Assert.Equal(9, rotated.Count);
        Assert.All(made, key => Assert.Equal(key.Key, rotated.Find(key.Id)));
    }

    [Fact]
    public void Wherever_the_power_fails_while_the_master_key_changes_all_keys_are_wrapped_by_one()
    {
        var (before, after) = (0, 0);
        for (var operations = 0; operations < 12; operations++)
        {
            var disk = new FaultyDisk(operations);
            using var keys = FileKeys.Open(disk, [_master], encrypts: true);
            var made = Enumerable.Range(0, 5).Select(i => Keep(keys, $"file {i}")).ToList();
            disk.LosePowerAfter(operations);
            try { keys.Rotate(_next); }
            catch (IOException) { }
            disk.Crash();
            using var opened = FileKeys.Open(disk, [_next, _master], encrypts: true);
            Assert.All(made, key => Assert.Equal(key.Key, opened.Find(key.Id)));
            if (opened.MasterId == _master.Id) before++;
            else after++;
        }
        Assert.True(before > 0 && after > 0, $"{before} before, {after} after");
    }

    [Fact]
    public void A_key_that_could_not_be_kept_is_nobodys_and_the_next_is_kept_again()
    {
        var disk = new FaultyDisk(3);
        using var keys = FileKeys.Open(disk, [_master], encrypts: true);
        var first = Keep(keys, "first");
        disk.FailNextSyncs = 1;
        var failed = FileKeys.Make("failed");
        Assert.Throws<IOException>(() => keys.Keep(failed));
        var second = Keep(keys, "second");
        Assert.Empty(disk.SyncedAgain);
        disk.LosePowerAfter(0);
        disk.Crash();
        using var opened = FileKeys.Open(disk, [_master], encrypts: true);
        Assert.Equal(first.Key, opened.Find(first.Id));
        Assert.Equal(second.Key, opened.Find(second.Id));
        Assert.Null(opened.Find(failed.Id));
        Assert.Equal(0, opened.Damaged);
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==")]
    public void What_is_no_key_is_none(string text) => Assert.Null(MasterKey.Parse(text));

    [Fact]
    public void A_new_master_key_reads_back_and_its_name_does_not_tell_it()
    {
        var text = MasterKey.NewText();
        Assert.Equal(MasterKey.Parse(text)!.Id, MasterKey.Parse($"  {text}\n")!.Id);
        Assert.DoesNotContain(MasterKey.Parse(text)!.Id, Convert.ToHexStringLower(Convert.FromBase64String(text)), StringComparison.Ordinal);
    }

    private FileKeys Open() => FileKeys.Open(_disk, [_master], encrypts: true);

    private static FileKey Keep(FileKeys keys, string path)
    {
        var key = FileKeys.Make(path);
        keys.Keep(key);
        return key;
    }

    private List<FileKey> Fill(int count)
    {
        using var keys = Open();
        return [.. Enumerable.Range(0, count).Select(i => Keep(keys, $"file {i}"))];
    }

    private byte[] Bytes()
    {
        using var file = _disk.Open(FileKeys.FileName, DiskMode.Read);
        var bytes = new byte[file.Length];
        file.Read(0, bytes);
        return bytes;
    }
}
