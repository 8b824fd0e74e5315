using Lucene.Net.Index;

namespace Recorder.Search.Matching;

/// <summary>
/// Documents whose numeric doc value lies in [<paramref name="from"/>, <paramref name="until"/>), or outside when negated.
/// Meant to be asked about candidates of another clause, not to enumerate.
/// </summary>
internal sealed class ValueRange(string field, long from, long until, bool negated = false) : Clause
{
    public ValueRange Negated() => new(field, from, until, !negated);

    public override Candidates? In(Segment segment) =>
        segment.Reader.GetNumericDocValues(field) is { } values ? new Compared(this, values, segment) : null;

    private bool Matches(long value) => (value >= from && value < until) != negated;

    private sealed class Compared(ValueRange range, NumericDocValues values, Segment segment) : Whole(segment)
    {
        public override int Effort => 1;

        public override bool Holds() => range.Matches(values.Get(Document));
    }
}
