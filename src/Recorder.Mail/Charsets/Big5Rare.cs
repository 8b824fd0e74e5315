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

    /// <returns>The bytes less the pairs that the code page does not know.</returns>
    public static byte[] Without(ReadOnlySpan<byte> bytes)
    {
        var known = new List<byte>(bytes.Length);
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] >= 0x81 && i + 1 < bytes.Length)
            {
                if (!IsRare(bytes[i], bytes[i + 1]))
                    known.AddRange(bytes.Slice(i, 2));
                i++;
            }
            else
            {
                known.Add(bytes[i]);
            }
        }
        return [.. known];
    }

    private static bool IsRare(byte lead, byte trail) => lead is <= 0xA0 or >= 0xFA or 0xC7 or 0xC8 || (lead == 0xC6 && trail >= 0xA1);

    /// <summary>One character a place, in the order of the places; a place nobody gave a character has a replacement.</summary>
    private static string[] Read()
    {
        using var stream = typeof(Big5Rare).Assembly.GetManifestResourceStream("big5-hkscs.txt")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return [.. reader.ReadToEnd().ReplaceLineEndings("").EnumerateRunes().Select(rune => rune.ToString())];
    }
}
