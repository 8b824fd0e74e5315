namespace Recorder.Transfer.Export;

/// <summary>A message on its way out.</summary>
/// <param name="Mailbox">The owner address through which it is taken.</param>
/// <param name="Open">The exact bytes; null where they may not be had.</param>
internal sealed record ExportItem(string Id, string Mailbox, DateTimeOffset ReceivedAt, string ReversePath, Func<CancellationToken, Task<Stream?>> Open);

/// <summary>Where exported messages go.</summary>
internal interface IExportSink
{
    /// <summary>What an earlier run wrote already.</summary>
    bool Has(string id);

    /// <returns>The message's line of the manifest.</returns>
    ValueTask<ExportEntry> AddAsync(ExportItem item, Stream bytes, CancellationToken cancel);

    /// <summary>What was added until now, with these lines of the manifest, stays whatever happens.</summary>
    ValueTask KeepAsync(IReadOnlyList<ExportEntry> entries, CancellationToken cancel);

    /// <summary>Nothing more comes.</summary>
    ValueTask CompleteAsync(CancellationToken cancel);
}
