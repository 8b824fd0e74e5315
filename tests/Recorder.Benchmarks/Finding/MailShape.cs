using System.Globalization;
using System.Text;

namespace Recorder.Benchmarks.Finding;

/// <summary>
/// Texts shaped like a corpus of 1,073 real messages: its lengths, its words (each rank as often as its inverse; one in fifty
/// stands nowhere else), a fifth with attachments. The corpus has two messages in a hundred in Chinese; here it is ten, so that
/// there is something to find. Seeded: the same number gives the same mail.
/// </summary>
internal sealed class MailShape
{
    private const int Words = 300_000, ChineseWords = 20_000, ChineseLetters = 3_000, MostCharacters = 20_000;
    private const double ChineseShare = 0.10, UniqueShare = 0.02;

    /// <summary>Characters of text, every twentieth part of the corpus.</summary>
    private static readonly int[] Lengths = [1, 5, 15, 32, 62, 138, 243, 354, 480, 609, 693, 794, 898, 1023, 1205, 1504, 1853, 2508, 3626, 6359, MostCharacters];

    private readonly string[] words, chinese;

    public MailShape(int seed)
    {
        var random = new Random(seed);
        words = [.. Enumerable.Range(0, Words).Select(_ => Latin(random, random.Next(1, 5)))];
        chinese = [.. Enumerable.Range(0, ChineseWords).Select(_ => Chinese(random))];
    }

    /// <summary>The word of this rank, the most frequent first.</summary>
    public string Word(int rank) => words[rank];

    public string ChineseWord(int rank) => chinese[rank];

    public static bool IsChinese(Random random) => random.NextDouble() < ChineseShare;

    /// <param name="most">Characters; fewer where the shape has it so.</param>
    public string Text(Random random, bool inChinese, int most = MostCharacters) => Prose(random, Math.Min(most, Length(random)), inChinese);

    public string Subject(Random random, bool inChinese) => Prose(random, 25, inChinese);

    private static int Length(Random random)
    {
        var place = random.NextDouble() * (Lengths.Length - 1);
        var (low, high) = (Lengths[(int)place], Lengths[(int)place + 1]);
        return (int)(low + (place - Math.Floor(place)) * (high - low));
    }

    private string Prose(Random random, int characters, bool inChinese)
    {
        var (text, line) = (new StringBuilder(characters + 20), 0);
        // Three bytes a character: as much text in bytes as in the other script.
        var wanted = inChinese ? characters / 3 : characters;
        while (text.Length < wanted)
        {
            var word = inChinese ? Pick(random, chinese) : random.NextDouble() < UniqueShare ? Unique(random) : Pick(random, words);
            line += word.Length + 1;
            text.Append(word).Append(line > 68 ? "\n" : inChinese ? "" : " ");
            line = line > 68 ? 0 : line;
        }

        return text.ToString().TrimEnd();
    }

    // Zipf's law: the logarithm of the rank is even.
    private static string Pick(Random random, string[] from) => from[(int)Math.Pow(from.Length, random.NextDouble()) - 1];

    private static string Unique(Random random) => random.Next(3) == 0
        ? random.NextInt64(100_000_000).ToString(CultureInfo.InvariantCulture)
        : Latin(random, 4) + random.Next(1000).ToString(CultureInfo.InvariantCulture);

    private static string Latin(Random random, int syllables) =>
        string.Concat(Enumerable.Range(0, syllables).Select(_ => $"{"bcdfghjklmnprstvwz"[random.Next(18)]}{"aeiou"[random.Next(5)]}{(random.Next(3) == 0 ? "nrst"[random.Next(4)] : "")}"));

    private static string Chinese(Random random) => string.Concat(Enumerable.Range(0, 2).Select(_ => (char)(0x4e00 + (int)Math.Pow(ChineseLetters, random.NextDouble()))));
}
