using Recorder.Archive;
using Recorder.Mail;
using Recorder.Search;

namespace Recorder.Recovery;

/// <summary>
/// Marks hits in the rows of one page. The text of a message is read only where its summary has none of them, and only as
/// far as the bounds of one page go: a row beyond them shows its summary.
/// </summary>
internal sealed class RowMarker(IArchiveLog archive, MailReader mails, TimeProvider time)
{
    public const int SnippetChars = 200, MaxOpened = 25;
    private const long MaxBytesOfOne = 512 * 1024, MaxBytes = 4 << 20;
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(150);

    /// <param name="mayOpen">False for rows whose content this reader does not get.</param>
    public async Task<IReadOnlyList<MessageRow>> MarkAsync(
        IReadOnlyList<MessageRow> rows, Highlighter words, Func<MessageRow, bool> mayOpen, CancellationToken cancel)
    {
        if (words.IsEmpty) return rows;
        var (marked, opened, bytes, since) = (new List<MessageRow>(rows.Count), 0, 0L, time.GetTimestamp());
        foreach (var row in rows)
        {
            var hits = Shown(row.Hit, words);
            var isWorth = hits.Text is null && words.LooksIntoText && mayOpen(row) && row.Hit.SizeBytes <= MaxBytesOfOne
                && opened < MaxOpened && bytes + row.Hit.SizeBytes <= MaxBytes && time.GetElapsedTime(since) < Longest;
            if (isWorth)
            {
                (opened, bytes) = (opened + 1, bytes + row.Hit.SizeBytes);
                hits = hits with { Text = words.Cut(await TextAsync(row.Hit.Id, cancel), SnippetChars) };
            }

            marked.Add(row with { Hits = hits });
        }

        return marked;
    }

    private static RowHits Shown(SearchHit hit, Highlighter words)
    {
        var inSummary = words.InText(hit.Summary);
        return new RowHits(words.InSubject(hit.Subject), inSummary.Count > 0 ? new Snippet(hit.Summary, inSummary) : null);
    }

    private async Task<string> TextAsync(string recordId, CancellationToken cancel)
    {
        if (!RecordId.TryParse(recordId, out var id)) return "";
        try
        {
            await using var content = await archive.OpenContentAsync(id, cancel);
            return mails.ReadFacts(content, cancel).Text;
        }
        catch (Exception error) when (error is ArchiveException or IOException)
        {
            // The summary is shown; opening the message will say what is wrong.
            return "";
        }
    }
}
