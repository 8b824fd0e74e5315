using Recorder.Accounts;

namespace Recorder.Tests.Accounts;

public sealed class AddressBookTests
{
    private static AddressBook Book(params string[] domains) =>
        new(domains, "", new AccountsOptions());

    private static readonly AddressBook Ours = Book("Example.EDU", "大學.example");

    [Theory]
    [InlineData("alice@example.edu", "alice@example.edu")]
    [InlineData("Alice@EXAMPLE.edu", "alice@example.edu")]
    [InlineData(" <alice@example.edu> ", "alice@example.edu")]
    [InlineData("alice@example.edu.", "alice@example.edu")]
    [InlineData("\"alice\"@example.edu", "alice@example.edu")]
    [InlineData("\"al\\ice\"@example.edu", "alice@example.edu")]
    [InlineData("\"Al Ice\"@example.edu", "\"al ice\"@example.edu")]
    [InlineData("\"a@b\"@example.edu", "\"a@b\"@example.edu")]
    [InlineData("alice+list@example.edu", "alice@example.edu")]
    [InlineData("\"alice+list\"@example.edu", "alice@example.edu")]
    [InlineData("+list@example.edu", "+list@example.edu")]
    [InlineData("@relay.example,@other.example:alice@example.edu", "alice@example.edu")]
    [InlineData("JOSE\u0301@example.edu", "jos\u00e9@example.edu")]
    [InlineData("王小明@大學.example", "王小明@xn--pssu7c.example")]
    [InlineData("王小明@XN--PSSU7C.example", "王小明@xn--pssu7c.example")]
    [InlineData("Alice+X@Elsewhere.ORG", "Alice+X@elsewhere.org")]
    [InlineData("bob@[IPv6:2001:DB8::1]", "bob@[ipv6:2001:db8::1]")]
    [InlineData("Postmaster", "postmaster@example.edu")]
    [InlineData("alice@example.edu\u3002", "alice@example.edu")]
    [InlineData("ali\uFFFEce@example.edu", "ali\uFFFEce@example.edu")]
    [InlineData("alice@ex\uFFFEample.org", "alice@ex\uFFFEample.org")]
    public void One_mailbox_has_one_name(string written, string name) => Assert.Equal(name, Ours.Normalise(written));

    [Theory]
    [InlineData("")]
    [InlineData("alice")]
    [InlineData("@example.edu")]
    [InlineData("alice@")]
    [InlineData("alice@exa mple.edu")]
    [InlineData("\"\"@example.edu")]
    [InlineData("\"open\\\"@example.edu")]
    [InlineData("a\u0000b@example.edu")]
    public void What_is_no_address_has_no_name(string written) => Assert.Null(Ours.Normalise(written));

    [Fact]
    public void Normalising_twice_changes_nothing()
    {
        var parts = CsCheck.Gen.String[CsCheck.Gen.Char["aZé\u0301王+.\"\\ @<>:-ß"], 0, 10];
        CsCheck.Check.Sample(CsCheck.Gen.Select(parts, parts), pair =>
        {
            if (Ours.Normalise($"{pair.Item1}@{pair.Item2}.example.edu") is { } once)
            {
                Assert.Equal(once, Ours.Normalise(once));
            }

            if (Ours.Normalise($"{pair.Item1}@example.edu") is { } own)
            {
                Assert.Equal(own, Ours.Normalise(own));
            }
        });
    }

    [Fact]
    public void Only_our_domains_have_owners()
    {
        Assert.Equal(["alice@example.edu"], Ours.OwnersOf("Alice+x@example.edu", null));
        Assert.Empty(Ours.OwnersOf("alice@elsewhere.org", null));
        Assert.Empty(Ours.OwnersOf("alice@sub.example.edu", null));
        Assert.Equal(["anyone@anywhere.org"], Book().OwnersOf("Anyone@anywhere.org", null));
    }

    [Theory]
    [InlineData("rfc822;bob@example.edu", "bob@example.edu")]
    [InlineData("RFC822;bob+2Bx@example.edu", "bob@example.edu")]
    [InlineData("utf-8;\\x{738B}@example.edu", "王@example.edu")]
    [InlineData("x400;whatever", null)]
    [InlineData("rfc822;broken+", null)]
    [InlineData("rfc822;bob@elsewhere.org", null)]
    [InlineData("rfc822;Alice@example.edu", null)]
    public void The_original_recipient_names_a_second_owner(string original, string? second) =>
        Assert.Equal(second is null ? ["alice@example.edu"] : ["alice@example.edu", second], Ours.OwnersOf("alice@example.edu", original));
}
