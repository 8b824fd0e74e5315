using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Recorder.Benchmarks.Load;

/// <summary>
/// Sends at a fixed rate whatever the other side does. A message that must wait for a free connection waits on the clock
/// that started when it was meant to leave, so a stall is counted for everybody it delayed.
/// </summary>
/// <param name="connections">Kept, and renewed now and then.</param>
/// <param name="mail">The message of a number.</param>
/// <param name="answered">Called from many tasks at once.</param>
internal sealed class OpenLoop(int port, double messagesPerSecond, int connections, Func<long, LoadMail> mail, Action<Answer> answered)
{
    private const int MessagesPerConnection = 100;
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromMinutes(2);

    private readonly Channel<(long Number, long Meant)> due = Channel.CreateUnbounded<(long, long)>();

    /// <summary>Ends when the last message of the time was answered.</summary>
    public async Task RunAsync(TimeSpan duration, CancellationToken cancel)
    {
        var workers = Enumerable.Range(0, connections).Select(_ => Task.Run(() => WorkAsync(cancel), CancellationToken.None)).ToList();
        Pacer.Start(messagesPerSecond, duration, (number, meant) => due.Writer.TryWrite((number, meant)), () => due.Writer.Complete(), cancel);
        await Task.WhenAll(workers);
        cancel.ThrowIfCancellationRequested();
    }

    private async Task WorkAsync(CancellationToken cancel)
    {
        RawSession? session = null;
        try
        {
            await foreach (var (number, meant) in due.Reader.ReadAllAsync(cancel))
            {
                var one = mail(number);
                var (fate, words) = (Fate.Refused, "");
                (session, fate, words) = await TryAsync(session, one, cancel);
                answered(new Answer(one, fate, Stopwatch.GetElapsedTime(meant).TotalMilliseconds, words));
            }
        }
        catch (OperationCanceledException)
        {
            // The caller tells.
        }
        finally
        {
            session?.Dispose();
        }
    }

    /// <returns>The session to go on with, null for a new one.</returns>
    private async Task<(RawSession? Session, Fate Fate, string Words)> TryAsync(RawSession? session, LoadMail one, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(AnswerTimeout);
        try
        {
            session = await FreshAsync(session, limit.Token);
            return (session, Fate.Acknowledged, await session.SendAsync(one, limit.Token));
        }
        catch (Exception error) when (error is SocketException or IOException or RefusedException or UnknownException || (error is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            session?.Dispose();
            return (null, error is UnknownException or OperationCanceledException ? Fate.Unknown : Fate.Refused, error.Message);
        }
    }

    private async Task<RawSession> FreshAsync(RawSession? session, CancellationToken cancel)
    {
        if (session is { Sent: < MessagesPerConnection })
        {
            return session;
        }

        if (session is not null)
        {
            await session.QuitAsync(cancel);
            session.Dispose();
        }

        return await RawSession.OpenAsync(port, cancel);
    }
}
