namespace Recorder.Ledger;

/// <summary>Work that ends only when it is told to: whatever fails is reported, and begun again after a pause.</summary>
internal static class UntilCancelled
{
    public static async Task RunAsync(Func<CancellationToken, Task> work, Action<Exception> report, TimeSpan pause, TimeProvider time, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await work(cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                report(error);
                await Task.Delay(pause, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
