using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Recorder.Accounts;
using Recorder.Recovery;
using Recorder.Web.Remote;

namespace Recorder.Web.Pages;

/// <summary>
/// The pictures of a message's frame. The frame is an origin of its own, so a picture fetched from us would come without
/// the session; small raster pictures are therefore written into the frame's document: those that travel inside the message,
/// and, where the reader asked, those that the server fetched from elsewhere. One instance a document.
/// </summary>
/// <param name="recovery">Reads as part of the recorded view.</param>
internal sealed class BodyImages(IRecovery recovery, Reader reader, RemoteImages remote)
{
    private const int MaxImageBytes = 1 << 20;

    // Counts each place where a picture stands: one picture shown ten thousand times is ten thousand copies.
    private const int MaxTotalCharacters = 8 << 20;
    private const string Nothing = "data:,", Part = "part", Away = "away";

    // Not to be guessed, so that the words of a message cannot stand for a picture.
    private readonly string secret = RandomNumberGenerator.GetHexString(16, lowercase: true);
    private readonly List<string> wanted = [];
    private readonly Dictionary<string, string> pictures = new(StringComparer.Ordinal);

    public string Placeholder(int part) => Place(Part, part);

    /// <summary>The same picture is fetched once, wherever it stands.</summary>
    public string RemotePlaceholder(string url)
    {
        var number = wanted.IndexOf(url);
        if (number >= 0) return Place(Away, number);
        if (wanted.Count >= remote.Most) return Nothing;
        wanted.Add(url);
        return Place(Away, wanted.Count - 1);
    }

    public async Task<string> InlineAsync(string html, OpenedMessage message, CancellationToken cancel)
    {
        var pattern = new Regex($"({Part}|{Away})-{secret}:([0-9]{{1,6}})", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        foreach (var match in pattern.Matches(html).Where(match => match.Groups[1].Value == Part).DistinctBy(match => match.Value))
        {
            pictures[match.Value] = await ReadAsync(message, int.Parse(match.Groups[2].ValueSpan, System.Globalization.CultureInfo.InvariantCulture), cancel) ?? Nothing;
        }

        var fetched = await remote.FetchAsync(wanted, cancel);
        for (var number = 0; number < fetched.Count; number++) pictures[Place(Away, number)] = fetched[number] ?? Nothing;
        var left = MaxTotalCharacters;
        return pattern.Replace(html, match =>
        {
            var picture = pictures.GetValueOrDefault(match.Value, Nothing);
            if (picture.Length > left)
            {
                return Nothing;
            }

            left -= picture.Length;
            return picture;
        });
    }

    private string Place(string kind, int number) => $"{kind}-{secret}:{number}";

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
