using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Recorder.Accounts;
using Recorder.Recovery;

namespace Recorder.Web.Pages;

/// <summary>
/// Pictures that travel inside the message. The frame is an origin of its own, so a picture fetched from us would come
/// without the session; small raster pictures are therefore written into the frame's document. One instance a document.
/// </summary>
/// <param name="recovery">Reads as part of the recorded view.</param>
internal sealed class BodyImages(IRecovery recovery, Reader reader)
{
    private const int MaxImageBytes = 1 << 20;

    // Counts each place where a picture stands: one picture shown ten thousand times is ten thousand copies.
    private const int MaxTotalCharacters = 8 << 20;
    private const string Nothing = "data:,";

    // Not to be guessed, so that the words of a message cannot stand for a picture.
    private readonly string prefix = $"part-{RandomNumberGenerator.GetHexString(16, lowercase: true)}:";
    private readonly Dictionary<int, string> pictures = [];

    public string Placeholder(int part) => $"{prefix}{part}";

    public async Task<string> InlineAsync(string html, OpenedMessage message, CancellationToken cancel)
    {
        var pattern = new Regex(prefix + "([0-9]{1,6})", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        foreach (var index in pattern.Matches(html).Select(IndexOf).Distinct())
        {
            pictures[index] = await ReadAsync(message, index, cancel) ?? Nothing;
        }

        var left = MaxTotalCharacters;
        return pattern.Replace(html, match =>
        {
            var picture = pictures[IndexOf(match)];
            if (picture.Length > left)
            {
                return Nothing;
            }

            left -= picture.Length;
            return picture;
        });
    }

    private static int IndexOf(Match match) => int.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);

    private async Task<string?> ReadAsync(OpenedMessage message, int index, CancellationToken cancel)
    {
        var facts = message.View.Facts.Attachments.FirstOrDefault(part => part.Index == index);
        if (facts is not { SizeBytes: <= MaxImageBytes }
            || pictures.Values.Sum(one => (long)one.Length) > MaxTotalCharacters
            || facts.ContentType.ToLowerInvariant() is not ("image/png" or "image/jpeg" or "image/gif" or "image/webp")
            || await recovery.OpenPartAsync(reader, message.Id, index, cancel) is not { } part)
        {
            return null;
        }

        await using var bytes = part.Bytes;
        using var copy = new MemoryStream();
        await bytes.CopyToAsync(copy, cancel);
        return $"data:{facts.ContentType.ToLowerInvariant()};base64,{Convert.ToBase64String(copy.GetBuffer(), 0, (int)copy.Length)}";
    }
}
