using System.CommandLine;
using Recorder.Archive;
using Recorder.Control;
using Recorder.Settings;

namespace Recorder.Cli;

/// <summary>The executable's front: settings out of the arguments, one command, one exit code.</summary>
public static class CommandLine
{
    // After a signal the process is ended for good only when the host has surely given up waiting for what is under way:
    // a message that has arrived is delivered and answered first.
    private static readonly TimeSpan TerminationTimeout = RecorderApp.ShutdownTimeout + TimeSpan.FromSeconds(5);

    private const string SettingPrefix = "--" + SettingsCatalog.Root + ":";

    public static async Task<int> RunAsync(string[] args)
    {
        var settings = args.Where(IsSetting).ToArray();
        var root = Create(settings);
        try
        {
            var parsed = root.Parse([.. args.Where(argument => !IsSetting(argument))]);
            return WrongCall.Is(parsed) ? WrongCall.Tell(parsed) : await parsed
                .InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TerminationTimeout });
        }
        catch (SettingsException problem)
        {
            return Fail(ExitCodes.BadInput, $"setting {problem.Message}");
        }
        catch (DataFolderInUseException problem)
        {
            return Fail(ExitCodes.Unavailable, problem.Message);
        }
        catch (ControlException problem)
        {
            return Fail(problem.ExitCode, problem.Message);
        }
        catch (ArchiveException problem)
        {
            return Fail(ExitCodes.Failed, problem.Message);
        }
        catch (IOException problem)
        {
            return Fail(ExitCodes.Failed, problem.Message);
        }
        catch (UnauthorizedAccessException problem)
        {
            return Fail(ExitCodes.Failed, $"{problem.Message} Run it as the user of the service, or give this user the right.");
        }
        catch (OperationCanceledException)
        {
            return Fail(ExitCodes.Failed, "stopped");
        }
    }

    private static RootCommand Create(string[] settings)
    {
        var json = new Option<bool>("--json") { Description = "Print machine-readable JSON, one object a line.", Recursive = true };
        var file = new Option<string?>("--settings") { Description = "Settings file. Default: appsettings.json in the current folder, where there is one.", Recursive = true };
        var context = new CommandContext(settings, json, file);
        return new RootCommand(
            "Recorder keeps every message a mail server is handed, finds it again, and gives it back.\n"
            + "Any setting can be given as --Recorder:Section:Key=value, e.g. --Recorder:Data:Path=/srv/recorder.\n"
            + "Exit codes: 0 done, 1 findings, 2 bad call or setting, 3 folder in use or service unreachable, 4 failed.")
        {
            ServeCommand.Create(context),
            DemoCommand.Create(context),
            AccountCommand.Create(context),
            ListCommand.Create(context),
            TokenCommand.Create(context),
            ImportCommand.Create(context),
            ExportCommand.Create(context),
            BackupCommand.Create(context),
            RestoreCommand.Create(context),
            VerifyCommand.Create(context),
            EvidenceCommand.Create(context),
            EvidenceCommand.CreateKey(context),
            EncryptionCommand.Create(context),
            ReconcileCommand.Create(context),
            RebuildCommand.Create(context),
            RebuildCommand.CreateReindex(context),
            DoctorCommand.Create(context),
            PurgeCommand.Create(context),
            HoldCommand.Create(context),
            RetentionCommand.Create(context),
            ApprovalCommand.Create(context),
            json,
            file,
        };
    }

    private static bool IsSetting(string argument) => argument.StartsWith(SettingPrefix, StringComparison.OrdinalIgnoreCase);

    private static int Fail(int code, string message)
    {
        Console.Error.WriteLine($"recorder: {message}");
        return code;
    }
}

/// <summary>What every command is given: the settings arguments and the options that all share.</summary>
internal sealed record CommandContext(string[] SettingArguments, Option<bool> Json, Option<string?> File)
{
    public RecorderSettings LoadSettings(ParseResult parsed, params string[] more) =>
        RecorderSettings.Load(parsed.GetValue(File), [.. SettingArguments, .. more]);
}
