using System.Text;

namespace Recorder.Search.Analysis;

/// <summary>The documents-only terms of a text, each once: single run characters and word beginnings of 2 to 4 characters.</summary>
internal sealed class Grams
{
    public const int MinPrefixChars = 2;
    public const int MaxPrefixChars = 4;
    private const int KeptCapacity = 1 << 16;

    /// <summary>Up to four UTF-16 units packed into one number, the first in the highest bits; zero units are absent.</summary>
    public HashSet<ulong> Prefixes { get; } = [];

    public HashSet<int> Singles { get; } = [];

    public void AddPrefixes(ReadOnlySpan<char> word)
    {
        var length = Math.Min(word.Length, MaxPrefixChars);
        ulong packed = 0;
        for (var i = 0; i < length; i++) packed |= (ulong)word[i] << (48 - 16 * i);
        // From the longest: where that is known the shorter ones are, and most words of a text begin as others did.
        for (; length >= MinPrefixChars; packed &= ~(0xFFFFUL << (64 - 16 * length)), length--)
            if (!char.IsHighSurrogate(word[length - 1]) && !Prefixes.Add(packed)) return;
    }

    public void AddSingles(ReadOnlySpan<char> run)
    {
        foreach (var rune in run.EnumerateRunes()) Singles.Add(rune.Value);
    }

    public void Clear()
    {
        Prefixes.Clear();
        Singles.Clear();
        if (Prefixes.Capacity > KeptCapacity) Prefixes.TrimExcess(0);
    }

    /// <summary>Writes the packed beginning to <paramref name="into"/> and answers its length.</summary>
    public static int Unpack(ulong packed, Span<char> into)
    {
        var length = 0;
        for (; length < MaxPrefixChars && (char)(packed >> (48 - 16 * length)) is var c and not '\0'; length++) into[length] = c;
        return length;
    }

    public static int Unpack(int single, Span<char> into) => new Rune(single).EncodeToUtf16(into);
}
