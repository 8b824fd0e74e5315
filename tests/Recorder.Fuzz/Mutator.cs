namespace Recorder.Fuzz;

/// <summary>Changes seeds at random: for where no coverage guides.</summary>
internal sealed class Mutator(Random random, IReadOnlyList<byte[]> seeds)
{
    public byte[] Next()
    {
        var bytes = seeds[random.Next(seeds.Count)].ToList();
        for (var changes = 1 + random.Next(8); changes > 0; changes--) Change(bytes);
        return [.. bytes];
    }

    private void Change(List<byte> bytes)
    {
        var at = random.Next(bytes.Count + 1);
        switch (random.Next(5))
        {
            case 0: bytes.Insert(at, (byte)random.Next(256)); break;
            case 1: bytes.RemoveRange(at, Math.Min(random.Next(8), bytes.Count - at)); break;
            case 2 when at < bytes.Count: bytes[at] ^= (byte)(1 << random.Next(8)); break;
            case 3 when at < bytes.Count: bytes[at] = (byte)random.Next(256); break;
            default: bytes.InsertRange(at, Piece(seeds[random.Next(seeds.Count)])); break;
        }
    }

    private byte[] Piece(byte[] of)
    {
        var start = random.Next(of.Length + 1);
        return of[start..(start + random.Next(Math.Min(64, of.Length - start) + 1))];
    }
}
