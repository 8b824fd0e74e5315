using Recorder.Benchmarks.Compare;
using Recorder.Benchmarks.Load;

namespace Recorder.Benchmarks.Rows;

/// <summary>A Maildir of real mail, from nothing until all of it can be found; process start to process end on both sides.</summary>
internal sealed class ImportRow : IRow
{
    public string Name => "import";

    public int Order => 60;

    public IReadOnlyList<DebianProgram> Needs => [DebianProgram.Notmuch];

    public Task<IReadOnlyList<Figure>> RunAsync(RowContext context, CancellationToken cancel) =>
        context.ImportMessages > 0 ? ManyAsync(context with { Rounds = 1 }, cancel) : UsualAsync(context, cancel);

    private static async Task<IReadOnlyList<Figure>> ManyAsync(RowContext context, CancellationToken cancel)
    {
        var copies = (context.ImportMessages + RealMaildir.CorpusMessages - 1) / RealMaildir.CorpusMessages;
        return [await MeasureAsync(context, "many", copies, "with varied copies, once on each side", cancel)];
    }

    private static async Task<IReadOnlyList<Figure>> UsualAsync(RowContext context, CancellationToken cancel) =>
    [
        await MeasureAsync(context, "long", context.Pick(20, 5), "with varied copies: the runtime has compiled the code after the first thousands", cancel),
        await MeasureAsync(context, "once", 1, "each message once: starting the runtime and compiling the code is most of it", cancel),
    ];

    private static async Task<Figure> MeasureAsync(RowContext context, string name, int copies, string note, CancellationToken cancel)
    {
        var mail = RealMaildir.Make(context.SubFolder($"mail-{name}"), copies);
        var importers = new Importers(mail, context.SubFolder($"import-{name}"));
        var (theirs, ours) = await context.TakeTurnsAsync(
            "/s", async _ => mail.Messages / await importers.NotmuchAsync(cancel), async _ => mail.Messages / await importers.RecorderAsync(cancel), cancel);
        return new Figure($"import and index of {Number.Text(mail.Messages)} real messages until findable", "notmuch new", "/s", theirs, ours, Target.RatioAtLeast(4, 8),
            $"{mail.Bytes / 1e6:F1} MB; {note}");
    }
}
