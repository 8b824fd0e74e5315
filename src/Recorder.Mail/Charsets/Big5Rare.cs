using System.Buffers;
using System.Text;

namespace Recorder.Mail;

/// <summary>
/// The characters of Big5 that code page 950 does not know: Hong Kong's (HKSCS-2004) and those of ETEN. The code page puts
/// each of their pairs at a place of its own in the private use area, so that the place tells the pair.
/// </summary>
internal static class Big5Rare
{
    private const char First = '\uE000', Last = '\uF848';

    private static readonly SearchValues<char> Private = SearchValues.Create([.. Enumerable.Range(First, Last - First + 1).Select(c => (char)c)]);
    private static readonly Lazy<string[]> Characters = new(Read);

    public static string Of(string text)
    {
        if (!text.AsSpan().ContainsAny(Private))
            return text;
        var known = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (c is >= First and <= Last)
                known.Append(Characters.Value[c - First]);
            else
                known.Append(c);
        }
        return known.ToString();
    }

    /// <summary>One character a place, in the order of the places; a place nobody gave a character has a replacement.</summary>
    private static string[] Read()
    {
        using var stream = typeof(Big5Rare).Assembly.GetManifestResourceStream("big5-hkscs.txt")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return [.. reader.ReadToEnd().ReplaceLineEndings("").EnumerateRunes().Select(rune => rune.ToString())];
    }
}
