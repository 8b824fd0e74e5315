using Recorder.Search;

namespace Recorder.Tests.Search;

public class RemovalTests
{
    private const string Amy = "amy@example.edu", Ben = "ben@example.edu";

    [Theory]
    [InlineData(1_000_000)] // all in the active partition
    [InlineData(10)] // most in closed ones that were merged
    public void What_is_removed_is_unfindable_at_once_and_after_a_crash_and_its_words_leave_the_disk(int partitionDocuments)
    {
        using var bed = new SearchBed(partitionDocuments);
        for (var i = 0; i < 45; i++) bed.Add(bed.Mail(text: $"word{i:D3}aardvark common"));
        bed.Show();
        bed.Commit();
        bed.Index.Partitions.WaitForMerges();

        var removed = bed.Index.Remove("a", 5, 25, id => id != "id-000010");

        Assert.Equal(20, removed);
        var rest = Enumerable.Range(1, 45).Where(n => n is < 5 or > 25 or 10).Select(n => $"id-{n:D6}").Reverse();
        Assert.Equal(rest, bed.Ids("common"));
        Assert.Null(bed.Index.Find("id-000011", null, null));
        bed.Reopen();
        Assert.Equal(rest, bed.Ids("common"));
        bed.Index.Expunge(TestContext.Current.CancellationToken);
        Assert.Equal(rest, bed.Ids("common"));
        Assert.Equal(25, bed.Index.DocumentCount);
        Assert.True(IsOnDisk(bed.Folder, "word044"));
        Assert.False(IsOnDisk(bed.Folder, "word011"));
    }

    [Fact]
    public void Adding_goes_on_after_a_removal()
    {
        using var bed = new SearchBed(10);
        for (var i = 0; i < 25; i++) bed.Add(bed.Mail(text: "common"));
        bed.Show();
        bed.Index.Remove("a", 1, 25, _ => true);
        bed.Index.Expunge(TestContext.Current.CancellationToken);
        for (var i = 0; i < 25; i++) bed.Add(bed.Mail(text: "common"));
        bed.Show();
        bed.Commit();
        bed.Reopen();
        Assert.Equal(Enumerable.Range(26, 25).Select(n => $"id-{n:D6}").Reverse(), bed.Ids("common"));
        Assert.Equal(50, bed.Index.Checkpoint["a"]);
    }

    [Fact]
    public void Each_address_has_a_term_of_its_own_and_so_have_first_dispositions()
    {
        using var bed = new SearchBed();
        var old = bed.Mail(text: "common") with
        {
            ReceivedAt = SearchBed.Now.AddDays(-40), Owners = [Amy, Ben], Dispositions = new Dictionary<string, string> { [Amy] = "held.spam", [Ben] = "deliver" },
        };
        bed.Add(old);
        bed.Add(bed.Mail(text: "common") with { ReceivedAt = SearchBed.Now.AddDays(-400), KeptSince = SearchBed.Now.AddDays(-1), Owners = [Ben], Dispositions = new Dictionary<string, string> { [Ben] = "import" } });
        bed.Show();
        OwnerScope Of(string address, int days, int spamDays) => new(address, Kept: new KeptBounds(
            SearchBed.Now.AddDays(-days), new Dictionary<string, DateTimeOffset?> { ["held.spam"] = SearchBed.Now.AddDays(-spamDays) }));

        Assert.Equal(["id-000001"], bed.Ids("common", Of(Amy, 365, 60)));
        Assert.Empty(bed.Ids("common", Of(Amy, 365, 30)));
        Assert.Equal(["id-000001"], bed.Ids("common", Of(Amy, 30, 60)));
        Assert.Equal(["id-000001", "id-000002"], bed.Ids("common", Of(Ben, 365, 30)));
        Assert.Equal(["id-000002"], bed.Ids("common", Of(Ben, 30, 365)));
        Assert.Empty(bed.Ids("common", Of(Ben, 0, 365)));
        // Of several own addresses only those whose term lasts are named.
        Assert.Equal([Ben], bed.Search("common", 50, null, Of(Amy, 365, 30), Of(Ben, 100, 30)).Items[0].Addresses);
        Assert.Null(bed.Index.Find(old.Id, [Of(Amy, 365, 30)], null));
        Assert.NotNull(bed.Index.Find(old.Id, [Of(Amy, 0, 41)], null));
        Assert.Equal(["id-000001"], bed.Ids("is:held", Of(Amy, 365, 60)));
        Assert.Empty(bed.Ids("is:held", Of(Amy, 365, 30)));
    }

    private static bool IsOnDisk(string folder, string word) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Any(file => Holds(file, word));

    // The files are packed, so they are read as the index reads them: by its own directory.
    private static bool Holds(string file, string word)
    {
        if (Path.GetFileName(file) == "in-use") return false;
        using var directory = new Recorder.Search.Packing.PackedDirectory(new Lucene.Net.Store.NIOFSDirectory(Path.GetDirectoryName(file)!));
        if (!file.EndsWith("segments.gen", StringComparison.Ordinal) || !Lucene.Net.Index.DirectoryReader.IndexExists(directory)) return false;
        using var reader = Lucene.Net.Index.DirectoryReader.Open(directory);
        return reader.Leaves.Select(leaf => leaf.AtomicReader.GetTerms("word")).OfType<Lucene.Net.Index.Terms>().Any(terms =>
        {
            var each = terms.GetEnumerator();
            while (each.MoveNext())
                if (each.Term.Utf8ToString().Contains(word, StringComparison.Ordinal)) return true;
            return false;
        });
    }
}
