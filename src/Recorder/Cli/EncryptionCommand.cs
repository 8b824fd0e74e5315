using System.CommandLine;
using Recorder.Archive.Encryption;
using Recorder.Control;
using Recorder.Encryption;

namespace Recorder.Cli;

/// <summary>The master key by which the archive's files are encrypted (docs/encryption.md).</summary>
internal static class EncryptionCommand
{
    public static Command Create(CommandContext context) =>
        new("encryption", "The master key of an archive that is encrypted at rest.") { CreateNewKey(), CreateStatus(context), CreateRotate(context) };

    private static Command CreateNewKey()
    {
        var command = new Command("new-key", "Print a new master key, for a file that only the service may read. It is kept nowhere.");
        command.SetAction(_ =>
        {
            Console.WriteLine(MasterKey.NewText());
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command CreateStatus(CommandContext context)
    {
        var command = new Command("status", "Say whether new files are encrypted, by which master key, and of how many files there are keys.");
        command.SetAction(async (parsed, cancel) =>
        {
            var status = await context.AskAsync<EncryptionStatus>(parsed, HttpMethod.Get, "encryption", null, cancel);
            context.Print(parsed, status, Text(status));
            return status.Damaged == 0 ? ExitCodes.Done : ExitCodes.Findings;
        });
        return command;
    }

    private static Command CreateRotate(CommandContext context)
    {
        var command = new Command("rotate", "Wrap all file keys with the first of the master keys that the settings' source gives now. No segment is written.");
        command.SetAction(async (parsed, cancel) =>
        {
            var report = await context.AskAsync<RotationReport>(parsed, HttpMethod.Post, "encryption/rotate", null, cancel);
            context.Print(parsed, report, Text(report));
            return ExitCodes.Done;
        });
        return command;
    }

    private static string Text(EncryptionStatus status) =>
        $"New files are {(status.Encrypts ? "" : "not ")}encrypted. Keys of {status.Keys} files, wrapped by the master key {status.MasterKeyId ?? "(none)"}."
        + (status.Damaged == 0 ? "" : $" {status.Damaged} places of the key file cannot be read; put back a copy of it.");

    private static string Text(RotationReport report) => report.Former == report.MasterKeyId
        ? $"The master key {report.MasterKeyId} is in use already. To change it, put the new key on the first line and leave this one on the second."
        : $"{report.Keys} keys are wrapped by {report.MasterKeyId} now. The former, {report.Former}, opens copies of the key file from before and nothing else: take it out of the source, and destroy it when no such copy is left.";
}
