using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Archive.Encryption;
using Recorder.Tests.Archive.Log;

namespace Recorder.Tests.Archive.Encryption;

public sealed class PageCipherTests
{
    private const int Page = PageCipher.PageBytes, Stored = PageCipher.StoredPageBytes;

    public static TheoryData<int> Lengths => [0, 1, Page - 1, Page, Page + 1, 3 * Page, 40 * Page + 5];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void What_is_written_is_read_whole_and_from_any_place(int length)
    {
        using var file = new TestFile(length);
        using var reader = file.Open();
        Assert.Equal(length, reader.Length);
        Assert.Equal(EncryptedFile.StoredBytes(length), file.StoredBytes);
        var all = new byte[length + 10];
        Assert.Equal(length, reader.Read(0, all));
        Assert.Equal(file.Plain, all[..length]);
        var random = new Random(length);
        for (var i = 0; i < 50 && length > 0; i++)
        {
            var from = random.Next(length);
            var part = new byte[random.Next(1, length + 1)];
            var read = reader.Read(from, part);
            Assert.Equal(Math.Min(part.Length, length - from), read);
            Assert.Equal(file.Plain.AsSpan(from, read).ToArray(), part[..read]);
        }
        Assert.Equal(0, reader.Read(length, new byte[1]));
    }

    [Fact]
    public void Nothing_that_is_written_can_be_seen_in_the_file()
    {
        using var file = new TestFile(5 * Page, fill: (byte)'S');
        Assert.DoesNotContain("SSSS", System.Text.Encoding.Latin1.GetString(file.Bytes()));
        Assert.NotEqual(file.Bytes()[64..(64 + Page)], file.Bytes()[(64 + Stored)..(64 + Stored + Page)]);
    }

    [Fact]
    public void The_same_bytes_written_twice_have_nothing_in_common()
    {
        using var one = new TestFile(Page);
        using var other = new TestFile(Page);
        Assert.NotEqual(one.Bytes()[64..128], other.Bytes()[64..128]);
    }

    [Fact]
    public void A_flipped_byte_is_named_by_its_page_wherever_it_is_and_other_pages_are_read()
    {
        using var file = new TestFile(2 * Page + 100);
        foreach (var at in new[] { 64, 64 + Page - 1, 64 + Page, 64 + Stored - 1 })
        {
            file.Flip(at);
            using (var reader = file.Open())
            {
                var error = Assert.Throws<ArchiveException>(() => reader.Read(0, new byte[10]));
                Assert.Equal(ArchiveFault.Damaged, error.Fault);
                Assert.Contains("page 0", error.Message, StringComparison.Ordinal);
                Assert.Equal(100, reader.Read(2 * Page, new byte[100]));
            }
            file.Flip(at);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(20)]
    [InlineData(50)]
    [InlineData(60)]
    public void A_flipped_byte_of_the_head_leaves_nothing_to_be_read(int at)
    {
        using var file = new TestFile(100);
        file.Flip(at);
        Assert.Equal(ArchiveFault.Damaged, Assert.Throws<ArchiveException>(() => file.Open()).Fault);
    }

    [Fact]
    public void Pages_that_change_places_are_not_read()
    {
        using var file = new TestFile(3 * Page);
        var bytes = file.Bytes();
        file.Write(64, bytes.AsSpan(64 + Stored, Stored));
        file.Write(64 + Stored, bytes.AsSpan(64, Stored));
        using var reader = file.Open();
        foreach (var page in new[] { 0, 1 }) Assert.Throws<ArchiveException>(() => reader.Read(page * Page, new byte[Page]));
        Assert.Equal(Page, reader.Read(2 * Page, new byte[Page]));
    }

    [Theory]
    [InlineData(64 + 2 * Stored)]
    [InlineData(64 + Stored)]
    [InlineData(64 + Stored + 40)]
    [InlineData(64 + Stored + 7)]
    [InlineData(64)]
    [InlineData(20)]
    public void A_file_that_was_cut_short_is_not_taken_for_a_shorter_one(int storedBytes)
    {
        using var file = new TestFile(3 * Page);
        file.Truncate(storedBytes);
        Assert.Throws<ArchiveException>(() =>
        {
            using var reader = file.Open();
            reader.Read(reader.Length - 1, new byte[1]);
        });
    }

    [Fact]
    public void A_page_of_another_file_or_under_another_files_head_is_not_read()
    {
        using var file = new TestFile(Page);
        using var other = new TestFile(Page, keys: file.Keys);
        other.Write(64, file.Bytes().AsSpan(64));
        Assert.Throws<ArchiveException>(() => other.Open().Read(0, new byte[1]));
        using var moved = new TestFile(Page, keys: file.Keys);
        moved.Write(0, file.Bytes().AsSpan(0, 64));
        Assert.Throws<ArchiveException>(() => moved.Open().Read(0, new byte[1]));
    }

    [Fact]
    public void Without_its_key_a_file_says_which_and_why()
    {
        using var file = new TestFile(Page);
        using var none = FileKeys.Open(new MemoryDisk(), [LogBench.NewMaster()], encrypts: true);
        var error = Assert.Throws<ArchiveException>(() => file.Open(none));
        Assert.Contains("some/file.aes", error.Message, StringComparison.Ordinal);
        Assert.Contains("archive.keys", error.Message, StringComparison.Ordinal);
    }

    /// <summary>One encrypted file, to be read and tampered with.</summary>
    private sealed class TestFile : IDisposable
    {
        private readonly MemoryDisk _disk = new();

        public TestFile(int length, byte? fill = null, FileKeys? keys = null)
        {
            Keys = keys ?? FileKeys.Open(new MemoryDisk(), [LogBench.NewMaster()], encrypts: true);
            Plain = LogBench.Bytes(length);
            if (fill is { } value) Plain.AsSpan().Fill(value);
            using var writer = new EncryptedWriter(_disk.Open("file", DiskMode.Create), Keys, FileKeys.Make($"some/{Guid.NewGuid()}"));
            for (var at = 0; at < length; at += 5_000) writer.Write(at, Plain.AsSpan(at, Math.Min(5_000, length - at)));
            Assert.Equal(length, writer.Length);
            writer.Sync();
        }

        public FileKeys Keys { get; }
        public byte[] Plain { get; }
        public long StoredBytes => Bytes().Length;

        public IDiskFile Open(FileKeys? keys = null) => EncryptedFile.OpenRead(_disk.Open("file", DiskMode.Read), "some/file.aes", keys ?? Keys, must: true, owns: true);

        public byte[] Bytes()
        {
            using var file = _disk.Open("file", DiskMode.Read);
            var bytes = new byte[file.Length];
            file.Read(0, bytes);
            return bytes;
        }

        public void Flip(int at) => Write(at, [(byte)(Bytes()[at] ^ 1)]);

        public void Write(long at, ReadOnlySpan<byte> bytes)
        {
            using var file = _disk.Open("file", DiskMode.Modify);
            file.Write(at, bytes);
        }

        public void Truncate(long length)
        {
            using var file = _disk.Open("file", DiskMode.Modify);
            file.Truncate(length);
        }

        public void Dispose() => Keys.Dispose();
    }
}
