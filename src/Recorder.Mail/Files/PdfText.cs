using UglyToad.PdfPig;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Exceptions;

namespace Recorder.Mail;

/// <summary>
/// The words of a PDF in the order its pages draw them. A PDF has letters and places, no words: a gap makes a space and
/// another line a line break.
/// </summary>
internal static class PdfText
{
    // In letter sizes. Between East Asian characters there is no space to find, only one to put in by mistake.
    private const double WordGap = 0.2, RunGap = 1.2, SameLine = 0.5;

    private static readonly ParsingOptions Options = new() { UseLenientParsing = true, SkipMissingFonts = true };

    public static FileFlaws Read(ReadOnlyMemory<byte> content, FileTextSink text, Stint stint)
    {
        try
        {
            using var document = PdfDocument.Open(content.ToArray(), Options);
            return ReadPages(document, text, stint);
        }
        catch (PdfDocumentEncryptedException)
        {
            return FileFlaws.Encrypted;
        }
    }

    private static FileFlaws ReadPages(PdfDocument document, FileTextSink text, Stint stint)
    {
        var flaws = FileFlaws.None;
        for (var number = 1; number <= document.NumberOfPages; number++)
        {
            if (stint.IsOver)
                return flaws | FileFlaws.Cut;
            try
            {
                Write(document.GetPage(number).Letters, text);
            }
            catch (Exception e) when (e is not (EnoughText or OutOfMemoryException or InsufficientExecutionStackException))
            {
                flaws |= FileFlaws.Unreadable; // the other pages may be whole
            }
            text.Break('\n');
        }
        return flaws;
    }

    private static void Write(IReadOnlyList<Letter> letters, FileTextSink text)
    {
        Letter? before = null;
        foreach (var letter in letters)
        {
            if (before is not null)
                Separate(before, letter, text);
            text.Write(letter.Value);
            before = letter;
        }
    }

    private static void Separate(Letter before, Letter letter, FileTextSink text)
    {
        var size = Math.Max(1, Math.Max(before.PointSize, letter.PointSize));
        if (letter.TextOrientation != before.TextOrientation || !IsSameLine(before, letter, size))
        {
            text.Break('\n');
            return;
        }
        var gap = Math.Abs(letter.StartBaseLine.X - before.EndBaseLine.X) + Math.Abs(letter.StartBaseLine.Y - before.EndBaseLine.Y);
        if (gap > size * (IsRun(before.Value) && IsRun(letter.Value) ? RunGap : WordGap))
            text.Break(' ');
    }

    private static bool IsSameLine(Letter before, Letter letter, double size) => letter.TextOrientation is TextOrientation.Rotate90 or TextOrientation.Rotate270
        ? Math.Abs(letter.StartBaseLine.X - before.EndBaseLine.X) < size * SameLine
        : Math.Abs(letter.StartBaseLine.Y - before.EndBaseLine.Y) < size * SameLine;

    /// <summary>From the radicals of Han script on, Hangul and kana between; Korean is written with spaces.</summary>
    private static bool IsRun(string value) => value.Length > 0 && value[0] is >= '\u2E80' and not (>= '\uAC00' and <= '\uD7AF');
}
