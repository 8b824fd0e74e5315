using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Recorder.Control;

namespace Recorder.Cli;

/// <summary>A call that cannot be understood: what is wrong with it, and where the help is. Exit code 1 would say that something was found.</summary>
internal static partial class WrongCall
{
    public static bool Is(ParseResult parsed) => parsed.Action is ParseErrorAction;

    public static int Tell(ParseResult parsed)
    {
        // A group of commands named alone: what it has is the answer.
        if (parsed.UnmatchedTokens.Count == 0 && parsed.CommandResult.Command.Subcommands.Count > 0)
        {
            string[] help = [.. Name(parsed.CommandResult).Split(' ').Skip(1), "--help"];
            parsed.RootCommandResult.Command.Parse(help).Invoke(new InvocationConfiguration { Output = Console.Error });
            return ExitCodes.BadInput;
        }

        foreach (var error in parsed.Errors.Where(error => parsed.UnmatchedTokens.Count == 0 || error.Message.Contains('\'', StringComparison.Ordinal)))
        {
            Console.Error.WriteLine($"recorder: {Words(error.Message)}");
        }

        Console.Error.WriteLine($"recorder: {Name(parsed.CommandResult)} --help says how it is called");
        return ExitCodes.BadInput;
    }

    private static string Name(CommandResult command) => command.Parent is CommandResult parent ? $"{Name(parent)} {command.Command.Name}" : "recorder";

    // The library names types of the program where a person wants to read what to write instead.
    private static string Words(string message) =>
        ExpectedType().Replace(message.TrimEnd().ReplaceLineEndings(" "), match => match.Groups[1].Value switch
        {
            var type when type.Contains("DateOnly", StringComparison.Ordinal) => ": write a day like 2026-12-31.",
            var type when type.Contains("Int", StringComparison.Ordinal) => ": write a whole number.",
            _ => ".",
        });

    [GeneratedRegex(@" as expected type '([^']*)'\.")]
    private static partial Regex ExpectedType();
}
