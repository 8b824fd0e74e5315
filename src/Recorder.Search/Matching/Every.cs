namespace Recorder.Search.Matching;

/// <summary>Documents that match each of the wanted clauses and none of the refused ones. The first one wanted should be the rarest: a segment without it is not asked for the others.</summary>
internal sealed class Every(IReadOnlyList<Clause> wanted, IReadOnlyList<Clause> refused) : Clause
{
    public override Candidates? In(Segment segment)
    {
        var met = new Candidates[wanted.Count];
        for (var i = 0; i < met.Length; i++)
        {
            if (wanted[i].In(segment) is not { } candidates) return null;
            met[i] = candidates;
        }
        var against = refused.Select(clause => clause.In(segment)).OfType<Candidates>().ToArray();
        return met.Length == 1 && against.Length == 0 ? met[0] : new Common(met, against);
    }

    private sealed class Common : Candidates
    {
        private readonly Candidates[] _wanted; // the rarest leads
        private readonly Candidates[] _easiestFirst;
        private readonly Candidates[] _refused;
        private int _document = -1;

        public Common(Candidates[] wanted, Candidates[] refused)
        {
            _wanted = [.. wanted.OrderBy(candidates => candidates.Cost)];
            _easiestFirst = [.. wanted.Where(candidates => candidates.Effort > 0).OrderBy(candidates => candidates.Effort)];
            _refused = refused;
            Effort = wanted.Concat(refused).Max(candidates => Math.Max(candidates.Effort, refused.Length > 0 ? 1 : 0));
        }

        public override int Document => _document;

        public override long Cost => _wanted[0].Cost;

        public override int Effort { get; }

        public override int Advance(int target) => _document = Meeting.At(_wanted, target);

        public override int Reach(int target) => _document = Meeting.Reach(_wanted, target);

        public override bool Holds()
        {
            foreach (var candidates in _easiestFirst)
                if (!candidates.Holds()) return false;
            foreach (var candidates in _refused)
                if (candidates.Reach(_document) == _document && candidates.Holds()) return false;
            return true;
        }
    }
}

/// <summary>Where several candidates meet.</summary>
internal static class Meeting
{
    /// <summary>The first document at or after <paramref name="target"/> that all have; the rarest should come first, and leads.</summary>
    public static int At(Candidates[] all, int target)
    {
        while (true)
        {
            var document = all[0].Document < target ? all[0].Advance(target) : all[0].Document;
            if (document == Candidates.End) return document;
            target = Reach(new ReadOnlySpan<Candidates>(all, 1, all.Length - 1), document);
            if (target == document) return document;
        }
    }

    /// <inheritdoc cref="Candidates.Reach"/>
    public static int Reach(ReadOnlySpan<Candidates> all, int target)
    {
        foreach (var candidates in all)
            if (candidates.Reach(target) is var next && next != target) return next;
        return target;
    }
}
