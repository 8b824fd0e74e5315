using Microsoft.AspNetCore.Http.HttpResults;
using Recorder.Accounts;
using Recorder.Ledger;

namespace Recorder.Web.Api;

/// <param name="From">Null: from the start.</param>
/// <param name="Until">Exclusive; null: still.</param>
public sealed record AddressItem(string Address, DateTimeOffset? From, DateTimeOffset? Until);

/// <param name="AdminOf">Domains it looks after.</param>
public sealed record AccountItem(
    string Address, string DisplayName, bool IsAdmin, bool IsAuditor, IReadOnlyList<string> AdminOf, bool IsDisabled, bool IsLocal, DateTimeOffset CreatedAt,
    IReadOnlyList<AddressItem> Addresses, IReadOnlyList<GrantItem> Delegates)
{
    internal static AccountItem Of(Account account, Grants grants) => new(
        account.Address, account.DisplayName, account.IsAdmin, account.IsAuditor, account.AdminOf ?? [], account.IsDisabled, account.PasswordHash is not null, account.CreatedAt,
        [.. account.Addresses.Select(owned => new AddressItem(owned.Address, owned.From, owned.Until))], [.. grants.Of(account.Address).Select(GrantItem.Of)]);
}

/// <param name="Next">Give it as <c>after</c> for the next page; null on the last.</param>
public sealed record AccountsAnswer(IReadOnlyList<AccountItem> Items, string? Next);

/// <summary>Accounts for the administrators of their domain: addresses in time, delegates, new holders.</summary>
internal static class AccountsApi
{
    private const int DefaultRows = 100, MaxRows = 1_000;

    public static void MapAccountsApi(this RouteGroupBuilder api)
    {
        var accounts = api.MapGroup("/admin/accounts");
        accounts.MapGet("", List).WithSummary("Accounts in the order of their addresses.");
        accounts.MapGet("/{account}", (string account, IAccounts all, Grants grants, HttpContext http) => Find(http, all, account) is { } found
            ? (Results<Ok<AccountItem>, ProblemHttpResult>)TypedResults.Ok(AccountItem.Of(found, grants)) : ApiProblems.NoSuch("account")).WithSummary("One account.");
        accounts.MapPut("/{account}/addresses", (string account, AddressItem wish, OwnedAddresses owned, IAccounts all, Grants grants, HttpContext http, CancellationToken cancel) =>
            ActAsync(http, all, grants, account, IsTheirs(http, wish.Address), found => owned.SetAsync(http.CurrentReader().Actor, found.Address, wish.Address, wish.From, wish.Until, cancel)))
            .WithSummary("Say from when to when an address belonged to an account; later holders never see earlier mail.");
        accounts.MapPost("/{account}/hand-over", (string account, AccountRoles roles, IAccounts all, Grants grants, HttpContext http, CancellationToken cancel) =>
            ActAsync(http, all, grants, account, true, found => roles.HandOverAsync(http.CurrentReader().Actor, found.Address, null, cancel)))
            .WithSummary("The address has a new holder, who sees nothing of before.");
        accounts.MapPost("/{account}/delegates", (string account, GrantRequest wish, IAccounts all, Grants grants, HttpContext http, CancellationToken cancel) =>
            ActAsync(http, all, grants, account, true, found => grants.SetAsync(http.CurrentReader().Actor, found.Address, wish.Delegate ?? "", wish.ToRights(), wish.ExpiresAt, cancel)))
            .WithSummary("Let somebody into the mailbox.");
        accounts.MapDelete("/{account}/delegates", (string account, string @delegate, IAccounts all, Grants grants, HttpContext http, CancellationToken cancel) =>
            ActAsync(http, all, grants, account, true, found => grants.EndAsync(http.CurrentReader().Actor, found.Address, @delegate, cancel)))
            .WithSummary("End a grant.");
    }

    private static Ok<AccountsAnswer> List(IAccounts all, Grants grants, HttpContext http, string? after = null, int limit = DefaultRows)
    {
        var rows = Math.Clamp(limit, 1, MaxRows);
        var page = all.List(after, int.MaxValue).Where(account => MayLookAfter(http, account)).Take(rows + 1).ToList();
        return TypedResults.Ok(new AccountsAnswer([.. page.Take(rows).Select(account => AccountItem.Of(account, grants))], page.Count > rows ? page[rows - 1].Address : null));
    }

    private static async Task<Results<Ok<AccountItem>, ProblemHttpResult>> ActAsync(
        HttpContext http, IAccounts all, Grants grants, string account, bool isAllowed, Func<Account, Task> act)
    {
        if (!isAllowed || Find(http, all, account) is not { } found) return ApiProblems.NoSuch("account");
        await act(found);
        return TypedResults.Ok(AccountItem.Of(all.Find(found.Address)!, grants));
    }

    // Another domain's account is like one that does not exist, and so is one with mail of another domain or with rights beyond a
    // domain's: whoever could open it or hand it over would have those.
    private static Account? Find(HttpContext http, IAccounts all, string address) => all.Find(address) is { } found && MayLookAfter(http, found) ? found : null;

    private static bool MayLookAfter(HttpContext http, Account account) => http.CurrentReader().Account is { IsAdmin: true } || (
        account is { IsAdmin: false, IsAuditor: false } && account.Addresses.All(owned => IsTheirs(http, owned.Address))
        && IsTheirs(http, account.Address) && (account.AdminOf ?? []).All(domain => IsTheirs(http, $"x@{domain}")));

    private static bool IsTheirs(HttpContext http, string? address) => http.CurrentReader().Account is { IsAdmin: true }
        || address is not null && http.CurrentReader().Account.AdminOf is { } domains && domains.Contains(address[(address.LastIndexOf('@') + 1)..].ToLowerInvariant());
}
