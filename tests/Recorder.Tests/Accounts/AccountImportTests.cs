using Recorder.Accounts.Importing;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Accounts;

public sealed class AccountImportTests
{
    private const string Virtual = """
        # aliases
        info@example.edu        alice@example.edu
        sales@example.edu
            bob@example.edu
        team@example.edu        alice@example.edu, bob@example.edu
        @example.edu            alice@example.edu
        example.edu             anything
        alice@example.edu       alice@example.edu
        out@example.edu         somebody@elsewhere.example
        """;

    private const string Csv = "address,name,aliases\nalice@example.edu,\"Chen, Alice\",info@example.edu;a.chen@example.edu\nbob@elsewhere.example,Bob,\n";

    private static async Task<List<string>> RunAsync(Desk desk, string text, string format)
    {
        var steps = new List<string>();
        var import = new AccountImport(desk.Accounts, desk.Owned, desk.Book, desk.Ledger, desk.Time);
        await foreach (var step in import.RunAsync(Desk.Cli, AccountRows.Read(new StringReader(text), format), CancellationToken.None)) steps.Add($"{step.Line} {step.Kind} {step.Account} {step.Address}".Trim());
        return steps;
    }

    [Fact]
    public async Task A_Postfix_table_gives_aliases_to_the_account_they_lead_to_and_passes_over_what_is_nobodys()
    {
        await using var desk = await Desk.OpenAsync();
        var rows = AccountRows.Read(new StringReader(Virtual), AccountRows.Postfix);
        var plan = new AccountImport(desk.Accounts, desk.Owned, desk.Book, desk.Ledger, desk.Time).Plan(rows);
        Assert.Null(desk.Accounts.Find("alice@example.edu"));
        Assert.Equal([5, 6, 7, 9], plan.Where(step => step.Kind == "skipped").Select(step => step.Line));

        Assert.Equal(plan.Select(step => $"{step.Line} {step.Kind} {step.Account} {step.Address}".Trim()), await RunAsync(desk, Virtual, AccountRows.Postfix));
        Assert.Equal(["alice@example.edu", "info@example.edu"], desk.Accounts.Find("alice@example.edu")!.Addresses.Select(owned => owned.Address));
        Assert.Equal(["bob@example.edu", "sales@example.edu"], desk.Accounts.Find("bob@example.edu")!.Addresses.Select(owned => owned.Address));
        Assert.DoesNotContain(await RunAsync(desk, Virtual, AccountRows.Postfix), step => step.Contains(" account ") || step.Contains(" address "));
    }

    [Fact]
    public async Task A_CSV_file_names_accounts_people_and_aliases()
    {
        await using var desk = await Desk.OpenAsync();
        Assert.Equal(
            ["2 account alice@example.edu", "2 address alice@example.edu info@example.edu", "2 address alice@example.edu a.chen@example.edu", "3 skipped bob@elsewhere.example"],
            await RunAsync(desk, Csv, AccountRows.Csv));
        Assert.Equal("Chen, Alice", desk.Accounts.Find("alice@example.edu")!.DisplayName);
    }
}
