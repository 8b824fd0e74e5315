using Recorder.Search.Matching;

namespace Recorder.Search.Translation;

/// <summary>Boolean algebra over clauses: knows everything and nothing.</summary>
internal static class Combine
{
    public static readonly Clause All = new Everything();
    public static readonly Clause None = new Nothing();

    public static bool IsAll(Clause clause) => clause is Everything;

    public static bool IsNone(Clause clause) => clause is Nothing;

    /// <summary>Asked in this order, but for value ranges, which are compared last.</summary>
    public static Clause And(IEnumerable<Clause> positive, IEnumerable<Clause>? negative = null)
    {
        var wanted = positive.Where(clause => !IsAll(clause)).ToList();
        var refused = (negative ?? []).Where(clause => !IsNone(clause)).ToList();
        if (wanted.Exists(IsNone) || refused.Exists(IsAll)) return None;
        wanted.AddRange(refused.OfType<ValueRange>().Select(range => range.Negated()));
        refused.RemoveAll(clause => clause is ValueRange);
        if (wanted.Count == 0 && refused.Count == 0) return All;
        if (wanted.Count == 1 && refused.Count == 0) return wanted[0];
        return new Every(wanted.Count == 0 ? [All] : [.. wanted.OrderBy(clause => clause is ValueRange or KeptRange)], refused);
    }

    public static Clause Or(IEnumerable<Clause> clauses)
    {
        var any = clauses.Where(clause => !IsNone(clause)).ToList();
        if (any.Exists(IsAll)) return All;
        return any.Count switch { 0 => None, 1 => any[0], _ => new Any(any) };
    }
}
