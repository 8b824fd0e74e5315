using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Recorder.Archive;

namespace Recorder.Ledger;

/// <summary>Facts that nobody waits for, appended in the background. A full queue refuses; it never drops.</summary>
internal sealed partial class PostQueue(IArchiveLog archive, TimeProvider time, ILogger log)
{
    public const int Capacity = 10_000;
    private const int MaxTogether = 256;
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(500);

    private readonly Channel<byte[]> queue = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(Capacity) { SingleReader = true });

    public int Count => queue.Reader.Count;

    public bool TryPost(LedgerEvent fact) => queue.Writer.TryWrite(LedgerJson.Encode(fact));

    public void Complete() => queue.Writer.TryComplete();

    /// <summary>Runs until completed and drained, or cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var together = new List<byte[]>(MaxTogether);
        while (await queue.Reader.WaitToReadAsync(cancel))
        {
            while (together.Count < MaxTogether && queue.Reader.TryRead(out var fact))
            {
                together.Add(fact);
            }

            await AppendAsync(together, cancel);
            together.Clear();
        }
    }

    // Side by side, so that one fsync serves them all; what failed is tried again until it is in the log.
    private async Task AppendAsync(List<byte[]> facts, CancellationToken cancel)
    {
        var left = facts.ToArray();
        while (left.Length > 0)
        {
            var done = await Task.WhenAll(left.Select(TryAppendAsync));
            left = [.. left.Where((_, index) => !done[index])];
            if (left.Length > 0)
            {
                await Task.Delay(PauseAfterFailure, time, cancel);
            }
        }
    }

    private async Task<bool> TryAppendAsync(byte[] fact)
    {
        try
        {
            await archive.AppendAsync(new NewEvent(fact), CancellationToken.None);
            return true;
        }
        catch (Exception error)
        {
            LogWaiting(log, error);
            return false;
        }
    }

    [LoggerMessage(2010, LogLevel.Warning, "A posted fact could not be appended yet")]
    private static partial void LogWaiting(ILogger log, Exception error);
}
