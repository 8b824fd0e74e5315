using System.CommandLine;
using System.Globalization;
using Recorder.Control;
using Recorder.Ledger;

namespace Recorder.Cli;

/// <summary>Tokens for programs; works while <c>serve</c> runs and while it does not.</summary>
internal static class TokenCommand
{
    private static readonly Argument<string> Address = new("address") { Description = "The account in whose name the program acts." };

    public static Command Create(CommandContext context) => new("token", "Make, list, and revoke tokens for programs.") { Make(context), List(context), Revoke(context) };

    private static Command Make(CommandContext context)
    {
        var name = new Option<string>("--name") { Description = "What it is for.", Required = true };
        var scope = new Option<TokenScope>("--scope") { Description = "read, act (release, resend, lists as well) or admin.", DefaultValueFactory = _ => TokenScope.Read };
        var days = new Option<int>("--days") { Description = "How long it lives.", DefaultValueFactory = _ => 90 };
        return new Command("make", "Make a token and print it: it is not shown again.") { Address, name, scope, days }.Posts<TokenRow>(
            context, parsed => ("tokens", new TokenWish(parsed.GetRequiredValue(Address), parsed.GetRequiredValue(name), parsed.GetValue(scope), parsed.GetValue(days))), made => made.Secret!);
    }

    private static Command List(CommandContext context) => new Command("list", "List the tokens of an account.") { Address }.Lists<TokenRow>(
        context, parsed => $"tokens?address={Uri.EscapeDataString(parsed.GetRequiredValue(Address))}",
        row => string.Create(CultureInfo.InvariantCulture, $"{row.Id[..8]}  {row.Scope.ToString().ToLowerInvariant(),-5}  until {row.ExpiresAt:yyyy-MM-dd}  {row.Name}"));

    private static Command Revoke(CommandContext context)
    {
        var id = new Argument<string>("id") { Description = "As the list shows it." };
        return new Command("revoke", "End a token at once.") { Address, id }.Posts<TokenName>(
            context, parsed => ("tokens/revoke", new TokenName(parsed.GetRequiredValue(Address), parsed.GetRequiredValue(id))), name => $"token {name.Id} revoked");
    }
}
