namespace Recorder.Tests.Fakes;

internal static class Settled
{
    /// <summary>Waits for all, whatever becomes of each.</summary>
    public static async Task AllAsync(IEnumerable<Task> tasks)
    {
        foreach (var task in tasks)
        {
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
