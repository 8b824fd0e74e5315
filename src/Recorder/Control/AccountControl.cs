using Recorder.Accounts;
using Recorder.Accounts.Importing;
using Recorder.Ledger;

namespace Recorder.Control;

public sealed record IntervalRequest(string Account, string Address, DateTimeOffset? From, DateTimeOffset? Until);

public sealed record RoleRequest(string Account, bool? Admin, bool? Auditor, IReadOnlyList<string>? AdminOf);

public sealed record GrantWish(string Mailbox, string Delegate, GrantRights Rights, DateTimeOffset? ExpiresAt);

/// <param name="Format">csv or postfix.</param>
/// <param name="Preview">Says what would be done and does nothing.</param>
/// <param name="Directory">Read instead of a file; null for a file.</param>
public sealed record AccountImportRequest(string Path, string Format, bool Preview, DirectoryWish? Directory = null);

/// <summary>What the command line does with addresses, roles, grants, and files of accounts.</summary>
internal static class AccountControl
{
    public static void MapAccounts(this RouteGroupBuilder control)
    {
        control.MapPost("/accounts/address", (IntervalRequest wish, OwnedAddresses owned, IAccounts accounts, CancellationToken cancel) => AccessControl.ActAsync(async () =>
        {
            await owned.SetAsync(ControlEndpoints.Cli, wish.Account, wish.Address, wish.From, wish.Until, cancel);
            return accounts.Find(wish.Account)!.Addresses;
        }));
        control.MapPost("/accounts/role", (RoleRequest wish, AccountRoles roles, CancellationToken cancel) => AccessControl.ActAsync(async () =>
            ControlEndpoints.Row(await roles.SetAsync(ControlEndpoints.Cli, wish.Account, new RoleWish(wish.Admin, wish.Auditor, wish.AdminOf), cancel))));
        control.MapPost("/accounts/hand-over", (AccountRequest request, AccountRoles roles, CancellationToken cancel) => AccessControl.ActAsync(async () =>
            ControlEndpoints.Row(await roles.HandOverAsync(ControlEndpoints.Cli, request.Address, request.DisplayName, cancel))));
        control.MapPost("/grants", (GrantWish wish, Grants grants, CancellationToken cancel) => AccessControl.ActAsync(() =>
            grants.SetAsync(ControlEndpoints.Cli, wish.Mailbox, wish.Delegate, wish.Rights, wish.ExpiresAt, cancel)));
        control.MapPost("/grants/end", (GrantWish wish, Grants grants, CancellationToken cancel) => AccessControl.ActAsync(async () =>
            await grants.EndAsync(ControlEndpoints.Cli, wish.Mailbox, wish.Delegate, cancel)
                ? wish : throw new ActRefusedException("no-such-grant", $"{wish.Delegate} has no grant on {wish.Mailbox}")));
        control.MapPost("/accounts/import", ImportAsync);
    }

    private static async Task ImportAsync(HttpContext http, AccountImportRequest request, AccountImport import, CancellationToken cancel)
    {
        if (request.Directory is { } directory)
        {
            await ControlEndpoints.StreamAsync(http, import.FromDirectoryAsync(ControlEndpoints.Cli, directory, request.Preview, cancel), cancel);
            return;
        }

        IReadOnlyList<ListedAccount> rows;
        try
        {
            using var file = File.OpenText(request.Path);
            rows = AccountRows.Read(file, request.Format);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            await http.Response.WriteAsJsonAsync(new Refusal("cannot-import", problem.Message), cancel);
            return;
        }

        await ControlEndpoints.StreamAsync(http, request.Preview ? import.Plan(rows).ToAsyncEnumerable() : import.RunAsync(ControlEndpoints.Cli, rows, cancel), cancel);
    }
}
