using System.Diagnostics;
using Recorder.Benchmarks.Load;
using Recorder.SystemTests.Peers;
using Spectre.Console;

namespace Recorder.Benchmarks.Compare;

/// <summary>Runs the rows one after the other. A figure under its must is printed, never an error; a row that cannot run is.</summary>
internal static class CompareRun
{
    private static readonly TimeSpan RowLimit = TimeSpan.FromMinutes(25), RunLimit = TimeSpan.FromMinutes(60);

    public static IReadOnlyList<IRow> AllRows { get; } =
        [.. typeof(IRow).Assembly.GetTypes().Where(type => type.IsClass && !type.IsAbstract && type.IsAssignableTo(typeof(IRow)))
            .Select(type => (IRow)Activator.CreateInstance(type)!).OrderBy(row => row.Order).ThenBy(row => row.Name, StringComparer.Ordinal)];

    /// <returns>0; 1 when a row gave no figure; 2 when nothing could run.</returns>
    public static async Task<int> RunAsync(CompareWish wish, CancellationToken cancel)
    {
        var rows = AllRows.Where(row => wish.Rows.Count == 0 || wish.Rows.Contains(row.Name)).ToList();
        if (wish.Rows.Except(rows.Select(row => row.Name)).FirstOrDefault() is { } unknown)
        {
            Say($"no row is called {unknown}; there are: {string.Join(", ", AllRows.Select(row => row.Name))}");
            return 2;
        }

        if (await DebianPackages.BringAsync(rows.SelectMany(row => row.Needs), Say) is { } missing)
        {
            Say(missing);
            return 2;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(RunLimit);
        var report = await RowsAsync(rows, wish, limit.Token);
        report.Print(AnsiConsole.Console);
        await SaveAsync(wish.JsonFile, report.ToJson());
        await SaveAsync(wish.MarkdownFile, report.Markdown());
        return report.Rows.Any(row => row.Failure is not null) ? 1 : 0;
    }

    private static async Task<Report> RowsAsync(List<IRow> rows, CompareWish wish, CancellationToken cancel)
    {
        using var scratch = new Scratch();
        var machine = MachineFacts.Look(scratch.Path);
        Say($"machine: {machine.Text}");
        Say("publishing Recorder as it is installed");
        await InstalledRecorder.BringAsync(scratch.Folder("recorder"));
        List<RowOutcome> outcomes = [];
        foreach (var row in rows)
        {
            outcomes.Add(await RowAsync(row, wish, scratch.Folder(row.Name), cancel));
        }

        return new Report(machine, wish.Quick, outcomes);
    }

    private static async Task<RowOutcome> RowAsync(IRow row, CompareWish wish, string folder, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(RowLimit);
        var clock = Stopwatch.StartNew();
        try
        {
            Say($"{row.Name}: begins");
            var figures = await row.RunAsync(new RowContext(wish.Quick, folder, line => Say($"{row.Name}: {line}")) { ImportMessages = wish.ImportMessages }, limit.Token);
            foreach (var figure in figures)
            {
                Say($"{row.Name}: {figure.Work}: {figure.TheirText}, ours {figure.OurText}, ratio {figure.RatioText}: {figure.Verdict}");
            }

            return new RowOutcome(row.Name, clock.Elapsed.TotalSeconds, figures);
        }
        catch (Exception error)
        {
            // One row's trouble must not cost the others their figures.
            var reason = limit.IsCancellationRequested ? "cut short: out of time" : $"{error.GetType().Name}: {error.Message}";
            Say($"{row.Name}: {reason}");
            return new RowOutcome(row.Name, clock.Elapsed.TotalSeconds, [], reason);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Say(string line) => Console.WriteLine($"{DateTime.Now:HH:mm:ss} {line}");

    private static Task SaveAsync(string? file, string text) => file is null ? Task.CompletedTask : File.WriteAllTextAsync(file, text);
}

/// <param name="Rows">Names; empty for all.</param>
/// <param name="ImportMessages">0: the row's own numbers.</param>
internal sealed record CompareWish(IReadOnlyList<string> Rows, bool Quick, string? JsonFile, string? MarkdownFile, int ImportMessages);
