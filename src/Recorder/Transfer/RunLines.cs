using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Recorder.Transfer;

/// <summary>
/// The lines of a run that goes on behind them. Whoever reads them may leave: then the run is told to stop, and the reading ends
/// when it has.
/// </summary>
internal static class RunLines
{
    /// <param name="run">Writes the lines; its failure is the reader's, unless the reader has left.</param>
    /// <param name="ended">What comes after the run, however it ended.</param>
    public static async IAsyncEnumerable<T> ReadAsync<T>(
        Func<ChannelWriter<T>, CancellationToken, Task> run, Action? ended = null, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var lines = Channel.CreateUnbounded<T>();
        var running = Task.Run(() => CompleteAsync(run, lines.Writer, gone.Token), CancellationToken.None);
        try
        {
            await foreach (var line in lines.Reader.ReadAllAsync(CancellationToken.None)) yield return line;
            await running;
        }
        finally
        {
            await gone.CancelAsync();
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ended?.Invoke();
        }
    }

    private static async Task CompleteAsync<T>(Func<ChannelWriter<T>, CancellationToken, Task> run, ChannelWriter<T> lines, CancellationToken cancel)
    {
        try
        {
            await run(lines, cancel);
        }
        finally
        {
            lines.TryComplete();
        }
    }
}
