using System.Globalization;
using MimeKit;

namespace Recorder.Mail;

/// <summary>Names of attachments made fit to show, to search and to save under.</summary>
internal static class FileNames
{
    private const int MaxLength = 200;

    /// <summary>Without path, control characters or characters that some system refuses; empty when nothing remains.</summary>
    public static string Clean(string name)
    {
        var cut = name.LastIndexOfAny(['/', '\\']);
        var tidy = HeaderText.Tidy(name[(cut + 1)..]);
        var safe = string.Create(tidy.Length, tidy, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = source[i] is '<' or '>' or ':' or '"' or '|' or '?' or '*' ? '_' : source[i];
        }).Trim(' ', '.');
        return Shorten(safe);
    }

    /// <summary>A name for a part that has none, from its number and type.</summary>
    public static string MadeUp(int index, string contentType)
    {
        var extension = contentType switch
        {
            "text/plain" => ".txt",
            "text/html" => ".html",
            "message/rfc822" or "message/global" => ".eml",
            "application/pgp-signature" => ".asc",
            _ when contentType.StartsWith("message/", StringComparison.Ordinal) => ".txt",
            _ when contentType.StartsWith("text/", StringComparison.Ordinal) && !MimeTypes.TryGetExtension(contentType, out _) => ".txt",
            _ => MimeTypes.TryGetExtension(contentType, out var known) ? known : ".bin",
        };
        return string.Create(CultureInfo.InvariantCulture, $"part-{index}{extension}");
    }

    /// <summary>A name for an attached message, from its subject.</summary>
    public static string OfMessage(string subject, int index)
    {
        var name = Clean(subject.Replace('/', '_').Replace('\\', '_'));
        return name.Length == 0 ? MadeUp(index, "message/rfc822") : name + ".eml";
    }

    private static string Shorten(string name)
    {
        if (name.Length <= MaxLength)
            return name;
        var dot = name.LastIndexOf('.');
        var extension = dot > 0 && name.Length - dot <= 16 ? name[dot..] : "";
        var stem = name[..(MaxLength - extension.Length)];
        return (char.IsHighSurrogate(stem[^1]) ? stem[..^1] : stem) + extension;
    }
}
