using Recorder.Search.Partitions;

namespace Recorder.Search.Matching;

/// <summary>
/// Documents that retention counts from this time or a later one: from their own value where they have one, else from the order.
/// Meant to be asked about candidates of another clause, as <see cref="ValueRange"/>.
/// </summary>
internal sealed class KeptRange(long from) : Clause
{
    public override Candidates? In(Segment segment) => new Compared(from, segment);

    private sealed class Compared(long from, Segment segment) : Whole(segment)
    {
        private readonly Segment _segment = segment;

        public override int Effort => 1;

        public override bool Holds()
        {
            var kept = _segment.Values.Kept(Document);
            return (kept == RecordKey.KeptByOrder ? _segment.Values.Order(Document) : kept) >= from;
        }
    }
}
