namespace Recorder.Ledger;

/// <summary>One at a time for a key. A fixed number of locks: two keys may share one, which costs a wait and nothing else.</summary>
internal sealed class KeyedLocks
{
    private readonly SemaphoreSlim[] stripes = [.. Enumerable.Range(0, 1024).Select(_ => new SemaphoreSlim(1, 1))];

    public async ValueTask<Held> EnterAsync(string key, CancellationToken cancel)
    {
        var stripe = stripes[(uint)string.GetHashCode(key, StringComparison.Ordinal) % (uint)stripes.Length];
        await stripe.WaitAsync(cancel);
        return new Held(stripe);
    }

    public readonly struct Held(SemaphoreSlim stripe) : IDisposable
    {
        public void Dispose() => stripe.Release();
    }
}
