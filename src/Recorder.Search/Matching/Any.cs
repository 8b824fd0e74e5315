namespace Recorder.Search.Matching;

/// <summary>Documents that match one or more of the clauses.</summary>
internal sealed class Any(IReadOnlyList<Clause> clauses) : Clause
{
    public override Candidates? In(Segment segment) => Of([.. clauses.Select(clause => clause.In(segment)).OfType<Candidates>()]);

    public static Candidates? Of(IReadOnlyList<Candidates> found) => found.Count switch { 0 => null, 1 => found[0], _ => new Union([.. found]) };

    private sealed class Union : Candidates
    {
        private readonly Candidates[] _parts;
        private readonly Earliest _earliest;
        private int[]? _reached; // before which document each part has none, where parts are reached
        private int _document = -1;

        public Union(Candidates[] parts)
        {
            _parts = parts;
            _earliest = new Earliest([.. parts]);
            Cost = parts.Sum(part => part.Cost);
            Effort = parts.Max(part => part.Effort);
        }

        public override int Document => _document;

        public override long Cost { get; }

        public override int Effort { get; }

        public override int Advance(int target) => _document = _earliest.Advance(target);

        public override int Reach(int target)
        {
            _reached ??= [.. _parts.Select(_ => -1)];
            var next = End;
            for (var i = 0; i < _parts.Length && next != target; i++) next = Math.Min(next, Reach(i, target));
            return _document = next;
        }

        public override bool Holds() => Effort == 0 || (_reached is null ? _earliest.AnyHere(static part => part.Holds()) : AnyReached());

        private bool AnyReached()
        {
            for (var i = 0; i < _parts.Length; i++)
                if (Reach(i, _document) == _document && _parts[i].Holds()) return true;
            return false;
        }

        private int Reach(int part, int target) =>
            _reached![part] <= target ? _reached[part] = _parts[part].Reach(target) : _reached[part];
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
            Sink();
        }
        return heap[0].Document;
    }

    /// <summary>Whether one of those that stand on the present document says so.</summary>
    public bool AnyHere(Func<Candidates, bool> says) => AnyHere(0, says);

    private bool AnyHere(int at, Func<Candidates, bool> says) =>
        at < heap.Length && heap[at].Document == Document
        && (says(heap[at]) || AnyHere(2 * at + 1, says) || AnyHere(2 * at + 2, says));

    private void Sink()
    {
        for (var at = 0; 2 * at + 1 < heap.Length;)
        {
            var child = 2 * at + 1;
            if (child + 1 < heap.Length && heap[child + 1].Document < heap[child].Document) child++;
            if (heap[at].Document <= heap[child].Document) return;
            (heap[at], heap[child]) = (heap[child], heap[at]);
            at = child;
        }
    }
}
