using Recorder.Flow;
using Recorder.Ledger;
using Recorder.Screening.Lists;

namespace Recorder.Tests.Screening.Lists;

public sealed class ListMatchesTests
{
    private static MessageSenders From(string envelope, SenderProof proof, params string[] authors) =>
        MessageSenders.Of(envelope, HeaderGlance.None with { Authors = authors }, proof);

    private static ListEntry Parse(string scope, string written) => written[0] == '-'
        ? States.Entry(scope, ListKind.Block, written[1..]) : States.Entry(scope, ListKind.Allow, written[1..]);

    [Theory]
    // Written + for allow, - for block; the first match decides.
    [InlineData("+ann@mail.example.org -mail.example.org -*.example.org", "+ann@mail.example.org")]
    [InlineData("-ann@mail.example.org +mail.example.org", "-ann@mail.example.org")]
    [InlineData("+mail.example.org -*.example.org -*.org", "+mail.example.org")]
    [InlineData("+*.example.org -*.org", "+*.example.org")]
    [InlineData("+*.org -a*n@mail.example.org", "+*.org")]
    [InlineData("+a*n@mail.example.org -an*@mail.example.org", "-an*@mail.example.org")]
    [InlineData("+example.org", "")]
    [InlineData("+*.mail.example.org", "")]
    [InlineData("+nn@mail.example.org -ann@mail.example.org.evil.example", "")]
    public void The_most_specific_entry_stands_first_and_of_equals_the_block(string entries, string first)
    {
        var state = States.With(entries.Split(' ').Select(one => Parse(ListScopes.Site, one)));
        var found = ListMatches.Of(state, ListScopes.Site, From("<>", SenderProof.None, "Ann@MAIL.example.org"), States.Now);
        Assert.Equal(first, found.Count == 0 ? "" : (found[0].Entry.Kind == ListKind.Block ? "-" : "+") + found[0].Entry.Pattern);
    }

    [Theory]
    [InlineData("王@例子.測試", "王@xn--fsqu00a.xn--g6w251d")]
    [InlineData("王@XN--FSQU00A.xn--g6w251d", "王@xn--fsqu00a.xn--g6w251d")]
    [InlineData("x@sub.例子.測試", "*.xn--fsqu00a.xn--g6w251d")]
    [InlineData("E\u0301VE@example.org", "\u00e9ve@example.org")]
    [InlineData("<@relay.example:ann@example.com>", "ann@example.com")]
    [InlineData("ann@example.com.", "ann@example.com")]
    public void One_sender_has_one_form_however_written(string sender, string pattern)
    {
        var state = States.With(States.Entry("site", ListKind.Block, pattern));
        Assert.Single(ListMatches.Of(state, "site", From(sender, SenderProof.None), States.Now));
        Assert.Single(ListMatches.Of(state, "site", From("", SenderProof.None, sender), States.Now));
    }

    [Theory]
    [InlineData("news-*@example.org", "news-*@example.org", true)]
    [InlineData("*@example.org", "*.example.org", false)]
    [InlineData("x@*.example.org", "*.example.org", false)]
    [InlineData("x@*.example.org", "example.org", false)]
    public void Stars_that_a_sender_writes_are_letters(string sender, string pattern, bool matches)
    {
        var state = States.With(States.Entry("site", ListKind.Allow, pattern));
        Assert.Equal(matches, ListMatches.Of(state, "site", From(sender, SenderProof.None), States.Now) is [{ Rank: 0 }]);
    }

    [Fact]
    public void An_expired_entry_matches_nothing_at_once()
    {
        var state = States.With(States.Entry("site", ListKind.Block, "example.org", expired: true));
        Assert.Empty(ListMatches.Of(state, "site", From("a@example.org", SenderProof.None), States.Now));
        Assert.Single(ListMatches.Of(state, "site", From("a@example.org", SenderProof.None), States.Now.AddTicks(-1)));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("<>", "")]
    [InlineData("", "no address")]
    public void The_null_reverse_path_and_what_is_no_address_match_nothing(string envelope, string author)
    {
        var state = States.With(States.Entry("site", ListKind.Block, "example.org"), States.Entry("site", ListKind.Block, "*.org"));
        Assert.Empty(ListMatches.Of(state, "site", From(envelope, SenderProof.None, author), States.Now));
    }

    [Theory]
    // envelope, authors, entry, proof, counts
    [InlineData("x@bounce.example", "ann@example.org", "ann@example.org", SenderProof.Aligned, null)]
    [InlineData("x@bounce.example", "ann@example.org", "ann@example.org", SenderProof.Failed, PassedCodes.NotProven)]
    [InlineData("x@bounce.example", "ann@example.org", "ann@example.org", SenderProof.None, PassedCodes.NoResults)]
    [InlineData("x@bounce.example", "ann@example.org", "bounce.example", SenderProof.Aligned, PassedCodes.NotProven)]
    [InlineData("x@bounce.example.org", "ann@example.org", "bounce.example.org", SenderProof.Aligned, PassedCodes.NotProven)]
    [InlineData("x@example.org", "ann@mail.example.org", "example.org", SenderProof.Aligned, PassedCodes.NotProven)]
    // Whoever has a domain below com.tw can be aligned with it, and has nothing to do with this bank.
    [InlineData("boss@bank.com.tw", "x@com.tw", "boss@bank.com.tw", SenderProof.Aligned, PassedCodes.NotProven)]
    [InlineData("x@org", "ann@example.org", "x@org", SenderProof.Aligned, PassedCodes.NotProven)]
    [InlineData("x@evilexample.org", "ann@example.org", "evilexample.org", SenderProof.Aligned, PassedCodes.NotProven)]
    [InlineData("x@example.org", "", "example.org", SenderProof.Aligned, PassedCodes.NotProven)]
    [InlineData("", "ann@example.org,eve@example.net", "ann@example.org", SenderProof.Aligned, PassedCodes.SeveralAuthors)]
    [InlineData("ann@example.org", "ann@example.org,eve@example.net", "ann@example.org", SenderProof.Aligned, PassedCodes.SeveralAuthors)]
    [InlineData("", "ann@example.org,ann@example.org", "ann@example.org", SenderProof.Aligned, PassedCodes.SeveralAuthors)]
    public void An_allow_counts_only_for_whom_somebody_vouched(string envelope, string authors, string entry, SenderProof proof, string? passed)
    {
        var senders = From(envelope, proof, authors.Split(',', StringSplitOptions.RemoveEmptyEntries));
        var matches = ListMatches.Of(States.With(States.Entry("site", ListKind.Allow, entry)), "site", senders, States.Now);
        var choice = ListChoice.Of(matches, senders, allowUnauthenticated: false);
        Assert.Equal((passed is null, passed), (choice.Entry is not null, choice.PassedWhy));
        var lax = ListChoice.Of(matches, senders, allowUnauthenticated: true);
        Assert.Equal(passed is null or PassedCodes.NoResults, lax.Entry is not null);
    }

    [Fact]
    public void Each_of_several_authors_can_be_blocked()
    {
        var senders = From("", SenderProof.Aligned, "ann@example.org", "eve@example.net");
        var state = States.With(States.Entry("site", ListKind.Block, "example.net"), States.Entry("site", ListKind.Allow, "ann@example.org"));
        var choice = ListChoice.Of(ListMatches.Of(state, "site", senders, States.Now), senders, false);
        Assert.Equal(("example.net", "eve@example.net", PassedCodes.SeveralAuthors), (choice.Entry!.Pattern, choice.Entry.Sender, choice.PassedWhy));
    }
}
