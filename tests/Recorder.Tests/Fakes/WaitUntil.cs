namespace Recorder.Tests.Fakes;

/// <summary>For what happens in the background: no test asserts how long it takes, only that it comes.</summary>
internal static class WaitUntil
{
    public static async Task Async(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition()) await Task.Delay(5, limit.Token);
    }
}
