using System.Text;
using System.Text.Unicode;
using UtfUnknown;

namespace Recorder.Mail;

/// <summary>What decoding one message has seen so far and may still spend.</summary>
internal sealed class CharsetContext
{
    /// <summary>A charset seen elsewhere in the message, tried on raw header bytes that are not UTF-8.</summary>
    public string? Hint { get; init; }

    /// <summary>Somewhere the charset was missing or wrong, and the text is our best reading of it.</summary>
    public bool IsGuessed { get; private set; }

    /// <summary>The detector takes up to milliseconds: a message of a thousand mislabelled parts must not run it a thousand times.</summary>
    private int detectionsLeft = 16;

    public bool TakeDetection() => detectionsLeft-- > 0;

    private Encoding? mislabelled;
    private Encoding? meant;

    /// <summary>What the same message turned out to mean by this label elsewhere; null where nothing is known.</summary>
    public Encoding? Meant(Encoding declared) => declared == mislabelled ? meant : null;

    public void Learn(Encoding declared, Encoding guess) => (mislabelled, meant) = (declared, guess);

    public string Guessed(string text)
    {
        IsGuessed = true;
        return text;
    }
}

/// <summary>
/// Bytes to text when the declared charset may be missing or a lie. Order: byte order mark, valid UTF-8, the declared
/// charset where it decodes cleanly, the hint (another part's charset), detection, East Asian likelihood, windows-1252.
/// </summary>
internal static class CharsetRepair
{
    private const int SampleBytes = 8 << 10;

    /// <summary>From so many bytes on, what a guess found may be believed of shorter pieces under the same label.</summary>
    private const int TellingBytes = 12;

    /// <summary>Mean log likelihoods a character: running East Asian text, and what other alphabets reach by chance.</summary>
    private const double RunningText = -7.9, Chance = -8.5;

    public static string Decode(ReadOnlySpan<byte> bytes, string? declaredName, CharsetContext context, string? hintName = null)
    {
        if (ByteOrderMark(bytes) is { } marked)
            return marked;
        var declared = CharsetNames.Find(declaredName);
        if (Ascii.IsValid(bytes))
            return DecodeSevenBit(bytes, declared, context);
        if (declared is not null && CharsetNames.IsWide(declared))
            return declared.GetString(bytes);
        if (!Utf8.IsValid(bytes) || IsLikelierIn(declared, bytes))
            return DecodeEightBit(bytes, declared, CharsetNames.Find(hintName), context);
        // UTF-8 without a label is what SMTPUTF8 headers are (RFC 6532); under another label it is a repair.
        var text = CharsetNames.Utf8.GetString(bytes);
        return string.IsNullOrEmpty(declaredName) || declared == CharsetNames.Utf8 ? text : context.Guessed(text);
    }

    private static string DecodeEightBit(ReadOnlySpan<byte> bytes, Encoding? declared, Encoding? hint, CharsetContext context)
    {
        if (declared is not null && context.Meant(declared) is { } meant && IsLikeMislabelled(declared, bytes) && CleanText(meant, bytes) is { } asMeant)
            return context.Guessed(asMeant);
        var isDoubtful = declared is null || LooksMislabelled(declared, bytes);
        if (!isDoubtful && CleanText(declared!, bytes) is { } asDeclared)
            return asDeclared;
        if (declared == CharsetNames.Big5 && RareBig5(bytes) is { } rare)
            return rare;
        if (hint is not null && hint != declared && !CharsetNames.IsWestern(hint) && CleanText(hint, bytes) is { } asHint)
            return context.Guessed(asHint);
        if (Guess(bytes, context) is { } guess && CleanText(guess, bytes) is { } asGuessed)
        {
            if (declared is not null && bytes.Length >= TellingBytes)
                context.Learn(declared, guess);
            return context.Guessed(asGuessed);
        }
        // Nothing decodes without a fault: a few bad bytes in a text of a known kind beat mojibake throughout.
        if (declared is not null && MostlyClean(declared, bytes) is { } nearly)
            return CharsetNames.IsWestern(declared) ? nearly : context.Guessed(nearly);
        if (MostlyClean(CharsetNames.Utf8, bytes) is { } utf8)
            return context.Guessed(utf8);
        if (CjkGuess.Best(bytes) is { } cjk && MostlyClean(cjk, bytes) is { } asCjk)
            return context.Guessed(asCjk);
        return context.Guessed(CharsetNames.Windows1252.GetString(bytes));
    }

    /// <summary>Big5 with characters that code page 950 does not know, unless what else there is looks like another charset.</summary>
    private static string? RareBig5(ReadOnlySpan<byte> bytes)
    {
        var text = Big5Rare.Of(CharsetNames.Big5.GetString(bytes));
        if (Faults(text) > 0)
            return null;
        var best = CjkGuess.Best(Big5Rare.Without(bytes[..Math.Min(bytes.Length, SampleBytes)]));
        return best is null || best == CharsetNames.Big5 ? text : null;
    }

