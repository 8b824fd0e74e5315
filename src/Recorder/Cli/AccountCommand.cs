using System.CommandLine;
using System.Net.Http.Json;
using System.Text.Json;
using Recorder.Control;

namespace Recorder.Cli;

/// <summary>Accounts from the command line; works while <c>serve</c> runs and while it does not.</summary>
internal static class AccountCommand
{
    private static readonly Argument<string> Address = new("address") { Description = "Full mail address." };
    private static readonly Option<bool> PasswordFromInput = new("--password-stdin") { Description = "Read the password from the first line of standard input." };

    public static Command Create(CommandContext context)
    {
        var account = CreateOwn(context);
        foreach (var command in AccountAccessCommands.Create(context)) account.Add(command);
        return account;
    }

    private static Command CreateOwn(CommandContext context) => new("account", "Add, list, and change accounts.")
    {
        Add(context), List(context), Password(context), Disable(context, true), Disable(context, false), ResetSecondFactor(context),
    };

    private static Command Add(CommandContext context)
    {
        var admin = new Option<bool>("--admin") { Description = "May see the administration pages." };
        var name = new Option<string?>("--name") { Description = "Display name." };
        var command = new Command("add", "Make an account.") { Address, PasswordFromInput, admin, name };
        command.SetAction(async (parsed, cancel) =>
        {
            var password = ReadPassword(parsed.GetValue(PasswordFromInput));
            await using var door = await ControlDoor.OpenAsync(context.LoadSettings(parsed), cancel);
            var request = new AccountRequest(parsed.GetRequiredValue(Address), password, parsed.GetValue(admin), parsed.GetValue(name));
            var made = await door.SendAsync<AccountRow>(HttpMethod.Post, "accounts", request, cancel);
            Print(parsed.GetValue(context.Json), made, $"account {made.Address} made{(made.IsAdmin ? ", admin" : "")}");
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command List(CommandContext context)
    {
        var command = new Command("list", "List all accounts.");
        command.SetAction(async (parsed, cancel) =>
        {
            await using var door = await ControlDoor.OpenAsync(context.LoadSettings(parsed), cancel);
            foreach (var row in await door.SendAsync<List<AccountRow>>(HttpMethod.Get, "accounts", null, cancel))
            {
                var marks = (row.IsAdmin ? " admin" : "") + (row.IsDisabled ? " disabled" : "");
                Print(parsed.GetValue(context.Json), row, $"{row.Address}{marks}");
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Password(CommandContext context)
    {
        var command = new Command("password", "Give an account a new password.") { Address, PasswordFromInput };
        command.SetAction(async (parsed, cancel) =>
        {
            var password = ReadPassword(parsed.GetValue(PasswordFromInput));
            await using var door = await ControlDoor.OpenAsync(context.LoadSettings(parsed), cancel);
            var request = new AccountRequest(parsed.GetRequiredValue(Address), password);
            var row = await door.SendAsync<AccountRow>(HttpMethod.Post, "accounts/password", request, cancel);
            Print(parsed.GetValue(context.Json), row, $"password of {row.Address} changed");
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Disable(CommandContext context, bool disable)
    {
        var verb = disable ? "disable" : "enable";
        var command = new Command(verb, disable ? "Refuse further sign-ins; the mail stays." : "Allow sign-ins again.") { Address };
        command.SetAction(async (parsed, cancel) =>
        {
            await using var door = await ControlDoor.OpenAsync(context.LoadSettings(parsed), cancel);
            var row = await door.SendAsync<AccountRow>(HttpMethod.Post, $"accounts/{verb}", new AccountRequest(parsed.GetRequiredValue(Address), null), cancel);
            Print(parsed.GetValue(context.Json), row, $"account {row.Address} {verb}d");
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command ResetSecondFactor(CommandContext context)
    {
        var command = new Command("reset-second-factor", "Take the second factor off an account whose owner lost phone and recovery codes.") { Address };
        command.SetAction(async (parsed, cancel) =>
        {
            await using var door = await ControlDoor.OpenAsync(context.LoadSettings(parsed), cancel);
            var row = await door.SendAsync<AccountRow>(HttpMethod.Post, "accounts/reset-second-factor", new AccountRequest(parsed.GetRequiredValue(Address), null), cancel);
            Print(parsed.GetValue(context.Json), row, $"{row.Address} signs in with the password alone");
            return ExitCodes.Done;
        });
        return command;
    }

    private static string ReadPassword(bool fromInput)
    {
        if (!fromInput)
        {
            throw new ControlException(ExitCodes.BadInput, "give the password on standard input with --password-stdin, so that it stays out of the process list");
        }

        return Console.In.ReadLine() is { Length: > 0 } line
            ? line
            : throw new ControlException(ExitCodes.BadInput, "standard input held no password");
    }

    private static void Print(bool json, AccountRow row, string words) =>
        Console.WriteLine(json ? JsonSerializer.Serialize(row, ControlDoor.Json) : words);
}
