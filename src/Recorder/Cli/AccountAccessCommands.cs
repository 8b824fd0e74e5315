using System.CommandLine;
using System.Text.Json;
using Recorder.Control;
using Recorder.Ledger;

namespace Recorder.Cli;

/// <summary>Who has which address when, who may what.</summary>
internal static class AccountAccessCommands
{
    private static readonly Argument<string> Account = new("account") { Description = "Full mail address of the account." };

    public static IEnumerable<Command> Create(CommandContext context) =>
        [Address(context), Role(context), HandOver(context), Grant(context), Ungrant(context), AccountImportCommand.Create(context)];

    private static Command Address(CommandContext context)
    {
        var address = new Argument<string>("address") { Description = "The address that belongs to it." };
        var from = new Option<DateTimeOffset?>("--from") { Description = "From when; without it, from the start." };
        var until = new Option<DateTimeOffset?>("--until") { Description = "Until when, exclusive; without it, still." };
        var command = new Command("address", "Say from when to when an address belonged to an account. Later holders never see earlier mail.") { Account, address, from, until };
        return On(context, command, "accounts/address", parsed =>
            (new IntervalRequest(parsed.GetRequiredValue(Account), parsed.GetRequiredValue(address), parsed.GetValue(from), parsed.GetValue(until)),
            $"{parsed.GetRequiredValue(address)} is set for {parsed.GetRequiredValue(Account)}"));
    }

    private static Command Role(CommandContext context)
    {
        var admin = new Option<bool?>("--admin") { Description = "true or false: administrator of the site." };
        var auditor = new Option<bool?>("--auditor") { Description = "true or false: sees facts of all mail, and bodies with a reason the owner reads." };
        var domains = new Option<string?>("--admin-of") { Description = "Domains it looks after, separated by commas; empty takes them away." };
        var command = new Command("role", "Give rights to an account, or take them away.") { Account, admin, auditor, domains };
        return On(context, command, "accounts/role", parsed => (
            new RoleRequest(parsed.GetRequiredValue(Account), parsed.GetValue(admin), parsed.GetValue(auditor), parsed.GetValue(domains)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)),
            $"rights of {parsed.GetRequiredValue(Account)} set"));
    }

    private static Command HandOver(CommandContext context)
    {
        var command = new Command("hand-over", "The address has a new holder from now on, who sees nothing of before.") { Account };
        return On(context, command, "accounts/hand-over", parsed => (new AccountRequest(parsed.GetRequiredValue(Account), null), $"{parsed.GetRequiredValue(Account)} begins anew"));
    }

    private static readonly Argument<string> Delegate = new("delegate") { Description = "The account that may see the mailbox." };

    private static Command Grant(CommandContext context)
    {
        var release = new Option<bool>("--release") { Description = "May also release held mail to the mailbox." };
        var resend = new Option<bool>("--resend") { Description = "May also send mail to the mailbox again." };
        var until = new Option<DateTimeOffset?>("--until") { Description = "When it ends by itself." };
        var command = new Command("grant", "Let somebody see a shared mailbox.") { Account, Delegate, release, resend, until };
        return On(context, command, "grants", parsed => (
            new GrantWish(
                parsed.GetRequiredValue(Account), parsed.GetRequiredValue(Delegate),
                GrantRights.Read | (parsed.GetValue(release) ? GrantRights.Release : 0) | (parsed.GetValue(resend) ? GrantRights.Resend : 0), parsed.GetValue(until)),
            $"{parsed.GetRequiredValue(Delegate)} may see {parsed.GetRequiredValue(Account)}"));
    }

    private static Command Ungrant(CommandContext context)
    {
        var command = new Command("ungrant", "End a grant.") { Account, Delegate };
        return On(context, command, "grants/end", parsed => (
            new GrantWish(parsed.GetRequiredValue(Account), parsed.GetRequiredValue(Delegate), GrantRights.Read, null), $"{parsed.GetRequiredValue(Delegate)} sees {parsed.GetRequiredValue(Account)} no more"));
    }

    private static Command On(CommandContext context, Command command, string path, Func<ParseResult, (object Body, string Words)> read) =>
        command.Posts<JsonElement>(context, parsed => (path, read(parsed).Body), (parsed, _) => read(parsed).Words);
}
