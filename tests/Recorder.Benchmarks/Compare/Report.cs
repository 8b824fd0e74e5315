using System.Text.Json;
using Spectre.Console;

namespace Recorder.Benchmarks.Compare;

/// <summary>A row that ran, or why it did not.</summary>
internal sealed record RowOutcome(string Name, double Seconds, IReadOnlyList<Figure> Figures, string? Failure = null);

/// <summary>The run as people and programs read it.</summary>
internal sealed record Report(MachineFacts Machine, bool Quick, IReadOnlyList<RowOutcome> Rows)
{
    private static readonly string[] Columns = ["work", "peer", "ours", "ratio", "must", "reach", "verdict"];
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    public void Print(IAnsiConsole console)
    {
        var table = new Table().AddColumns([.. Columns.Select(name => new TableColumn(name))]);
        foreach (var figure in Rows.SelectMany(row => row.Figures))
        {
            table.AddRow([.. Cells(figure).Select(Markup.Escape)]);
        }

        console.Write(table);
        foreach (var line in Lines())
        {
            Console.WriteLine(line);
        }
    }

    /// <summary>The table as docs/performance.md holds it.</summary>
    public string Markdown() => string.Join('\n',
    [
        $"| {string.Join(" | ", Columns)} |", $"|{string.Concat(Columns.Select(_ => "---|"))}",
        .. Rows.SelectMany(row => row.Figures).Select(figure => $"| {string.Join(" | ", Cells(figure))} |".Replace(" x", " ×", StringComparison.Ordinal)),
        "", .. Lines().Select(line => line + "\n"),
    ]);

    public string ToJson() => JsonSerializer.Serialize(new { Machine, Quick, Rows = Rows.Select(row => new
    {
        row.Name, row.Seconds, row.Failure,
        Figures = row.Figures.Select(figure => new { figure.Work, figure.Peer, figure.Unit, figure.Theirs, figure.Ours, figure.Score, figure.Target, figure.Verdict, figure.Note }),
    }) }, Json);

    private static string[] Cells(Figure figure) =>
        [figure.Work, figure.TheirText, figure.OurText, figure.RatioText, figure.Target.Text(figure.Target.Must), figure.Target.Text(figure.Target.Reach), figure.Verdict];

    private IEnumerable<string> Lines() =>
    [
        .. Rows.SelectMany(row => row.Figures).Where(figure => figure.Note.Length > 0).Select(figure => $"- {figure.Work}: {figure.Note}"),
        .. Rows.Where(row => row.Failure is not null).Select(row => $"- {row.Name} gave no figure: {row.Failure}"),
        $"Machine: {Machine.Text}.", $"{(Quick ? "A quick run" : "A full run")} of {Number.Text(Rows.Sum(row => row.Seconds) / 60)} minutes.",
    ];
}
