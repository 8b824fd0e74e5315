using System.Globalization;
using Lucene.Net.Index;
using Lucene.Net.Util;
using Recorder.Search.Documents;
using Recorder.Search.Matching;
using Recorder.Search.Partitions;

namespace Recorder.Search.Paging;

/// <summary>One condition whose hits are counted beside a search.</summary>
internal sealed record FacetClause(string Kind, string Value, string Clause, Func<PartitionView, Clause> Translate);

/// <summary>
/// Counts, hit by hit while a search counts its total, what the hits could be narrowed by. It sees nothing but the
/// search's own hits. For one search on one thread.
/// </summary>
internal sealed class FacetTally(IReadOnlyList<FacetClause> clauses, TimeZoneInfo zone)
{
    private readonly Dictionary<(PartitionView View, int Clause), Clause> _translated = [];
    private readonly long[] _counts = new long[clauses.Count];
    private readonly Dictionary<int, long> _months = [];
    private readonly Dictionary<string, long> _senders = new(StringComparer.Ordinal);

    /// <summary>In the order given.</summary>
    public IEnumerable<(FacetClause Clause, long Count)> Counts => clauses.Select((clause, at) => (clause, _counts[at]));

    /// <summary>Year times 100 and month, where the reader is.</summary>
    public IEnumerable<(int Month, long Count)> Months => _months.Select(month => (month.Key, month.Value));

    /// <summary>Authors' addresses by the hits that they seem to have; the first few are worth counting exactly.</summary>
    public IEnumerable<string> LikelySenders => _senders.OrderByDescending(one => one.Value).ThenBy(one => one.Key, StringComparer.Ordinal).Select(one => one.Key);

    /// <summary>For one walk over ascending documents of a segment.</summary>
    public Walk In(PartitionView view, Segment segment) => new(this, segment, [.. clauses.Select((_, at) => Of(view, at).In(segment))]);

    private Clause Of(PartitionView view, int at)
    {
        if (!_translated.TryGetValue((view, at), out var clause)) _translated[(view, at)] = clause = clauses[at].Translate(view);
        return clause;
    }

    private void AddMonth(long order)
    {
        var local = TimeZoneInfo.ConvertTime(new DateTimeOffset(order, TimeSpan.Zero), zone);
        var month = local.Year * 100 + local.Month;
        _months[month] = _months.GetValueOrDefault(month) + 1;
    }

    internal sealed class Walk(FacetTally tally, Segment segment, Candidates?[] candidates)
    {
        private readonly SortedDocValues? _sender = segment.Reader.GetSortedDocValues(MailFields.Sender);
        private readonly Dictionary<int, long> _senders = [];

        public void Add(int document)
        {
            for (var at = 0; at < candidates.Length; at++)
                if (candidates[at] is { } found && found.Reach(document) == document && found.Holds()) tally._counts[at]++;
            tally.AddMonth(segment.Values.Order(document));
            if (_sender?.GetOrd(document) is >= 0 and var sender) _senders[sender] = _senders.GetValueOrDefault(sender) + 1;
        }

        public void End()
        {
            var bytes = new BytesRef();
            foreach (var (ordinal, count) in _senders)
            {
                _sender!.LookupOrd(ordinal, bytes);
                var sender = bytes.Utf8ToString();
                tally._senders[sender] = tally._senders.GetValueOrDefault(sender) + count;
            }
        }
    }

    /// <summary>A month as a query names it.</summary>
    public static string Named(int month) => string.Create(CultureInfo.InvariantCulture, $"{month / 100:D4}-{month % 100:D2}");
}
