using System.Net;
using System.Text.RegularExpressions;
using Recorder.Benchmarks.Finding;

namespace Recorder.Benchmarks.Pages;

/// <summary>
/// A person who goes from a list to a message and has it sent again; every fourth time it is the quarantine, and what was held
/// there is released. After that the page asks how it went, as its script does.
/// </summary>
internal sealed partial class Walk(Visitor visitor, MailShape shape, PageTimes times, int seed)
{
    public const int Steps = 3;
    private const int HeldEvery = 4, SearchEvery = 3, MostAsked = 20;
    private static readonly TimeSpan FirstAsked = TimeSpan.FromMilliseconds(300);

    private readonly Random random = new(seed);
    private string page = "", id = "";

    /// <param name="number">Of this person's steps, from zero.</param>
    public Task StepAsync(long number, long meant, CancellationToken cancel) => visitor.InTurnAsync(() => (number % Steps) switch
    {
        0 => ListAsync(number / Steps, meant, cancel),
        1 => OpenAsync(meant, cancel),
        _ => ActAsync(meant, cancel),
    });

    private Task ListAsync(long turn, long meant, CancellationToken cancel)
    {
        var (kind, path) = (turn + seed) % HeldEvery == 0 ? ("list: quarantine", "/quarantine")
            : turn % SearchEvery == 1 ? ("list: a search", $"/mail?q={Uri.EscapeDataString(shape.Word(random.Next(10, 300)))}")
            : ("list: all mail", "/mail");
        return times.TakeAsync(kind, meant, async () =>
        {
            page = await visitor.GetAsync(path, cancel);
            var rows = Row().Matches(page);
            id = rows.Count > 0 ? rows[random.Next(rows.Count)].Groups[1].Value : id;
        }, cancel);
    }

    private async Task OpenAsync(long meant, CancellationToken cancel)
    {
        if (id.Length > 0) await times.TakeAsync("message", meant, async () => page = await visitor.OpenAsync($"/mail/{id}", cancel), cancel);
    }

    private async Task ActAsync(long meant, CancellationToken cancel)
    {
        if (Release().Match(page) is { Success: true } release)
        {
            await times.TakeAsync("release, to the page that shows it", meant, async () => page = await visitor.PostAsync(page, Path(release), cancel, ("act", "release")), cancel);
        }
        else if (Resend().Match(page) is { Success: true } resend)
        {
            await times.TakeAsync("resend, to the page that shows it", meant, async () => page = await visitor.PostAsync(page, Path(resend), cancel, ("again", "true")), cancel);
        }

        if (Live().Match(page) is { Success: true } live) await FollowAsync(live, cancel);
    }

    // What recorder.js does while something is on its way: each answer counts from the moment it was asked for.
    private async Task FollowAsync(Match live, CancellationToken cancel)
    {
        var (pause, list) = (FirstAsked, "wait");
        for (var asked = 0; list.Contains("wait", StringComparison.Ordinal) && asked < MostAsked; asked++)
        {
            await Task.Delay(pause, cancel);
            pause *= 1.5;
            await times.TakeAsync("how it went", System.Diagnostics.Stopwatch.GetTimestamp(), async () => list = await visitor.GetAsync(live.Groups[1].Value, cancel), cancel);
        }

        await times.TakeAsync("the page renewed", System.Diagnostics.Stopwatch.GetTimestamp(), () => visitor.GetAsync(WebUtility.HtmlDecode(live.Groups[2].Value), cancel), cancel);
    }

    private static string Path(Match form) => WebUtility.HtmlDecode(form.Groups[1].Value);

    [GeneratedRegex("class=\"row\" href=\"/mail/([0-9a-f-]{36})\"")]
    private static partial Regex Row();

    [GeneratedRegex("action=\"(/mail/[^\"]+/resend[^\"]*)\"")]
    private static partial Regex Resend();

    [GeneratedRegex("action=\"(/mail/[^\"]+/act[^\"]*)\"[^>]*>(?:(?!</form>).)*?value=\"release\"", RegexOptions.Singleline)]
    private static partial Regex Release();

    [GeneratedRegex("data-live=\"([^\"]+)\" data-page=\"([^\"]+)\"")]
    private static partial Regex Live();
}
