namespace Recorder.Fuzz.Targets;

/// <summary>Input read as changes to something valid, since few random bytes get past a checksum.</summary>
internal static class Patches
{
    /// <param name="steps">Five bytes each: place (a block number), offset (3 bytes), value.</param>
    public static IEnumerable<(int Place, int Offset, byte Value)> Read(ReadOnlyMemory<byte> steps)
    {
        for (var at = 0; at + 5 <= steps.Length; at += 5)
        {
            var step = steps.Span.Slice(at, 5);
            yield return (step[0], step[1] | step[2] << 8 | step[3] << 16, step[4]);
        }
    }

    public static byte[] Apply(byte[] bytes, ReadOnlyMemory<byte> steps)
    {
        var changed = (byte[])bytes.Clone();
        foreach (var (_, offset, value) in Read(steps)) changed[offset % changed.Length] = value;
        return changed;
    }

    public static byte[] Step(int place, int offset, byte value) => [(byte)place, (byte)offset, (byte)(offset >> 8), (byte)(offset >> 16), value];
}
