using System.Text.Json.Nodes;
using Recorder.Benchmarks.Load;
using Recorder.SystemTests.Peers;

namespace Recorder.Benchmarks.Soak;

/// <summary>The end of a soak: what was acknowledged is found by its owners, its bytes can be read, and the archive is whole.</summary>
internal sealed class SoakCheck(RecorderProcess recorder, Tally tally, Meters meters, string password, Action<string> say)
{
    private const int ReadBack = 20;

    /// <returns>Whether nothing is lost, damaged or invented.</returns>
    public async Task<bool> RunAsync(IReadOnlyList<string> mailboxes, CancellationToken cancel)
    {
        await meters.UntilIndexedAsync(cancel);
        long expected = 0, lost = 0;
        HashSet<string> acknowledged = new(StringComparer.Ordinal), extra = new(StringComparer.Ordinal);
        foreach (var mailbox in mailboxes.Append(Prober.Mailbox))
        {
            var (mine, found) = (tally.For(mailbox), await FindAsync(mailbox));
            var missing = mine.Except(found, StringComparer.Ordinal).ToList();
            (expected, lost) = (expected + mine.Count, lost + missing.Count);
            acknowledged.UnionWith(mine);
            extra.UnionWith(found.Except(mine, StringComparer.Ordinal));
            foreach (var id in missing.Take(5))
            {
                say($"LOST: {id} was acknowledged for {mailbox} and is not found");
            }
        }

        // What was recorded while its answer was lost or was a refusal may be there; nothing else may.
        var isExplained = extra.Count <= tally.Unknown + tally.Refused;
        say($"acknowledged {acknowledged.Count} records for {expected} recipients: {lost} lost; {extra.Count} more are kept whose answer was lost ({tally.Unknown}) or a refusal ({tally.Refused}){(isExplained ? "" : ": TOO MANY")}");
        foreach (var reason in tally.Reasons.Take(8))
        {
            say($"  not acknowledged: {reason}");
        }

        return await VerifyAsync() && lost == 0 && isExplained;
    }

    /// <summary>Every id of a mailbox; some messages are read back.</summary>
    private async Task<IReadOnlyCollection<string>> FindAsync(string mailbox)
    {
        using var api = await Api.SignInAsync(recorder, mailbox, password);
        var found = (await api.FindAsync("")).Select(row => row.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var id in found.Order(StringComparer.Ordinal).Where((_, at) => at % Math.Max(1, found.Count / ReadBack) == 0))
        {
            Assert.True(await api.RawAsync(id) is { Length: > 0 }, $"{id} is found and cannot be read");
        }

        return found;
    }

    private async Task<bool> VerifyAsync()
    {
        await recorder.StopAsync();
        var (code, output) = await recorder.RunAsync("", "verify", "--json");
        var summary = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.StartsWith('{') ? JsonNode.Parse(line) : null).LastOrDefault(line => line?["kind"]?.GetValue<string>() == "summary");
        say($"verify: exit code {code}, {summary?["records"]} entries read, {summary?["findings"]} findings");
        return code == 0;
    }
}
