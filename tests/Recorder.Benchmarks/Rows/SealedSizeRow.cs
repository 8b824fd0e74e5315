using Recorder.Benchmarks.Compare;
using Recorder.Benchmarks.Load;
using ZstdSharp;

namespace Recorder.Benchmarks.Rows;

/// <summary>How many bytes a sealed archive takes for a byte of mail: all its segments, those of the ledger too.</summary>
internal sealed class SealedSizeRow : IRow
{
    public string Name => "size";

    public int Order => 90;

    public IReadOnlyList<DebianProgram> Needs => [];

    public async Task<IReadOnlyList<Figure>> RunAsync(RowContext context, CancellationToken cancel)
    {
        var (mails, source) = FilledArchive.Mails();
        var folder = context.SubFolder("archive");
        await using var archive = await FilledArchive.OpenAsync(folder, cancel);
        await FilledArchive.AppendAsync(archive, FilledArchive.Mixed(mails, 1), (_, _) => { }, cancel);
        await archive.SealAsync(cancel);
        double bytes = mails.Sum(mail => (long)mail.Length);
        var mailOnly = archive.Segments.Where(segment => segment.Kind == Recorder.Archive.Segments.SegmentKind.Mail).Sum(segment => segment.StoredBytes) / bytes;
        var all = archive.Segments.Sum(segment => segment.StoredBytes) / bytes;
        return
        [
            new Figure("sealed archive bytes a byte of mail, arrival order shuffled, attachments in the mix", "zstd -3 a message", "",
                [Each(mails) / bytes], [all], Target.Plain(0.36, 0.32),
                $"{source}, {bytes / 1e6:F1} MB; mail segments alone {Number.Text(mailOnly)}; zstd -19 --long of all in one stream {Number.Text(InOne(mails) / bytes)}"),
        ];
    }

    private static double Each(IReadOnlyList<byte[]> mails)
    {
        using var compressor = new Compressor(3);
        return mails.Sum(mail => (long)compressor.Wrap(mail).Length);
    }

    private static double InOne(IReadOnlyList<byte[]> mails)
    {
        using var compressor = new Compressor(19);
        compressor.SetParameter(ZstdSharp.Unsafe.ZSTD_cParameter.ZSTD_c_enableLongDistanceMatching, 1);
        compressor.SetParameter(ZstdSharp.Unsafe.ZSTD_cParameter.ZSTD_c_windowLog, 27);
        return compressor.Wrap(FilledArchive.Mixed(mails, 1).SelectMany(mail => mail).ToArray()).Length;
    }
}
