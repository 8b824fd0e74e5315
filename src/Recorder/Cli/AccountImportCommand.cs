using System.CommandLine;
using System.Text.Json;
using Recorder.Accounts.Importing;
using Recorder.Control;

namespace Recorder.Cli;

/// <summary>Accounts and addresses out of a file or a directory.</summary>
internal static class AccountImportCommand
{
    private const string PasswordVariable = "RECORDER_LDAP_PASSWORD";

    private static readonly Argument<string> From = new("from")
    {
        Description = "A file, or a directory like ldap://ldap.example.edu/ou=people,dc=example,dc=edu (StartTLS; ldaps:// for TLS from the first byte).",
    };

    private static readonly Option<string> Format = new("--format") { Description = "Of a file: csv (address,name,aliases) or postfix (a virtual alias table).", DefaultValueFactory = _ => AccountRows.Csv };
    private static readonly Option<bool> Preview = new("--preview", "--plan") { Description = "Say what would be done; nothing is." };
    private static readonly Option<string> BindDn = new("--bind-dn") { Description = "Of a directory: who reads it. Without it, anonymously.", DefaultValueFactory = _ => "" };
    private static readonly Option<string?> PasswordFile = new("--password-file") { Description = $"File with that entry's password. Without it, the environment's {PasswordVariable}." };
    private static readonly Option<bool> InClear = new("--no-tls") { Description = "In clear: to a directory on this machine only." };
    private static readonly Option<string> Filter = new("--filter") { Description = "Which entries are people and mailboxes.", DefaultValueFactory = _ => "(mail=*)" };
    private static readonly Option<string> Address = new("--address") { Description = "Attribute of the address; its further values are further addresses.", DefaultValueFactory = _ => "mail" };
    private static readonly Option<string> Aliases = new("--aliases") { Description = "Attributes of further addresses, separated by commas, e.g. mailLocalAddress or proxyAddresses.", DefaultValueFactory = _ => "" };
    private static readonly Option<string> Name = new("--name") { Description = "Attribute of the display name.", DefaultValueFactory = _ => "cn" };
    private static readonly Option<string> Identity = new("--identity") { Description = "Attribute that stays the same for one person and is never given to another; Active Directory: objectGUID.", DefaultValueFactory = _ => "entryUUID" };

    public static Command Create(CommandContext context)
    {
        Format.AcceptOnlyFromAmong(AccountRows.Csv, AccountRows.Postfix);
        var command = new Command(
            "import", "Make accounts and give them addresses from a file or an LDAP directory. Importing again adds nothing. Exit code 1 when a line or an entry was skipped.")
        {
            From, Format, Preview, BindDn, PasswordFile, InClear, Filter, Address, Aliases, Name, Identity,
        };
        command.SetAction((parsed, cancel) => RunAsync(context, parsed, cancel));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, ParseResult parsed, CancellationToken cancel)
    {
        var request = Request(parsed);
        await using var door = await ControlDoor.OpenAsync(context.LoadSettings(parsed), cancel);
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        await foreach (var step in door.StreamAsync<ImportStep>("accounts/import", request, cancel))
        {
            if (step.Kind == ImportPlan.Failed) throw new ControlException(ExitCodes.Failed, $"the directory could not be read, and nothing was done: {step.Why}");
            if (step.Kind == ImportPlan.Read)
            {
                if (!Console.IsErrorRedirected) Console.Error.Write($"\r{step.Line} entries read\r");
                continue;
            }

            counts[step.Kind] = counts.GetValueOrDefault(step.Kind) + 1;
            Print(step, parsed.GetValue(context.Json), request.Directory is not null);
        }

        if (!parsed.GetValue(context.Json)) Console.WriteLine($"{(request.Preview ? "would be: " : "")}{string.Join(", ", counts.Select(count => $"{count.Value} {count.Key}"))}");
        return counts.ContainsKey(ImportPlan.Skipped) ? ExitCodes.Findings : ExitCodes.Done;
    }

    // Of a directory of thousands who have it all, only what is new or wrong is read by a person.
    private static void Print(ImportStep step, bool json, bool isDirectory)
    {
        if (json) Console.WriteLine(JsonSerializer.Serialize(step, ControlDoor.Json));
        else if (step.Kind != ImportPlan.Known || !isDirectory) Console.WriteLine($"{step.Kind,-11} {step.Account} {step.Address} {Words(step, isDirectory ? "entry" : "line")}".TrimEnd());
    }

    private static string Words(ImportStep step, string unit) => step switch
    {
        { Why: null } => "",
        { Kind: ImportPlan.Moved } => $"(from {step.Why})",
        _ => $"({unit} {step.Line}: {step.Why})",
    };

    private static AccountImportRequest Request(ParseResult parsed)
    {
        var from = parsed.GetRequiredValue(From);
        return from.Contains("://", StringComparison.Ordinal)
            ? new AccountImportRequest("", "", parsed.GetValue(Preview), Wish(parsed, from))
            : new AccountImportRequest(Path.GetFullPath(from), parsed.GetRequiredValue(Format), parsed.GetValue(Preview));
    }

    private static DirectoryWish Wish(ParseResult parsed, string from)
    {
        try
        {
            var (host, port, tls, baseDn) = DirectoryWish.Place(from, parsed.GetValue(InClear));
            return new DirectoryWish(
                host, port, tls, baseDn, parsed.GetRequiredValue(BindDn), Password(parsed), parsed.GetRequiredValue(Filter), parsed.GetRequiredValue(Address),
                parsed.GetRequiredValue(Aliases).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), parsed.GetRequiredValue(Name), parsed.GetRequiredValue(Identity));
        }
        catch (FormatException problem)
        {
            throw new ControlException(ExitCodes.BadInput, problem.Message);
        }
    }

    // RFC 4513 §5.1.2: a name with an empty password binds as nobody, and would read what anybody may read.
    private static string Password(ParseResult parsed)
    {
        var secret = parsed.GetValue(PasswordFile) is { } file ? File.ReadAllText(file).TrimEnd('\r', '\n') : Environment.GetEnvironmentVariable(PasswordVariable) ?? "";
        return secret.Length > 0 || parsed.GetRequiredValue(BindDn).Length == 0
            ? secret : throw new ControlException(ExitCodes.BadInput, $"the password of {parsed.GetRequiredValue(BindDn)} is missing: name a file with --password-file, or set {PasswordVariable}");
    }
}
