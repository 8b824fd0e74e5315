using System.Numerics;

namespace Recorder.Search.Packing;

/// <summary>
/// The blocks unpacked last, of all files of all indexes in the process, whatever the number of files: up to a fiftieth of the
/// memory there is, but at least 64 MB and at most 1 GB. A block has two places where it may be; the one in use less lately is given up.
/// </summary>
internal static class BlockCache
{
    private const int LeastPlaces = 8192, MostPlaces = 131_072; // of 8 KB each; powers of two
    private const int ShareOfMemory = 50;

    private static readonly Kept?[] Places = new Kept?[PlacesFor(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)];
    private static long s_clock;

    private sealed class Kept(PackedFile file, int number, byte[] bytes)
    {
        public long UsedAt;

        public byte[]? Of(PackedFile wantedFile, int wanted) => number == wanted && ReferenceEquals(file, wantedFile) ? bytes : null;
    }

    /// <param name="memoryBytes">What the machine has, or the container may use.</param>
    public static int PlacesFor(long memoryBytes) =>
        (int)Math.Clamp(BitOperations.RoundUpToPowerOf2((ulong)(memoryBytes / ShareOfMemory / Blocks.Bytes) + 1) / 2, LeastPlaces, MostPlaces);

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
        Volatile.Write(ref Places[UsedAt(first) <= UsedAt(first ^ 1) ? first : first ^ 1], kept);
    }

    private static byte[]? At(int place, PackedFile file, int number)
    {
        if (Volatile.Read(ref Places[place]) is not { } kept || kept.Of(file, number) is not { } bytes) return null;
        kept.UsedAt = Volatile.Read(ref s_clock);
        return bytes;
    }

    private static long UsedAt(int place) => Volatile.Read(ref Places[place])?.UsedAt ?? -1;

    private static int PlaceOf(PackedFile file, int number) => HashCode.Combine(file.Number, number) & (Places.Length - 1);
}
