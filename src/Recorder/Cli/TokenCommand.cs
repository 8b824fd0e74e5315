using System.CommandLine;
using System.Globalization;
using System.Text.Json;
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
        var command = new Command("make", "Make a token and print it: it is not shown again.") { Address, name, scope, days };
        command.SetAction(async (parsed, cancel) =>
        {
            await using var door = await ControlDoor.OpenAsync(context.LoadSettings(parsed), cancel);
            var wish = new TokenWish(parsed.GetRequiredValue(Address), parsed.GetRequiredValue(name), parsed.GetValue(scope), parsed.GetValue(days));
            var made = await door.SendAsync<TokenRow>(HttpMethod.Post, "tokens", wish, cancel);
            Print(parsed.GetValue(context.Json), made, made.Secret!);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command List(CommandContext context)
    {
        var command = new Command("list", "List the tokens of an account.") { Address };
        command.SetAction(async (parsed, cancel) =>
        {
            await using var door = await ControlDoor.OpenAsync(context.LoadSettings(parsed), cancel);
            foreach (var row in await door.SendAsync<List<TokenRow>>(HttpMethod.Get, $"tokens?address={Uri.EscapeDataString(parsed.GetRequiredValue(Address))}", null, cancel))
            {
                Print(parsed.GetValue(context.Json), row, string.Create(
                    CultureInfo.InvariantCulture, $"{row.Id[..8]}  {row.Scope.ToString().ToLowerInvariant(),-5}  until {row.ExpiresAt:yyyy-MM-dd}  {row.Name}"));
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Revoke(CommandContext context)
    {
        var id = new Argument<string>("id") { Description = "As the list shows it." };
        var command = new Command("revoke", "End a token at once.") { Address, id };
        command.SetAction(async (parsed, cancel) =>
        {
            await using var door = await ControlDoor.OpenAsync(context.LoadSettings(parsed), cancel);
            var name = await door.SendAsync<TokenName>(HttpMethod.Post, "tokens/revoke", new TokenName(parsed.GetRequiredValue(Address), parsed.GetRequiredValue(id)), cancel);
            Console.WriteLine(parsed.GetValue(context.Json) ? JsonSerializer.Serialize(name, ControlDoor.Json) : $"token {name.Id} revoked");
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Print(bool json, TokenRow row, string words) => Console.WriteLine(json ? JsonSerializer.Serialize(row, ControlDoor.Json) : words);
}
