using Lucene.Net.Index;
using Lucene.Net.Store;
using Recorder.Search.Packing;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Search;

public class PackingTests
{
    private const string Name = "_0.pos";

    [Theory]
    [InlineData(0, IOContext.UsageContext.FLUSH)]
    [InlineData(1, IOContext.UsageContext.FLUSH)]
    [InlineData(8192, IOContext.UsageContext.MERGE)]
    [InlineData(8193, IOContext.UsageContext.FLUSH)]
    [InlineData(300_000, IOContext.UsageContext.FLUSH)]
    [InlineData(300_000, IOContext.UsageContext.MERGE)]
    public void What_was_written_is_read_from_any_place(int length, IOContext.UsageContext use)
    {
        var bytes = Sample(length, seed: length);
        using var directory = Written(bytes, use);
        using var input = directory.OpenInput(Name, IOContext.READ);
        Assert.Equal(length, input.Length);
        Assert.Equal(bytes, ReadAll(input));
        var random = new Random(5);
        for (var i = 0; i < 200 && length > 0; i++)
        {
            var (from, count) = (random.Next(length), random.Next(20_000));
            var part = new byte[Math.Min(count, length - from)];
            input.Seek(from);
            input.ReadBytes(part, 0, part.Length);
            Assert.Equal(bytes.AsSpan(from, part.Length).ToArray(), part);
        }
    }

    [Fact]
    public void Repetitive_blocks_shrink_and_random_ones_are_stored()
    {
        using var repetitive = Written(Sample(100_000, 1), IOContext.UsageContext.MERGE);
        Assert.True(repetitive.FileLength(Name) < 70_000);
        var noise = new byte[100_000];
        new Random(2).NextBytes(noise);
        using var random = Written(noise, IOContext.UsageContext.FLUSH);
        Assert.InRange(random.FileLength(Name), 100_000, 100_100);
        using var input = random.OpenInput(Name, IOContext.READ);
        Assert.Equal(noise, ReadAll(input));
    }

    [Theory]
    [InlineData(-1, 100_008)]
    [InlineData(1, 70_000)]
    public void Dictionaries_are_packed_by_forced_merges_only(int maxSegments, int atMost)
    {
        byte[] bytes = [.. Sample(100_000, 9), 0, 0, 0, 0, 1, 2, 3, 4]; // as Lucene ends a file, with 32 bits of checksum
        const string name = "_0.tim";
        using var directory = new PackedDirectory(new RAMDirectory());
        using (var output = directory.CreateOutput(name, new IOContext(new MergeInfo(1, 1, false, maxSegments)))) output.WriteBytes(bytes, bytes.Length);
        Assert.InRange(directory.FileLength(name), 1, atMost);
        using var input = directory.OpenInput(name, IOContext.READ);
        Assert.Equal(bytes, ReadAll(input));
    }

    [Theory]
    [InlineData("_0.pos", 1, 70_000)]
    [InlineData("_0.pos", 65, 100_008)]
    [InlineData("_0.doc", 65, 70_000)]
    public void Positions_of_a_large_segment_are_left_as_they_are(string name, long megabytes, int atMost)
    {
        byte[] bytes = [.. Sample(100_000, 9), 0, 0, 0, 0, 1, 2, 3, 4];
        using var directory = new PackedDirectory(new RAMDirectory());
        using (var output = directory.CreateOutput(name, new IOContext(new MergeInfo(1, megabytes << 20, false, 1)))) output.WriteBytes(bytes, bytes.Length);
        Assert.InRange(directory.FileLength(name), atMost > bytes.Length - 1 ? bytes.Length : 1, atMost);
        using var input = directory.OpenInput(name, IOContext.READ);
        Assert.Equal(bytes, ReadAll(input));
    }

    [Fact]
    public void Clones_read_on_their_own()
    {
        var bytes = Sample(200_000, 3);
        using var directory = Written(bytes, IOContext.UsageContext.MERGE);
        using var input = directory.OpenInput(Name, IOContext.READ);
        Parallel.For(0, 8, _ => Assert.Equal(bytes, ReadAll((IndexInput)input.Clone())));
    }

