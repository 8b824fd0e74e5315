namespace Recorder.Search.Matching;

/// <summary>Documents that match one or more of the clauses.</summary>
internal sealed class Any(IReadOnlyList<Clause> clauses) : Clause
{
    public override Candidates? In(Segment segment) => Of([.. clauses.Select(clause => clause.In(segment)).OfType<Candidates>()]);

    public static Candidates? Of(IReadOnlyList<Candidates> found) => found.Count switch { 0 => null, 1 => found[0], _ => new Union([.. found]) };

    private sealed class Union(Candidates[] parts) : Candidates
    {
        private readonly Earliest _parts = new(parts);

        public override int Document => _parts.Document;

        public override long Cost { get; } = parts.Sum(part => part.Cost);

        public override int Effort { get; } = parts.Max(part => part.Effort);

        public override int Advance(int target) => _parts.Advance(target);

        public override int Reach(int target) => _parts.Reach(target);

        public override bool Holds() => Effort == 0 || _parts.AnyHere(static part => part.Holds());
    }
}

/// <summary>Several candidates with the earliest on top: a heap, since a reader may have hundreds of addresses.</summary>
internal sealed class Earliest(Candidates[] heap)
{
    public int Document => heap[0].Document;

    public int Advance(int target)
    {
        while (heap[0].Document < target)
        {
            heap[0].Advance(target);
            Sink(0);
        }
        return heap[0].Document;
    }

    /// <inheritdoc cref="Candidates.Reach"/>
    public int Reach(int target)
    {
        while (heap[0].Document < target)
        {
            heap[0].Reach(target);
            Sink(0);
        }
        while (heap[0].Document == target && !IsAt(0, target)) { }
        return heap[0].Document;
    }

    /// <summary>Whether one of those that have the present document says so.</summary>
    public bool AnyHere(Func<Candidates, bool> says) => AnyHere(0, Document, says);

    private bool AnyHere(int at, int document, Func<Candidates, bool> says)
    {
        while (at < heap.Length && heap[at].Document == document)
        {
            if (!IsAt(at, document)) continue; // another one has risen here
            return says(heap[at]) || AnyHere(2 * at + 1, document, says) || AnyHere(2 * at + 2, document, says);
        }
        return false;
    }

    // Who was only reached may stand before a document without having it, and stands behind it once asked.
    private bool IsAt(int at, int document)
    {
        if (heap[at].Reach(document) == document) return true;
        Sink(at);
        return false;
    }

    private void Sink(int at)
    {
        while (2 * at + 1 < heap.Length)
        {
            var child = 2 * at + 1;
            if (child + 1 < heap.Length && heap[child + 1].Document < heap[child].Document) child++;
            if (heap[at].Document <= heap[child].Document) return;
            (heap[at], heap[child]) = (heap[child], heap[at]);
            at = child;
        }
    }
}
