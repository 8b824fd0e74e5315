using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Smtp;
using Recorder.Transfer.Sources;

namespace Recorder.Transfer;

/// <summary>A message copied out of its source, with the facts to record beside it.</summary>
internal sealed record ImportRecord(RecordedMail Mail, IReceivedContent Content, string ClusterKey) : IAsyncDisposable
{
    /// <summary>Header bytes looked at for the time of arrival.</summary>
    private const int HeaderBytes = 64 << 10;

    private static readonly TimeSpan ClockTolerance = TimeSpan.FromDays(1);

    /// <summary>Copies the bytes as they are.</summary>
    /// <exception cref="IOException">The source cannot be read.</exception>
    /// <exception cref="ArchiveException">The archive cannot take it.</exception>
    public static async Task<ImportRecord> CopyAsync(
        IArchiveLog log, SourceMail source, ImportedFrom origin, string owner, DateTimeOffset now, CancellationToken cancel)
    {
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(HeaderBytes);
        try
        {
            await using var stream = source.Open();
            await using var writer = log.BeginContent();
            var ends = new LineEnds();
            var first = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            var (arrival, key) = (ArrivalScan.Scan(buffer.AsSpan(0, first), now + ClockTolerance), Recorder.Mail.ClusterKey.Of(HeaderScan.Scan(buffer.AsSpan(0, first))));
            for (var read = first; read > 0; read = stream.Read(buffer))
            {
                ends.Add(buffer.AsSpan(0, read));
                await writer.WriteAsync(new(buffer.AsMemory(0, read)), cancel);
            }
            return new ImportRecord(Facts(source, origin, owner, arrival, ends), await writer.CompleteAsync(cancel), key);
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public ValueTask DisposeAsync() => Content.DisposeAsync();

    private static RecordedMail Facts(SourceMail source, ImportedFrom origin, string owner, ArrivalFacts arrival, LineEnds ends)
    {
        var (at, evidence) = source is { IsNotedSure: true, Noted: { } sure } ? (sure, ImportedFrom.InternalDate) : arrival.ReceivedAt is { } received ? (received, ImportedFrom.ReceivedField)
            : source.Noted is { } noted ? (noted, ImportedFrom.FromLine) : (source.FileTime, ImportedFrom.FileTime);
        var body = ends.Shape.HasEightBit ? BodyType.EightBitMime : BodyType.SevenBit;
        return new RecordedMail(
            arrival.ReturnPath, [new RecordedRecipient(owner, [owner], Dispositions.Import)], new MailParameters(Body: body),
            at.ToUniversalTime(), "import", RecordedMail.ImportMode, "", "", "", null, null, null, ends.Shape,
            origin with { Name = source.Name, Evidence = evidence, LineFeedsAlone = ends.AreFeedsAlone });
    }
}
