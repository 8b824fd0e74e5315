using System.Net;
using System.Text;
using Recorder.Archive;

namespace Recorder.Evidence.Bundle;

/// <summary>The page in a bundle that says how to check it: plain HTML without a script, in both languages.</summary>
internal static class BundlePage
{
    private const string Template = "evidence.how-to-check.html";

    public static byte[] Make(LogEntry entry, string keyId, IReadOnlyList<bool> segmentLefts, IReadOnlyList<bool> headLefts, bool isStamped)
    {
        using var stream = typeof(BundlePage).Assembly.GetManifestResourceStream(Template)!;
        var page = new StringBuilder(new StreamReader(stream, Encoding.UTF8).ReadToEnd())
            .Replace("{{id}}", WebUtility.HtmlEncode(entry.Id.ToString()))
            .Replace("{{received}}", WebUtility.HtmlEncode(entry.ReceivedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture)))
            .Replace("{{sha256}}", Convert.ToHexStringLower(entry.ContentSha256.Span))
            .Replace("{{key}}", WebUtility.HtmlEncode(keyId))
            .Replace("{{sums}}", Lines(BundleCommands.Sums))
            .Replace("{{record}}", Lines(BundleCommands.Record(segmentLefts)))
            .Replace("{{head}}", Lines(BundleCommands.Head(headLefts)))
            .Replace("{{keys}}", Lines(BundleCommands.Key))
            .Replace("{{stamp}}", Lines(BundleCommands.Stamp))
            .Replace("{{stamp-en}}", isStamped ? "The head bears the time of an outside authority:" : "No outside time was put on this head. With one, these are the commands:")
            .Replace("{{stamp-zh}}", isStamped ? "此簽署摘要附有外部機構的時間戳記：" : "此簽署摘要沒有外部時間戳記。若有，指令如下：");
        return Encoding.UTF8.GetBytes(page.ToString());
    }

    private static string Lines(IEnumerable<string> commands) => string.Join('\n', commands.Select(WebUtility.HtmlEncode));
}
