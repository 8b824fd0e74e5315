using System.Text;
using System.Text.RegularExpressions;
using Recorder.Accounts;
using Recorder.Recovery;

namespace Recorder.Web.Pages;

/// <summary>The document inside the message frame: sanitised markup on plain paper.</summary>
internal static class BodyDocument
{
    public static string Of(string sanitisedBody) =>
        $$"""
        <!DOCTYPE html>
        <html><head><meta charset="utf-8"><meta name="color-scheme" content="light"><base target="_blank">
        <style>
        html { background: #fff; color: #1d2321; font: 15px/1.55 system-ui, "Noto Sans TC", "PingFang TC", "Microsoft JhengHei", "Noto Sans CJK TC", sans-serif; }
        body { margin: 1rem; overflow-wrap: break-word; }
        img { max-width: 100%; height: auto; }
        table { max-width: 100%; }
        pre { white-space: pre-wrap; }
        </style></head><body>{{sanitisedBody}}</body></html>
        """;
}

/// <summary>
/// Pictures that travel inside the message. The frame is an origin of its own, so a picture fetched from us would come
/// without the session; small raster pictures are therefore written into the frame's document.
/// </summary>
internal static partial class BodyImages
{
    private const int MaxImageBytes = 1 << 20;
    private const int MaxTotalBytes = 8 << 20;

    public static string Placeholder(int part) => $"cid-part:{part}";

    public static async Task<string> InlineAsync(string html, IRecovery recovery, Reader reader, OpenedMessage message, CancellationToken cancel)
    {
        var pictures = new Dictionary<string, string>(StringComparer.Ordinal);
        var budget = MaxTotalBytes;
        foreach (var index in PlaceholderPattern().Matches(html).Select(match => int.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture)).Distinct())
        {
            var picture = await ReadAsync(recovery, reader, message, index, budget, cancel);
            budget -= picture?.Length ?? 0;
            pictures[Placeholder(index)] = picture ?? "data:,";
        }

        return PlaceholderPattern().Replace(html, match => pictures[match.Value]);
    }

    private static async Task<string?> ReadAsync(IRecovery recovery, Reader reader, OpenedMessage message, int index, int budget, CancellationToken cancel)
    {
        var facts = message.View.Facts.Attachments.FirstOrDefault(part => part.Index == index);
        if (facts is null || facts.SizeBytes > Math.Min(MaxImageBytes, budget)
            || facts.ContentType.ToLowerInvariant() is not ("image/png" or "image/jpeg" or "image/gif" or "image/webp"))
        {
            return null;
        }

        if (await recovery.OpenPartAsync(reader, message.Id, index, cancel) is not { } part)
        {
            return null;
        }

        await using var bytes = part.Bytes;
        using var copy = new MemoryStream();
        await bytes.CopyToAsync(copy, cancel);
        return $"data:{facts.ContentType.ToLowerInvariant()};base64,{Convert.ToBase64String(copy.GetBuffer(), 0, (int)copy.Length)}";
    }

    [GeneratedRegex("cid-part:([0-9]{1,6})")]
    private static partial Regex PlaceholderPattern();
}

/// <summary>Received bytes as text to look at: UTF-8 where they are, otherwise a byte a character.</summary>
internal static class SourceText
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public static string Of(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(bytes);
        }
    }
}