    [Fact]
    public void A_file_on_the_disk_is_read_anywhere_by_many_at_once()
    {
        var bytes = Sample(200_000, 11);
        using var folder = new TestFolder();
        using var directory = new IndexFiles(folder.Path);
        using (var output = directory.CreateOutput(Name, IOContext.DEFAULT)) output.WriteBytes(bytes, bytes.Length);
        using var input = directory.OpenInput(Name, IOContext.READ);
        Assert.Equal(bytes.Length, input.Length);
        Parallel.For(0, 8, seed =>
        {
            var (random, clone) = (new Random(seed), (IndexInput)input.Clone());
            for (var i = 0; i < 500; i++)
            {
                var at = random.Next(bytes.Length);
                var part = new byte[random.Next(Math.Min(5_000, bytes.Length - at))];
                clone.Seek(at);
                clone.ReadBytes(part, 0, part.Length);
                Assert.Equal(bytes[at..(at + part.Length)], part);
                if (at + part.Length < bytes.Length) Assert.Equal(bytes[at + part.Length], clone.ReadByte());
            }
        });
        input.Seek(bytes.Length);
        Assert.ThrowsAny<IOException>(() => input.ReadByte());
        Assert.ThrowsAny<FileNotFoundException>(() => directory.OpenInput("nothing", IOContext.READ));
    }

    [Fact]
    public void Reading_past_the_end_is_refused()
    {
        using var directory = Written(Sample(10_000, 4), IOContext.UsageContext.FLUSH);
        using var input = directory.OpenInput(Name, IOContext.READ);
        input.Seek(9_999);
        input.ReadByte();
        Assert.ThrowsAny<IOException>(() => input.ReadByte());
    }

    [Theory]
    [InlineData(0, 64)]
    [InlineData(4, 64)]
    [InlineData(8, 128)]
    [InlineData(24, 256)]
    [InlineData(512, 1024)]
    public void The_cache_of_blocks_grows_with_the_memory_of_the_machine_within_bounds(long gigabytes, int megabytes) =>
        Assert.Equal(megabytes, BlockCache.PlacesFor(gigabytes << 30) * 8L / 1024);

    [Fact]
    public void Damage_gives_other_bytes_or_a_corrupt_index_and_never_another_error()
    {
        var bytes = Sample(60_000, 6);
        using var whole = Written(bytes, IOContext.UsageContext.MERGE);
        var stored = Raw(whole);
        var random = new Random(7);
        for (var i = 0; i < 300; i++)
        {
            var damaged = (byte[])stored.Clone();
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            TryRead(i % 3 == 0 ? damaged[..random.Next(damaged.Length)] : damaged);
        }
    }

    private static void TryRead(byte[] stored)
    {
        var ram = new RAMDirectory();
        using (var output = ram.CreateOutput(Name, IOContext.DEFAULT)) output.WriteBytes(stored, stored.Length);
        using var directory = new PackedDirectory(ram);
        try
        {
            using var input = directory.OpenInput(Name, IOContext.READ);
            ReadAll(input);
        }
        catch (IOException error)
        {
            Assert.True(error is CorruptIndexException or EndOfStreamException, error.ToString());
        }
    }

    private static PackedDirectory Written(byte[] bytes, IOContext.UsageContext use)
    {
        var directory = new PackedDirectory(new RAMDirectory());
        var context = use == IOContext.UsageContext.MERGE ? new IOContext(new MergeInfo(1, 1, false, 1)) : new IOContext(new FlushInfo(1, 1));
        using var output = directory.CreateOutput(Name, context);
        var random = new Random(8);
        for (var at = 0; at < bytes.Length;)
        {
            var part = Math.Min(random.Next(1, 12_000), bytes.Length - at);
            output.WriteBytes(bytes, at, part);
            at += part;
        }
        Assert.Equal(bytes.Length, output.Position);
        return directory;
    }

    private static byte[] ReadAll(IndexInput input)
    {
        var bytes = new byte[input.Length];
        input.Seek(0);
        input.ReadBytes(bytes, 0, bytes.Length);
        return bytes;
    }

    private static byte[] Raw(PackedDirectory packed)
    {
        using var input = packed.Delegate.OpenInput(Name, IOContext.READ);
        return ReadAll(input);
    }

    /// <summary>Compressible as terms are: few letters, some repeats.</summary>
    private static byte[] Sample(int length, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => (byte)"etaoin shrdlu"[random.Next(13)])];
    }
}
