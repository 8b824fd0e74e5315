using Microsoft.Net.Http.Headers;

namespace Recorder.Web.Security;

/// <summary>Bytes that somebody outside sent: always saved as a file, never shown on our origin.</summary>
internal static class ReceivedBytes
{
    public static IResult Of(HttpContext http, Stream bytes, string contentType, string fileName)
    {
        http.Response.Headers.ContentSecurityPolicy = SecurityHeaders.ContentPolicy;
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(SafeName(fileName));
        http.Response.Headers.ContentDisposition = disposition.ToString();
        return Results.Stream(bytes, SafeType(contentType));
    }

    // A type with parameters or controls of the sender's making could end the header or change how it is read.
    private static string SafeType(string contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var parsed) && parsed.MediaType.HasValue && IsInert(parsed.MediaType.Value)
            ? parsed.MediaType.Value
            : "application/octet-stream";

    // Types that browsers run or render as pages are named as what they are only inside the file.
    private static bool IsInert(string type) =>
        !type.Contains("html", StringComparison.OrdinalIgnoreCase)
        && !type.Contains("xml", StringComparison.OrdinalIgnoreCase)
        && !type.Contains("script", StringComparison.OrdinalIgnoreCase);

    private static string SafeName(string fileName)
    {
        var plain = new string([.. fileName.Where(letter => !char.IsControl(letter) && letter is not ('/' or '\\' or '"'))]).Trim();
        return plain.Length == 0 ? "attachment" : plain;
    }
}
