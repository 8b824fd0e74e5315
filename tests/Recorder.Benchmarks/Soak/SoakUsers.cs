using System.Collections.Concurrent;
using Recorder.Benchmarks.Load;
using Recorder.SystemTests.Peers;

namespace Recorder.Benchmarks.Soak;

/// <summary>A few people who search, open, look at the source and have mail sent again, all the time.</summary>
internal sealed class SoakUsers(RecorderProcess recorder, MailPool pool, string password, Func<bool> isDown)
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(250), AfterTrouble = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<string, int> troubles = [];
    private long searches, views, resends;

    public long Searches => Interlocked.Read(ref searches);

    public long Views => Interlocked.Read(ref views);

    public long Resends => Interlocked.Read(ref resends);

    /// <summary>What went wrong while the process was up.</summary>
    public IReadOnlyList<string> Troubles => [.. troubles.Select(trouble => $"{trouble.Value} x {trouble.Key}")];

    public async Task RunAsync(string mailbox, int seed, CancellationToken cancel)
    {
        var random = new Random(seed);
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                using var api = await Api.SignInAsync(recorder, mailbox, password);
                await UseAsync(api, random, cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // A restart may have come between the failure and this line.
                await Task.Delay(AfterTrouble, CancellationToken.None);
                if (!isDown())
                {
                    troubles.AddOrUpdate($"{error.GetType().Name}: {error.Message}", 1, (_, count) => count + 1);
                }
            }
        }
    }

    private async Task UseAsync(Api api, Random random, CancellationToken cancel)
    {
        while (true)
        {
            var items = (await api.GetAsync($"messages?limit=50&q={Uri.EscapeDataString(Query(random))}"))["items"]!.AsArray();
            Interlocked.Increment(ref searches);
            if (items.Count > 0)
            {
                await LookAsync(api, items[random.Next(items.Count)]!["id"]!.GetValue<string>(), random);
            }

            await Task.Delay(Between, cancel);
        }
    }

    private async Task LookAsync(Api api, string id, Random random)
    {
        await api.GetAsync($"messages/{id}");
        Interlocked.Increment(ref views);
        Assert.True(await api.RawAsync(id) is not null, "a message that was found has no source");
        await api.GetAsync($"messages/{id}/timeline");
        if (random.Next(20) == 0)
        {
            using var answer = await api.PostAsync($"messages/{id}/resend", new { again = true });
            Assert.True(answer.IsSuccessStatusCode, $"resend: {(int)answer.StatusCode}");
            Interlocked.Increment(ref resends);
        }
    }

    private string Query(Random random) => random.Next(6) switch
    {
        0 => "",
        1 => "has:attachment",
        2 => $"from:{pool.SomeWord(random)}",
        3 => $"{pool.SomeWord(random)} OR {pool.SomeWord(random)}",
        4 => pool.SomeWord(random) is { Length: > 2 } word ? $"{word[..2]}*" : "",
        _ => pool.SomeWord(random),
    };
}
