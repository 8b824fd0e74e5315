using System.CommandLine;
using System.Text.Json;
using Recorder.Archive.Copies;
using Recorder.Control;
using Recorder.Encryption;
using Recorder.Ledger;
using Recorder.Transfer;
using Recorder.Transfer.Backup;

namespace Recorder.Cli;

/// <summary>Makes a data folder out of a backup or a mirror.</summary>
internal static class RestoreCommand
{
    public static Command Create(CommandContext context)
    {
        var source = new Argument<string>("source") { Description = "The folder of a backup or a mirror. It is only read." };
        var data = new Argument<string>("data") { Description = "The data folder to make: new or empty." };
        var also = new Option<string[]>("--also")
        {
            Description = "Further backups or mirrors. The newest of all counts, with what was removed by then; what is damaged in it is taken from the others.",
            AllowMultipleArgumentsPerToken = true,
        };
        var older = new Option<bool>("--older") { Description = "Restore although the mirror of the settings is newer: what was erased, held or decided after is not known then." };
        var command = new Command("restore", "Make a data folder from a backup, checking every byte. Exit code 1 when a file could not be had whole.") { source, data, also, older };
        command.SetAction(async (parsed, cancel) =>
        {
            var folder = parsed.GetRequiredValue(data);
            var settings = context.LoadSettings(parsed, $"--Recorder:Data:Path={folder}");
            var asJson = parsed.GetValue(context.Json);
            string[] sources = [parsed.GetRequiredValue(source), .. parsed.GetValue(also) ?? []];
            try
            {
                Restore.RefuseUnlessEmpty(folder);
                using var held = DataFolder.Hold(settings.Data);
                var outcome = await Progress.ShowAsync("restoring", asJson, tell =>
                    Task.Run(() => Restore.RunAsync(sources, TransferSetup.PlaceOf(settings.Data), new Actor("cli", Environment.UserName), TimeProvider.System, parsed.GetValue(older), (done, total) => tell(done, total), cancel,
                        () => EncryptionSetup.LoadKeys(settings.Encryption, settings.Data.Keys)), cancel));
                Print(outcome, folder, asJson);
                return outcome.Report.Findings.Count == 0 ? ExitCodes.Done : ExitCodes.Findings;
            }
            catch (CopyRefusedException refused)
            {
                throw new ControlException(ExitCodes.BadInput, refused.Message);
            }
        });
        return command;
    }

    private static void Print(RestoreOutcome outcome, string folder, bool asJson)
    {
        var report = outcome.Report;
        var end = new BackupLine("summary", report.Bytes, report.Bytes, Through: report.Through, Files: report.Files, Bytes: report.Bytes, Findings: report.Findings.Count, Erased: outcome.Erased);
        foreach (var finding in report.Findings)
            Console.WriteLine(asJson
                ? JsonSerializer.Serialize(new BackupLine("finding", Path: finding.Path, Problem: finding.Problem), ControlDoor.Json)
                : $"DAMAGED {finding.Path}: {finding.Problem}");
        Console.WriteLine(asJson
            ? JsonSerializer.Serialize(end, ControlDoor.Json)
            : $"{folder} holds the log through entry {report.Through}, as copied at {report.MadeAt:u}: {report.Files} files, {report.Bytes} bytes, every one checked. "
                + $"What was recorded after that is not in it. {(outcome.Erased > 0 ? $"{outcome.Erased} records that were erased after the copy are left out. " : "")}"
                + "State and indexes are made anew by the next start. Nothing is purged until somebody has made the holds and rules that are newer again and confirms it: recorder purge --confirm-restore.");
    }
}
