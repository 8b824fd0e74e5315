using Recorder.Accounts.Importing;
using Recorder.Accounts.Sources;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Accounts;

public sealed class DirectoryImportTests
{
    private static ListedAccount Entry(int line, string account, string identity, params string[] addresses) => new(line, $"{account}@example.edu", account, [.. addresses.Select(one => $"{one}@example.edu")], null, identity);

    /// <summary>What was planned, which must be what was done.</summary>
    private static async Task<List<string>> RunAsync(Desk desk, params ListedAccount[] rows)
    {
        var import = new AccountImport(desk.Accounts, desk.Owned, desk.Book, desk.Ledger, desk.Time);
        var planned = import.Plan(rows);
        var steps = new List<ImportStep>();
        await foreach (var step in import.RunAsync(Desk.Cli, rows, CancellationToken.None)) steps.Add(step);
        Assert.Equal(planned, steps);
        return [.. steps.Where(step => step.Kind != "known").Select(step => $"{step.Kind} {step.Account} {step.Address}".TrimEnd().Replace("@example.edu", "", StringComparison.Ordinal))];
    }

    private static IEnumerable<string> Open(Desk desk, string account) =>
        desk.Accounts.Find($"{account}@example.edu")!.Addresses.Where(owned => owned.Until is null).Select(owned => owned.Address.Split('@')[0]);

    [Fact]
    public async Task A_second_import_changes_nothing()
    {
        await using var desk = await Desk.OpenAsync();
        ListedAccount[] rows = [Entry(1, "alice", "id-1", "a.chen", "info"), Entry(2, "bob", "id-2")];
        Assert.Equal(["account alice", "address alice a.chen", "address alice info", "account bob"], await RunAsync(desk, rows));
        Assert.Equal("id-1", desk.Accounts.Find("alice@example.edu")!.Identity);
        var before = desk.Log.Entries.Count;
        Assert.Empty(await RunAsync(desk, rows));
        Assert.Equal(before, desk.Log.Entries.Count);
    }

    [Fact]
    public async Task Another_identity_is_another_person_with_nothing_of_before()
    {
        await using var desk = await Desk.OpenAsync();
        await RunAsync(desk, Entry(1, "alice", "id-1", "info"));
        desk.Time.Advance(TimeSpan.FromDays(30));
        Assert.Equal(["handed-over alice", "address alice info"], await RunAsync(desk, Entry(1, "alice", "id-9", "info")));
        var next = desk.Accounts.Find("alice@example.edu")!;
        Assert.Equal("id-9", next.Identity);
        Assert.All(next.Addresses, owned => Assert.Equal(desk.Time.GetUtcNow(), owned.From));
        Assert.Empty(await RunAsync(desk, Entry(1, "alice", "id-9", "info")));
    }

    [Fact]
    public async Task An_address_moves_only_where_the_directory_knows_both_and_gives_it_to_one()
    {
        await using var desk = await Desk.OpenAsync();
        await RunAsync(desk, Entry(1, "alice", "id-1", "info"), Entry(2, "bob", "id-2"));
        desk.Time.Advance(TimeSpan.FromDays(30));
        // Alice is not in what was read: what she has, nobody can tell.
        Assert.Equal(["skipped bob info"], await RunAsync(desk, Entry(2, "bob", "id-2", "info")));
        // Both are said to have it: the first keeps it.
        Assert.Equal(["skipped bob info"], await RunAsync(desk, Entry(1, "alice", "id-1", "info"), Entry(2, "bob", "id-2", "info")));
        Assert.Equal(["moved bob info"], await RunAsync(desk, Entry(1, "alice", "id-1"), Entry(2, "bob", "id-2", "info")));
        Assert.Equal(["alice"], Open(desk, "alice"));
        Assert.Equal(["bob", "info"], Open(desk, "bob"));
        var ended = desk.Accounts.Find("alice@example.edu")!.Addresses.Single(owned => owned.Address == "info@example.edu").Until;
        Assert.Equal(ended, desk.Accounts.Find("bob@example.edu")!.Addresses.Single(owned => owned.Address == "info@example.edu").From);
        Assert.Empty(await RunAsync(desk, Entry(1, "alice", "id-1"), Entry(2, "bob", "id-2", "info")));
    }

    [Fact]
    public async Task What_is_known_here_otherwise_is_left_alone()
    {
        await using var desk = await Desk.OpenAsync();
        await desk.AddAsync("root@example.edu", isAdmin: true);
        await desk.Sessions.WelcomeAsync(new Vouched("olga@example.edu", "https://login.example.edu", "7", null), "web", "192.0.2.1", CancellationToken.None);
        Assert.Empty(await RunAsync(desk, Entry(1, "root", "id-1"), Entry(2, "olga", "id-2")));
        Assert.Equal(["skipped bob root"], await RunAsync(desk, Entry(3, "bob", "id-3", "root")) is { } steps ? steps.Where(step => step.StartsWith("skipped", StringComparison.Ordinal)) : []);
    }

    [Fact]
    public async Task A_changed_address_makes_a_new_account_and_says_where_the_mail_of_before_is()
    {
        await using var desk = await Desk.OpenAsync();
        await RunAsync(desk, Entry(1, "alice", "id-1"));
        var import = new AccountImport(desk.Accounts, desk.Owned, desk.Book, desk.Ledger, desk.Time);
        var step = Assert.Single(import.Plan([Entry(1, "alice.wu", "id-1")]));
        Assert.Equal("account", step.Kind);
        Assert.Contains("was alice@example.edu before", step.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_entries_with_one_address_and_an_entry_without_an_identity_are_passed_over()
    {
        await using var desk = await Desk.OpenAsync();
        Assert.Equal(
            ["account alice", "skipped alice", "skipped bob"],
            await RunAsync(desk, Entry(1, "alice", "id-1"), Entry(2, "alice", "id-2"), new ListedAccount(3, "bob@example.edu", Problem: "has no entryUUID")));
    }

    [Theory]
    [InlineData("ldap://ldap.example.edu/ou=people,dc=example,dc=edu", false, "ldap.example.edu 389 StartTls ou=people,dc=example,dc=edu")]
    [InlineData("ldaps://ldap.example.edu/ou=a%20b,dc=edu", false, "ldap.example.edu 636 Implicit ou=a b,dc=edu")]
    [InlineData("ldap://127.0.0.1:3890/dc=edu", true, "127.0.0.1 3890 None dc=edu")]
    public void A_directory_is_named_by_its_address(string address, bool inClear, string read)
    {
        var (host, port, tls, baseDn) = DirectoryWish.Place(address, inClear);
        Assert.Equal(read, $"{host} {port} {tls} {baseDn}");
    }

    [Theory]
    [InlineData("ldap://ldap.example.edu/dc=edu", true)]
    [InlineData("ldaps://127.0.0.1/dc=edu", true)]
    [InlineData("ldap://ldap.example.edu/", false)]
    [InlineData("ldap://ldap.example.edu/dc=edu?mail", false)]
    [InlineData("https://ldap.example.edu/dc=edu", false)]
    public void A_password_goes_nowhere_in_clear_and_a_search_begins_somewhere(string address, bool inClear) =>
        Assert.Throws<FormatException>(() => DirectoryWish.Place(address, inClear));
}
