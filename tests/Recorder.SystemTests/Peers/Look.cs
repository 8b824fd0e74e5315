using Microsoft.Playwright;

namespace Recorder.SystemTests.Peers;

/// <summary>What a page must be for everybody: accessible, and no wider than its window. RECORDER_SCREENSHOTS=folder keeps a picture for a person to look at.</summary>
internal static class Look
{
    private const int LongestNameCharacters = 100;

    /// <summary>Adds what is wrong to <paramref name="faults"/>, as lines.</summary>
    /// <param name="name">Of the picture.</param>
    /// <param name="axe">False where the same markup is looked at with script: axe is one.</param>
    public static async Task AtAsync(IPage page, string name, List<string> faults, bool axe = true)
    {
        await KeepAsync(page, name);
        var widerPixels = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        if (widerPixels > 0) faults.Add($"{name} is {widerPixels} px wider than its window");
        if (axe) faults.AddRange(await Browser.FaultsAsync(page));
    }

    private static async Task KeepAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("RECORDER_SCREENSHOTS") is not { Length: > 0 } folder) return;
        var file = string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-' ? letter : '_'));
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{file[..Math.Min(LongestNameCharacters, file.Length)]}.png"), FullPage = true });
    }
}
