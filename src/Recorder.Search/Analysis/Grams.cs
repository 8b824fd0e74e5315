using System.Text;

namespace Recorder.Search.Analysis;

/// <summary>
/// The documents-only terms of a text, each once: single run characters and word beginnings of two characters. Longer
/// beginnings are read off the dictionary: kept as terms too, those of three and four were a sixth of an index.
/// </summary>
internal sealed class Grams
{
    public const int MinPrefixChars = 2;
    private const int KeptCapacity = 1 << 16;

    /// <summary>Two UTF-16 units each, the first in the higher bits.</summary>
    public HashSet<int> Prefixes { get; } = [];

    public HashSet<int> Singles { get; } = [];

    public void AddPrefix(ReadOnlySpan<char> word)
    {
        if (word.Length >= MinPrefixChars && !char.IsHighSurrogate(word[1])) Prefixes.Add((word[0] << 16) | word[1]);
    }

    public void AddSingles(ReadOnlySpan<char> run)
    {
        foreach (var rune in run.EnumerateRunes()) Singles.Add(rune.Value);
    }

    public void Clear()
    {
        Clear(Prefixes);
        Clear(Singles);
    }

    /// <summary>Writes the beginning to <paramref name="into"/> and answers its length.</summary>
    public static int UnpackPrefix(int packed, Span<char> into)
    {
        (into[0], into[1]) = ((char)(packed >> 16), (char)packed);
        return MinPrefixChars;
    }

    public static int UnpackSingle(int single, Span<char> into) => new Rune(single).EncodeToUtf16(into);

    private static void Clear(HashSet<int> grams)
    {
        grams.Clear();
        if (grams.Capacity > KeptCapacity) grams.TrimExcess(0);
    }
}
