namespace Recorder.Accounts.Sources;

/// <summary>
/// Bounds how many attempts are with one server at once and how long each may take, waiting included. A server that
/// hangs costs its own people their sign-in and nobody else anything.
/// </summary>
internal sealed partial class BoundedSource(string name, IPasswordSource source, int maxAtOnce, TimeSpan timeout, ILogger log) : IPasswordSource
{
    private readonly SemaphoreSlim places = new(maxAtOnce);

    public async Task<PasswordAnswer> CheckAsync(PasswordQuestion question, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(timeout);
        try
        {
            await places.WaitAsync(limit.Token);
            // The place is free again when the attempt has really ended, however long nobody waits for it any more.
            return await HoldingAsync(question, limit.Token).WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            LogUnavailable(log, name, "no answer in time");
            return PasswordAnswer.Unavailable;
        }
    }

    private async Task<PasswordAnswer> HoldingAsync(PasswordQuestion question, CancellationToken cancel)
    {
        try
        {
            return await source.CheckAsync(question, cancel);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            LogUnavailable(log, name, error.Message);
            return PasswordAnswer.Unavailable;
        }
        finally
        {
            places.Release();
        }
    }

    [LoggerMessage(6011, LogLevel.Warning, "Sign-in source {Name} could not be asked: {Reason}")]
    private static partial void LogUnavailable(ILogger log, string name, string reason);
}
