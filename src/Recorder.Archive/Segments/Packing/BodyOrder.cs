namespace Recorder.Archive.Segments.Packing;

/// <summary>
/// The order in which bodies are stored: each is followed by the one left that shares most lines with it, so that what
/// resembles each other comes into one block. Where nothing is shared, the order given goes on.
/// </summary>
internal static class BodyOrder
{
    // Bodies near in the order given are looked at for each shared line; lines that all mail has would cost without end.
    private const int NeighboursALine = 16;
    private const int LeastShared = 2;

    /// <param name="sketches">Of each body, in the order to start from.</param>
    /// <returns>Indexes into <paramref name="sketches"/>; the same input gives the same order.</returns>
    public static int[] Of(IReadOnlyList<uint[]> sketches)
    {
        var (lines, places) = Lines(sketches);
        var order = new int[sketches.Count];
        var used = new bool[sketches.Count];
        var shared = new Dictionary<int, int>();
        var (count, start) = (0, 0);
        while (count < order.Length)
        {
            while (used[start]) start++;
            for (var body = start; body >= 0; body = Nearest(body))
            {
                used[body] = true;
                order[count++] = body;
            }
        }
        return order;

        int Nearest(int body)
        {
            shared.Clear();
            foreach (var place in places[body])
                foreach (var other in Neighbours(lines, place))
                    if (!used[other]) shared[other] = shared.GetValueOrDefault(other) + 1;
            var (best, most) = (-1, LeastShared - 1);
            foreach (var (other, number) in shared)
                if (number > most || (number == most && best >= 0 && other < best)) (best, most) = (other, number);
            return best;
        }
    }

    /// <summary>Every (line, body) in order, and where each body's stand.</summary>
    private static (ulong[] Lines, int[][] Places) Lines(IReadOnlyList<uint[]> sketches)
    {
        var lines = new ulong[sketches.Sum(sketch => sketch.Length)];
        var places = new int[sketches.Count][];
        var next = 0;
        for (var body = 0; body < sketches.Count; body++)
        {
            places[body] = new int[sketches[body].Length];
            foreach (var line in sketches[body]) lines[next++] = (ulong)line << 32 | (uint)body;
        }
        Array.Sort(lines);
        var filled = new int[sketches.Count];
        for (var place = 0; place < lines.Length; place++)
        {
            var body = (int)(uint)lines[place];
            places[body][filled[body]++] = place;
        }
        return (lines, places);
    }

    private static IEnumerable<int> Neighbours(ulong[] lines, int place)
    {
        var line = lines[place] >> 32;
        for (var at = place + 1; at < lines.Length && at <= place + NeighboursALine && lines[at] >> 32 == line; at++) yield return (int)(uint)lines[at];
        for (var at = place - 1; at >= 0 && at >= place - NeighboursALine && lines[at] >> 32 == line; at--) yield return (int)(uint)lines[at];
    }
}
