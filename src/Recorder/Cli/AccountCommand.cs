using System.CommandLine;
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
        return new Command("add", "Make an account.") { Address, PasswordFromInput, admin, name }.Posts<AccountRow>(
            context, parsed => ("accounts", new AccountRequest(parsed.GetRequiredValue(Address), ReadPassword(parsed), parsed.GetValue(admin), parsed.GetValue(name))),
            made => $"account {made.Address} made{(made.IsAdmin ? ", admin" : "")}", begins: true);
    }

    private static Command List(CommandContext context) => new Command("list", "List all accounts.").Lists<AccountRow>(
        context, _ => "accounts", row => $"{row.Address}{(row.IsAdmin ? " admin" : "")}{(row.IsDisabled ? " disabled" : "")}");

    private static Command Password(CommandContext context) => new Command("password", "Give an account a new password.") { Address, PasswordFromInput }.Posts<AccountRow>(
        context, parsed => ("accounts/password", new AccountRequest(parsed.GetRequiredValue(Address), ReadPassword(parsed))), row => $"password of {row.Address} changed");

    private static Command Disable(CommandContext context, bool disable)
    {
        var verb = disable ? "disable" : "enable";
        return new Command(verb, disable ? "Refuse further sign-ins; the mail stays." : "Allow sign-ins again.") { Address }.Posts<AccountRow>(
            context, parsed => ($"accounts/{verb}", Request(parsed)), row => $"account {row.Address} {verb}d");
    }

    private static Command ResetSecondFactor(CommandContext context) =>
        new Command("reset-second-factor", "Take the second factor off an account whose owner lost phone and recovery codes.") { Address }.Posts<AccountRow>(
            context, parsed => ("accounts/reset-second-factor", Request(parsed)), row => $"{row.Address} signs in with the password alone");

    private static AccountRequest Request(ParseResult parsed) => new(parsed.GetRequiredValue(Address), null);

    private static string ReadPassword(ParseResult parsed) => Read(parsed.GetValue(PasswordFromInput));

    /// <exception cref="ControlException">It is not to be read, or there is none.</exception>
    internal static string Read(bool fromInput)
    {
        if (!fromInput)
        {
            throw new ControlException(ExitCodes.BadInput, "give the password on standard input with --password-stdin, so that it stays out of the process list");
        }

        return Console.In.ReadLine() is { Length: > 0 } line
            ? line
            : throw new ControlException(ExitCodes.BadInput, "standard input held no password");
    }
}
