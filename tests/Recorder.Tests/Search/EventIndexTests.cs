using Recorder.Search;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Search;

public class EventIndexTests
{
    private static readonly string[] Types = ["message.delivered", "message.viewed", "message.resent"];

    [Fact]
    public void Events_are_found_by_every_member_and_in_both_orders_to_the_end()
    {
        using var folder = new TestFolder();
        using var index = EventIndex.Open(folder.File("events"), new EventIndexOptions { PartitionDocuments = 30 });
        var events = Enumerable.Range(1, 200).Select(Make).ToList();
        foreach (var batch in events.Chunk(23)) index.Add(batch);
        index.Refresh(SearchBed.At(200));
        Check(index, events, new EventQuery(), _ => true);
        Check(index, events, new EventQuery(RecordId: "r3"), e => e.RecordId == "r3");
        Check(index, events, new EventQuery(Mailbox: "amy@example.edu"), e => e.Mailbox == "amy@example.edu");
        Check(index, events, new EventQuery(Actor: "admin"), e => e.Actor == "admin");
        Check(index, events, new EventQuery(Type: Types[1], RecordId: "r4"), e => e.Type == Types[1] && e.RecordId == "r4");
        var (from, until) = (events[50].At, events[120].At);
        Check(index, events, new EventQuery(From: from, Until: until), e => e.At >= from && e.At < until);
    }

    [Fact]
    public void The_checkpoint_survives_and_a_replay_adds_nothing_twice()
    {
        using var folder = new TestFolder();
        var events = Enumerable.Range(1, 50).Select(Make).ToList();
        using (var index = EventIndex.Open(folder.File("events"), new EventIndexOptions { PartitionDocuments = 20 }))
        {
            index.Add(events);
            index.Commit(SearchBed.At(50));
        }
        using var again = EventIndex.Open(folder.File("events"), new EventIndexOptions { PartitionDocuments = 20 });
        Assert.Equal(50, again.Checkpoint["a"]);
        again.Add(events);
        again.Refresh(SearchBed.At(50));
        Assert.Equal(50, again.Search(new EventQuery(Limit: 1000)).Items.Count);
    }

    private static EventDocument Make(int i) => new(
        $"e{i}", "a", i, SearchBed.Now.AddMinutes(i), Types[i % 3], i % 4 == 0 ? "admin" : "amy", i % 5 == 0 ? "" : $"r{i % 7}",
        i % 2 == 0 ? "amy@example.edu" : "", $"{{\"n\":{i}}}");

    private static void Check(EventIndex index, List<EventDocument> events, EventQuery query, Func<EventDocument, bool> matches)
    {
        var expected = events.Where(matches).ToList();
        Assert.Equal(expected, AllPages(index, query with { OldestFirst = true, Limit = 7 }));
        expected.Reverse();
        Assert.Equal(expected, AllPages(index, query with { Limit = 7 }));
        Assert.Equal(expected.Take(100), index.Search(query with { Cursor = "garbage" }).Items);
    }

    private static List<EventDocument> AllPages(EventIndex index, EventQuery query)
    {
        var all = new List<EventDocument>();
        for (var page = index.Search(query); ; page = index.Search(query with { Cursor = page.Next }))
        {
            all.AddRange(page.Items);
            if (page.Next is null) return all;
        }
    }
}
