namespace Recorder.Retention;

/// <summary>
/// Between looking at the holds and unlinking nothing may come: each step of a purge passes here alone, and so does the
/// placing of a hold. Whoever comes first wins.
/// </summary>
public sealed class RetentionGate : IDisposable
{
    private readonly SemaphoreSlim one = new(1);

    public async Task<IDisposable> EnterAsync(CancellationToken cancel)
    {
        await one.WaitAsync(cancel);
        return new Pass(one);
    }

    public void Dispose() => one.Dispose();

    private sealed class Pass(SemaphoreSlim one) : IDisposable
    {
        private SemaphoreSlim? held = one;

        public void Dispose() => Interlocked.Exchange(ref held, null)?.Release();
    }
}