    private static string? ByteOrderMark(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xEF, 0xBB, 0xBF, ..] when Utf8.IsValid(bytes) => CharsetNames.Utf8.GetString(bytes[3..]),
        [0xFF, 0xFE, 0, 0, ..] when bytes.Length % 4 == 0 => Encoding.UTF32.GetString(bytes[4..]),
        [0xFF, 0xFE, ..] when bytes.Length % 2 == 0 => Encoding.Unicode.GetString(bytes[2..]),
        [0xFE, 0xFF, ..] when bytes.Length % 2 == 0 => Encoding.BigEndianUnicode.GetString(bytes[2..]),
        _ => null,
    };

    private static string DecodeSevenBit(ReadOnlySpan<byte> bytes, Encoding? declared, CharsetContext context)
    {
        if (declared is not null && CharsetNames.IsSevenBit(declared))
            return declared.GetString(bytes);
        if (declared is not null && CharsetNames.IsWide(declared) && bytes.Contains((byte)0))
            return declared.GetString(bytes);
        // RFC 1468 and RFC 1557 escapes are unmistakable, whatever was declared.
        if (bytes.Contains((byte)0x1B) && EscapedCharset(bytes) is { } escaped)
            return context.Guessed(escaped.GetString(bytes));
        return Encoding.ASCII.GetString(bytes);
    }

    private static Encoding? EscapedCharset(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IndexOf("\x1B$B"u8) >= 0 || bytes.IndexOf("\x1B$@"u8) >= 0 || bytes.IndexOf("\x1B(J"u8) >= 0)
            return CharsetNames.Iso2022Jp;
        return bytes.IndexOf("\x1B$)C"u8) >= 0 ? CharsetNames.Iso2022Kr : null;
    }

    /// <summary>Short East Asian text can be valid UTF-8 by accident, but then only in two-byte sequences.</summary>
    private static bool IsLikelierIn(Encoding? declared, ReadOnlySpan<byte> bytes) =>
        declared is not null && CharsetNames.IsMultiByte(declared)
        && bytes.IndexOfAnyInRange((byte)0xE0, (byte)0xF4) < 0 && CleanText(declared, bytes) is not null;

    /// <summary>A western label sticks to anything, since every byte is a letter there. High bytes mostly side by side are
    /// not western text.</summary>
    private static bool LooksMislabelled(Encoding declared, ReadOnlySpan<byte> bytes)
    {
        if (!CharsetNames.IsWestern(declared))
            return false;
        var (high, paired, letters) = HighBytes(bytes);
        return high >= 8 && paired * 10 >= high * 6 && high * 3 >= letters;
    }

    /// <summary>A short name under a label that was wrong elsewhere in the message: fewer bytes will do, as long as they pair up.</summary>
    private static bool IsLikeMislabelled(Encoding declared, ReadOnlySpan<byte> bytes)
    {
        if (!CharsetNames.IsWestern(declared))
            return true;
        var (high, paired, _) = HighBytes(bytes);
        return high >= 3 && paired * 10 >= high * 6;
    }

    private static (int High, int Paired, int Letters) HighBytes(ReadOnlySpan<byte> bytes)
    {
        var sample = bytes[..Math.Min(bytes.Length, SampleBytes)];
        var (high, paired, letters) = (0, 0, 0);
        for (var i = 0; i < sample.Length; i++)
        {
            if (sample[i] < 0x80)
            {
                letters += char.IsAsciiLetter((char)sample[i]) ? 1 : 0;
                continue;
            }
            high++;
            if ((i > 0 && sample[i - 1] >= 0x80) || (i + 1 < sample.Length && sample[i + 1] >= 0x80))
                paired++;
        }
        return (high, paired, letters);
    }

    private static Encoding? Guess(ReadOnlySpan<byte> bytes, CharsetContext context)
    {
        var sample = bytes[..Math.Min(bytes.Length, SampleBytes)];
        var cjk = CjkGuess.Best(sample, out var likelihood);
        // Everyday characters throughout: nothing a detector could add.
        if (cjk is not null && likelihood > RunningText && sample.Length >= 16)
            return cjk;
        if (sample.Length < 8 || !context.TakeDetection())
            return cjk;
        var (detected, confidence) = Detect(sample);
        if (detected is not null && CharsetNames.IsMultiByte(detected) && confidence >= .9f)
            return detected;
        var alphabet = confidence >= .6f && detected is not null && !CharsetNames.IsMultiByte(detected) ? detected : null;
        // Cyrillic and the like pair up into rare but valid ideographs; only text with everyday ones beats the detector.
        return alphabet is not null && (cjk is null || likelihood < Chance) ? alphabet : cjk;
    }

    private static (Encoding? Encoding, float Confidence) Detect(ReadOnlySpan<byte> sample)
    {
        var found = CharsetDetector.DetectFromBytes(sample.ToArray()).Detected;
        // Its guesses among western and DOS charsets on short text are noise; windows-1252 reads those as well.
        return found?.EncodingName is { } name && !name.StartsWith("ibm", StringComparison.OrdinalIgnoreCase)
            && name is not ("iso-8859-1" or "windows-1252" or "iso-8859-16" or "iso-8859-15" or "utf-8" or "ascii")
            ? (CharsetNames.Find(name), found.Confidence)
            : (null, 0);
    }

    private static string? CleanText(Encoding encoding, ReadOnlySpan<byte> bytes)
    {
        var text = encoding.GetString(bytes);
        return Faults(text) == 0 ? text : null;
    }

    private static string? MostlyClean(Encoding encoding, ReadOnlySpan<byte> bytes)
    {
        var text = encoding == CharsetNames.Big5 ? Big5Rare.Of(encoding.GetString(bytes)) : encoding.GetString(bytes);
        var foreign = text.AsSpan().Length - text.AsSpan().Count(char.IsAscii);
        return Faults(text) * 20 <= foreign ? text : null;
    }

    /// <summary>Characters no sender meant: replacements, private use (where code page 950 puts what it does not know), C1.</summary>
    private static int Faults(string text)
    {
        var faults = 0;
        foreach (var c in text)
        {
            if (c is '\uFFFD' or (>= '\u0080' and <= '\u009F') or (>= '\uE000' and <= '\uF8FF'))
                faults++;
        }
        return faults;
    }

    private static int Count(this ReadOnlySpan<char> text, Func<char, bool> predicate)
    {
        var count = 0;
        foreach (var c in text)
            count += predicate(c) ? 1 : 0;
        return count;
    }
}
