using System.Collections.Concurrent;
using Recorder.Benchmarks.Load;
using Recorder.SystemTests.Peers;

namespace Recorder.Benchmarks.Soak;

/// <summary>Somebody who looks for each probe until it is found, across restarts.</summary>
internal sealed class Prober : IDisposable
{
    public const string Mailbox = "probe@example.edu";

    private readonly RecorderProcess recorder;
    private readonly string password;
    private readonly SemaphoreSlim signingIn = new(1);
    private Api? api;

    public Prober(RecorderProcess recorder, string password)
    {
        (this.recorder, this.password) = (recorder, password);
        Probes = new LagProbes(IsFoundAsync);
    }

    public LagProbes Probes { get; }

    public void Dispose()
    {
        api?.Dispose();
        signingIn.Dispose();
    }

    private async Task<bool> IsFoundAsync(string word, CancellationToken cancel)
    {
        var used = api;
        try
        {
            used ??= await SignInAsync(cancel);
            return (await used.GetAsync($"messages?limit=1&q={word}"))["items"]!.AsArray().Count > 0;
        }
        catch (Exception) when (!cancel.IsCancellationRequested)
        {
            // It restarts, or has forgotten the session: in again.
            Interlocked.CompareExchange(ref api, null, used);
            await Task.Delay(100, cancel);
            return false;
        }
    }

    private async Task<Api> SignInAsync(CancellationToken cancel)
    {
        await signingIn.WaitAsync(cancel);
        try
        {
            return api ??= await Api.SignInAsync(recorder, Mailbox, password);
        }
        finally
        {
            signingIn.Release();
        }
    }
}
