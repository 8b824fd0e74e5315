namespace Recorder.Search.Packing;

/// <summary>
/// The blocks unpacked last, of all files of all indexes in the process: at most 64 MB, whatever the number of files. A
/// block has two places where it may be; the one found first in use less lately is given up.
/// </summary>
internal static class BlockCache
{
    private const int Places = 8192; // of 8 KB each; a power of two

    private static readonly Kept?[] Blocks = new Kept?[Places];
    private static long s_clock;

    private sealed class Kept(PackedFile file, int number, byte[] bytes)
    {
        public long UsedAt;

        public byte[]? Of(PackedFile wantedFile, int wanted) => number == wanted && ReferenceEquals(file, wantedFile) ? bytes : null;
    }

    /// <summary>Null where it is not kept.</summary>
    public static byte[]? Find(PackedFile file, int number)
    {
        var first = PlaceOf(file, number);
        return At(first, file, number) ?? At(first ^ 1, file, number);
    }

    public static void Keep(PackedFile file, int number, byte[] bytes)
    {
        var first = PlaceOf(file, number);
        var kept = new Kept(file, number, bytes) { UsedAt = Interlocked.Increment(ref s_clock) };
        Volatile.Write(ref Blocks[UsedAt(first) <= UsedAt(first ^ 1) ? first : first ^ 1], kept);
    }

    private static byte[]? At(int place, PackedFile file, int number)
    {
        if (Volatile.Read(ref Blocks[place]) is not { } kept || kept.Of(file, number) is not { } bytes) return null;
        kept.UsedAt = Volatile.Read(ref s_clock);
        return bytes;
    }

    private static long UsedAt(int place) => Volatile.Read(ref Blocks[place])?.UsedAt ?? -1;

    private static int PlaceOf(PackedFile file, int number) => HashCode.Combine(file.Number, number) & (Places - 1);
}
