using Recorder.Ledger;
using Recorder.Screening;
using Recorder.Screening.Lists;
using Recorder.Tests.Screening.Lists;

namespace Recorder.Tests.Screening;

public sealed class ListedFactsTests
{
    [Fact]
    public void A_domains_list_is_looked_up_once_for_all_its_recipients_and_counts_for_each()
    {
        var entry = States.Entry(ListScopes.Domain("example.edu"), ListKind.Block, "ann@example.org");
        var state = new Counting(States.With(entry));
        var senders = MessageSenders.Of("ann@example.org", Recorder.Flow.HeaderGlance.None, SenderProof.None);
        var facts = new ListedFacts(state, new ScreeningPolicy(), senders, States.Now);

        var chosen = Enumerable.Range(0, 50).Select(i => Assert.Single(facts.Of([$"user{i}@example.edu"])).Lists.Entry?.Pattern).ToList();

        Assert.All(chosen, pattern => Assert.Equal("ann@example.org", pattern));
        Assert.Equal(1, state.Asked.Count(key => key == StateKeys.ListSummary(ListScopes.Domain("example.edu"))));
    }

    private sealed class Counting(IStateSnapshot inner) : IStateSnapshot
    {
        public List<string> Asked { get; } = [];

        public IReadOnlyDictionary<string, long> Position => inner.Position;

        public T? Get<T>(string key) where T : class
        {
            Asked.Add(key);
            return inner.Get<T>(key);
        }

        public IEnumerable<KeyValuePair<string, T>> Range<T>(string prefix, string? after = null, int limit = int.MaxValue) where T : class =>
            inner.Range<T>(prefix, after, limit);
    }
}
