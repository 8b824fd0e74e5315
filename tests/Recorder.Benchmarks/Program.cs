using System.CommandLine;
using System.Runtime.Versioning;
using Recorder.Benchmarks.Compare;
using Spectre.Console;

[assembly: SupportedOSPlatform("linux")]

if (Console.IsOutputRedirected)
{
    AnsiConsole.Profile.Width = 220;
}

var rows = new Option<string>("--rows") { Description = $"Only these, separated by commas: {string.Join(", ", CompareRun.AllRows.Select(row => row.Name))}." };
var quick = new Option<bool>("--quick") { Description = "Smaller work: some five minutes for all rows." };
var json = new Option<string>("--json") { Description = "Also write everything measured to this file." };
var markdown = new Option<string>("--markdown") { Description = "Also write the table to this file, as docs/performance.md holds it." };
var compare = new Command("compare", "Side by side with the peers on this machine. Installs the peers it needs (as root), prints one table.") { rows, quick, json, markdown };
compare.SetAction((parsed, cancel) => CompareRun.RunAsync(
    new CompareWish(parsed.GetValue(rows)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [], parsed.GetValue(quick), parsed.GetValue(json), parsed.GetValue(markdown)),
    cancel));

// Ctrl-C: time to end what was started.
return await new RootCommand("Figures, measured. Peers come from Debian's packages. TMPDIR chooses the disk.") { compare }
    .Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) });
