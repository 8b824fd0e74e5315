using System.Text;

namespace Recorder.Mail;

/// <summary>
/// Which East Asian charset wrote these bytes: for texts too short for a statistical detector, such as a raw subject.
/// Each candidate spreads a probability over its rows (everyday characters, punctuation, rare ones); the likeliest wins.
/// </summary>
internal static class CjkGuess
{
    private const string Traditional = "的一是不了在有我他這中大來上個國到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可她里後小麼心多天而能好都然沒日於起還發成事只作當想看文無開手十用主行方又如前所本見經頭面公同三已老從動兩長知民樣現分將外但身些與高意進把法此實回二理請通告系校師長寄附件您";
    private const string Simplified = "的一是不了在有我他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理请通告系校师长寄附件您";
    private const string Hangul = "이다는의에을를가고하지기한로사은도리서자나대어시인정수아해일부있전상제보라들것그여스주원구우회요안장공조니음지와과성까게";

    private static readonly Model[] Models =
    [
        // Ties go to the first: the home of this product writes Big5.
        new(CharsetNames.Big5, 1.0, IsBig5Pair, Big5Row, Pairs(CharsetNames.Big5, Traditional)),
        new(CharsetNames.Gb18030, 0.7, IsGbPair, GbRow, Pairs(CharsetNames.Gb18030, Simplified)),
        new(CharsetNames.ShiftJis, 0, IsSjisPair, SjisRow, []),
        new(CharsetNames.EucJp, 0, IsEucPair, EucJpRow, []),
        new(CharsetNames.Korean, 0, IsEucPair, KoreanRow, Pairs(CharsetNames.Korean, Hangul)),
    ];

    /// <summary>Below this mean log likelihood a pair, the text is not East Asian at all.</summary>
    private const double Plausible = -10.5;

    /// <returns>null when no candidate is plausible. Looks at the first 4,096 bytes.</returns>
    public static Encoding? Best(ReadOnlySpan<byte> bytes) => Best(bytes, out _);

    /// <param name="mean">Mean log likelihood a character: running text reaches -8, chance matches stay below.</param>
    public static Encoding? Best(ReadOnlySpan<byte> bytes, out double mean)
    {
        mean = double.MinValue;
        bytes = bytes[..Math.Min(bytes.Length, 4096)];
        Encoding? best = null;
        var bestScore = double.MinValue;
        foreach (var model in Models)
        {
            var (score, modelMean) = model.Score(bytes);
            if (modelMean < Plausible || score <= bestScore)
                continue;
            (best, bestScore, mean) = (model.Encoding, score, modelMean);
        }
        return best;
    }

    private static HashSet<int> Pairs(Encoding encoding, string common) =>
        common.Select(c => encoding.GetBytes([c])).Where(b => b.Length == 2).Select(b => b[0] << 8 | b[1]).ToHashSet();

    private static bool IsBig5Pair(byte a, byte b) => a is >= 0xA1 and <= 0xF9 && b is >= 0x40 and <= 0x7E or >= 0xA1 and <= 0xFE;
    private static bool IsGbPair(byte a, byte b) => a is >= 0x81 and <= 0xFE && b is >= 0x40 and <= 0xFE and not 0x7F;
    private static bool IsSjisPair(byte a, byte b) => a is >= 0x81 and <= 0x9F or >= 0xE0 and <= 0xFC && b is >= 0x40 and <= 0xFC and not 0x7F;
    private static bool IsEucPair(byte a, byte b) => a >= 0xA1 && b >= 0xA1 && a != 0xFF && b != 0xFF;

    // Each row: probability mass of a group of characters, divided by the number of cells in that group.
    private static double Big5Row(byte a, byte b) => a switch
    {
        <= 0xA3 => .08 / 471,
        <= 0xC6 => .55 / 5495,
        _ => .02 / 7693,
    };

    private static double GbRow(byte a, byte b) => (a, b) switch
    {
        ( >= 0xB0 and <= 0xD7, >= 0xA1) => .55 / 3760,
        ( >= 0xA1 and <= 0xA3, >= 0xA1) => .08 / 282,
        ( >= 0xD8 and <= 0xF7, >= 0xA1) => .015 / 3008,
        _ => .005 / 20000,
    };

    private static double SjisRow(byte a, byte b) => (a, b) switch
    {
        (0x82, >= 0x9F and <= 0xF1) => .45 / 83,
        (0x83, <= 0x96) => .2 / 86,
        (0x81, _) => .07 / 188,
        ( >= 0x88 and <= 0x97, _) => .25 / 3008,
        _ => .03 / 3400,
    };

    private static double EucJpRow(byte a, byte b) => a switch
    {
        0xA4 => .45 / 83,
        0xA5 => .2 / 86,
        0xA1 or 0xA2 => .07 / 188,
        >= 0xB0 and <= 0xCF => .25 / 3008,
        _ => .03 / 3400,
    };

    private static double KoreanRow(byte a, byte b) => a switch
    {
        >= 0xB0 and <= 0xC8 => .55 / 2350,
        >= 0xA1 and <= 0xAC => .06 / 1128,
        >= 0xCA and <= 0xFD => .02 / 4888,
        _ => 1e-7,
    };

    private sealed record Model(
        Encoding Encoding, double Prior, Func<byte, byte, bool> IsPair, Func<byte, byte, double> Row, HashSet<int> Common)
    {
        // Everyday characters are about a third of running text.
        private double CommonMass => Common.Count == 0 ? 0 : .35 / Common.Count;

        public (double Score, double Mean) Score(ReadOnlySpan<byte> bytes)
        {
            var (sum, units) = (0.0, 0);
            for (var i = 0; i < bytes.Length; i++)
            {
                if (bytes[i] < 0x80)
                    continue;
                units++;
                var hasNext = i + 1 < bytes.Length;
                if (hasNext && IsPair(bytes[i], bytes[i + 1]))
                    sum += PairScore(bytes[i], bytes[++i]);
                else if (Encoding == CharsetNames.ShiftJis && bytes[i] is >= 0xA1 and <= 0xDF)
                    sum -= 11; // half-width katakana: seen within Japanese, never alone
                else if (hasNext)
                    sum -= 20; // a cut last character says nothing
            }
            return (sum + Prior, units == 0 ? double.MinValue : sum / units);
        }

        private double PairScore(byte a, byte b) =>
            Math.Log(Common.Contains(a << 8 | b) ? CommonMass : Row(a, b));
    }
}
