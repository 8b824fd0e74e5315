using System.Text;

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
        body { margin: 1.25rem; overflow-wrap: break-word; }
        img { max-width: 100%; height: auto; }
        table { max-width: 100%; }
        pre { white-space: pre-wrap; }
        </style></head><body>{{sanitisedBody}}</body></html>
        """;
}

/// <summary>Received bytes as text to look at: UTF-8 where they are, otherwise a byte a character.</summary>
internal static class SourceText
{
    private const int LongestSequence = 4;
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <param name="isCut">The bytes end in the middle: perhaps inside a character.</param>
    public static string Of(ReadOnlySpan<byte> bytes, bool isCut)
    {
        for (var drop = 0; drop < (isCut ? LongestSequence : 1) && drop <= bytes.Length; drop++)
        {
            try
            {
                return Strict.GetString(bytes[..^drop]);
            }
            catch (DecoderFallbackException)
            {
                // Try without the last byte, or give up below.
            }
        }

        return Encoding.Latin1.GetString(bytes);
    }
}
