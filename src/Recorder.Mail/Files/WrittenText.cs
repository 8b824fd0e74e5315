using System.Text.RegularExpressions;

namespace Recorder.Mail;

/// <summary>Files that are text themselves, in whatever charset.</summary>
internal static partial class WrittenText
{
    private const int SampleBytes = 4096;

    /// <summary>At most so many bytes a character that is kept: markup is wordier than its text.</summary>
    private const int BytesForChar = 8;

    /// <summary>No program, picture or other data under a name that promises text.</summary>
    public static bool IsWriting(ReadOnlySpan<byte> content)
    {
        var sample = content[..Math.Min(content.Length, SampleBytes)];
        var isWide = sample.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || sample.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]);
        return isWide || !sample.Contains((byte)0);
    }

    public static FileFlaws Read(FileKind kind, ReadOnlySpan<byte> content, FileTextSink text)
    {
        var most = (int)Math.Min(content.Length, (long)text.Room * BytesForChar);
        var charset = kind == FileKind.Html ? HtmlCharset.Find(content) : null;
        var written = CharsetRepair.Decode(content[..most], charset, new CharsetContext());
        text.Write(kind switch
        {
            FileKind.Html => HtmlText.Of(written, text.Room + 1),
            FileKind.Calendar => FoldedLine().Replace(written, ""), // RFC 5545 §3.1, RFC 6350 §3.2
            _ => written,
        });
        return most < content.Length ? FileFlaws.Cut : FileFlaws.None;
    }

    [GeneratedRegex("\r?\n[ \t]")]
    private static partial Regex FoldedLine();
}
