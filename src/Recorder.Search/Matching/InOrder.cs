namespace Recorder.Search.Matching;

/// <summary>Documents in which all places of a phrase follow each other as asked.</summary>
internal sealed class InOrder(string field, IReadOnlyList<Place> places) : Clause
{
    public override Candidates? In(Segment segment)
    {
        var spots = new Spots[places.Count];
        for (var i = 0; i < spots.Length; i++)
        {
            if (places[i].In(segment, field) is not { } found) return null;
            spots[i] = found;
        }
        return new Phrase(spots);
    }

    private sealed class Phrase(Spots[] places) : Candidates
    {
        private readonly Spots[] _rarestFirst = [.. places.OrderBy(place => place.Cost)];
        private readonly List<int> _starts = [], _others = [];
        private int _document = -1;
        private (int Document, bool Holds) _last = (-1, false);

        public override int Document => _document;

        public override long Cost => _rarestFirst[0].Cost;

        public override int Effort => 2;

        // Whether the other words are there too is asked in Holds, when everything else has let the document through: what a
        // mailbox holds is often rarer than a word.
        public override int Advance(int target) => _document = _rarestFirst[0].Document < target ? _rarestFirst[0].Advance(target) : _rarestFirst[0].Document;

        public override int Reach(int target) => _document = Meeting.Reach(_rarestFirst, target);

        // Positions can be read once only.
        public override bool Holds()
        {
            if (_last.Document != _document) _last = (_document, Meeting.Reach(_rarestFirst.AsSpan(1), _document) == _document && HasStart());
            return _last.Holds;
        }

        private bool HasStart()
        {
            _starts.Clear();
            _rarestFirst[0].ReadStarts(_starts);
            for (var i = 1; i < _rarestFirst.Length && _starts.Count > 0; i++)
            {
                _others.Clear();
                _rarestFirst[i].ReadStarts(_others);
                KeepCommon();
            }
            return _starts.Count > 0;
        }

        /// <summary>Both ascend.</summary>
        private void KeepCommon()
        {
            var (kept, other) = (0, 0);
            for (var i = 0; i < _starts.Count; i++)
            {
                var start = _starts[i];
                while (other < _others.Count && _others[other] < start) other++;
                if (other == _others.Count) break;
                if (_others[other] == start) _starts[kept++] = start;
            }
            _starts.RemoveRange(kept, _starts.Count - kept);
        }
    }
}
