using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Recorder.SystemTests.Peers;

/// <summary>
/// Every kind of page that links lead to: pages that differ only in an id count as one kind, of which a few are opened.
/// A new page is walked as soon as something links to it.
/// </summary>
internal sealed partial class Crawl(IPage page, Uri root)
{
    private const int MaxPages = 80, OfAKind = 2;
    private readonly HashSet<string> seen = [];
    private readonly Dictionary<string, int> kinds = [];
    private readonly Queue<string> waiting = [];

    /// <param name="starts">Pages that nothing links to are named here.</param>
    public async Task<int> RunAsync(Func<string, Task> look, params string[] starts)
    {
        Array.ForEach(starts, Add);
        var count = 0;
        while (count < MaxPages && waiting.TryDequeue(out var path))
        {
            await page.GotoAsync(new Uri(root, path).ToString());
            count++;
            foreach (var link in await page.Locator("a[href^='/']:not([download])").EvaluateAllAsync<string[]>("links => links.map(link => link.getAttribute('href'))"))
            {
                Add(link.Split('#')[0]);
            }

            await look(path);
        }

        return count;
    }

    private void Add(string path)
    {
        var kind = Ids().Replace(path.Split('?')[0], "{id}");
        // The same page with another query is the same kind; a file is no page.
        if (kind.EndsWith("/raw", StringComparison.Ordinal) || kind.Contains("/export", StringComparison.Ordinal) || !seen.Add(path)) return;
        kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
        if (kinds[kind] <= OfAKind) waiting.Enqueue(path);
    }

    [GeneratedRegex("[0-9a-zA-Z_-]{20,}")]
    private static partial Regex Ids();
}
