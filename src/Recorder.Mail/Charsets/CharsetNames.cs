using System.Collections.Frozen;
using System.Text;

namespace Recorder.Mail;

/// <summary>Charset names as mail writes them, mapped to the decoder that reads most of what is sent under that name.</summary>
internal static class CharsetNames
{
    private static readonly DecoderFallback Replace = new DecoderReplacementFallback("\uFFFD");

    public static readonly Encoding Utf8 = new UTF8Encoding(false, false);
    public static readonly Encoding Windows1252 = Page(1252);
    public static readonly Encoding Big5 = Page(950);
    public static readonly Encoding Gb18030 = Page(54936);
    public static readonly Encoding ShiftJis = Page(932);
    public static readonly Encoding EucJp = Page(51932);
    public static readonly Encoding Korean = Page(949);
    public static readonly Encoding Iso2022Jp = Page(50220);
    public static readonly Encoding Iso2022Kr = Page(50225);

    // Supersets are taken where senders are known to use them under the smaller name: GB2312 is GBK or GB18030 in
    // practice, EUC-KR is code page 949, ISO-8859-1 is windows-1252 (as in the WHATWG Encoding Standard).
    private static readonly FrozenDictionary<string, Encoding> Aliases = Build(
        (Utf8, "utf-8 utf8 utf_8 unicode-1-1-utf-8 utf8mb4 cp65001"),
        (Gb18030, "gb2312 gb_2312 gb_2312-80 gb2312-80 gbk x-gbk gb18030 euc-cn x-euc-cn cp936 ms936 windows-936 chinese simplifiedchinese csgb2312 iso-ir-58"),
        (Big5, "big5 big-5 big5-hkscs big5hkscs big5-eten cn-big5 x-x-big5 x-big5 csbig5 cp950 ms950 windows-950 zh-tw chinesebig5"),
        (ShiftJis, "shift_jis shift-jis shiftjis sjis x-sjis ms_kanji windows-31j cp932 ms932 csshiftjis"),
        (EucJp, "euc-jp eucjp x-euc-jp x-eucjp cseucpkdfmtjapanese"),
        (Iso2022Jp, "iso-2022-jp iso2022-jp iso2022jp csiso2022jp iso-2022-jp-1 iso-2022-jp-2 iso-2022-jp-3 iso-2022-jp-ms cp50220 cp50221"),
        (Korean, "euc-kr euckr ks_c_5601-1987 ks_c_5601 ksc5601 ks_c_5601-1989 korean cp949 ms949 uhc x-windows-949 windows-949 cseuckr"),
        (Iso2022Kr, "iso-2022-kr csiso2022kr"),
        (Page(52936), "hz hz-gb-2312 hz-gb2312"),
        (Windows1252, "iso-8859-1 iso8859-1 iso_8859-1 iso88591 latin1 latin-1 l1 cp819 windows-1252 cp1252 cp-1252 win-1252"),
        (Page(1254), "iso-8859-9 latin5 windows-1254 cp1254"),
        (Page(874), "iso-8859-11 tis-620 tis620 windows-874 cp874"),
        (Page(28605), "iso-8859-15 latin9 latin-9"),
        (Page(1250), "windows-1250 cp1250 win-1250"),
        (Page(1251), "windows-1251 cp1251 win-1251"),
        (Page(20866), "koi8-r koi8r koi8"),
        (Encoding.Unicode, "utf-16le"),
        (Encoding.BigEndianUnicode, "utf-16 utf-16be unicode"),
        (Encoding.UTF32, "utf-32 utf-32le"),
#pragma warning disable SYSLIB0001 // Only ever used where the sender names UTF-7; what it yields is sanitised after decoding.
        (new UTF7Encoding(allowOptionals: true), "utf-7 utf7 unicode-1-1-utf-7 x-unicode-2-0-utf-7 csunicode11utf7"));
#pragma warning restore SYSLIB0001

    /// <returns>null for unknown names and for those that promise nothing about bytes over 127 (us-ascii, x-unknown).</returns>
    public static Encoding? Find(string? name)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > 64)
            return null;
        var clean = name.Trim().Trim('"', '\'', ';', ',', ' ').ToLowerInvariant();
        if (clean.StartsWith("charset=", StringComparison.Ordinal))
            clean = clean[8..];
        if (clean.Length == 0 || IsAsciiName(clean))
            return null;
        return Aliases.GetValueOrDefault(clean) ?? FromProvider(clean);
    }

    /// <summary>Whether bytes under 128 can carry other than ASCII in this charset (ISO-2022, HZ, UTF-7).</summary>
    public static bool IsSevenBit(Encoding encoding) => encoding.CodePage is 50220 or 50221 or 50222 or 50225 or 50227 or 52936 or 65000;

    /// <summary>Whether each of these bytes is one character of ASCII, whatever the name promises.</summary>
    public static bool IsPlainAscii(string? name, ReadOnlySpan<byte> bytes) =>
        Ascii.IsValid(bytes) && !bytes.Contains((byte)0x1B) && bytes.IndexOf("~{"u8) < 0 && (Find(name) is not { } encoding || !(IsSevenBit(encoding) || IsWide(encoding)));

    public static bool IsWide(Encoding encoding) => encoding.CodePage is 1200 or 1201 or 12000 or 12001;

    public static bool IsWestern(Encoding encoding) => encoding.CodePage is 1252 or 28591 or 28605 or 28599 or 1254;

    public static bool IsMultiByte(Encoding encoding) =>
        encoding.CodePage is 950 or 54936 or 936 or 932 or 949 or 51932 or 51949 or 20932;

    private static bool IsAsciiName(string name) => name is "us-ascii" or "ascii" or "ansi_x3.4-1968" or "iso-ir-6" or "646" or "7bit" or "8bit";

    private static Encoding? FromProvider(string name)
    {
        var found = CodePagesEncodingProvider.Instance.GetEncoding(name, EncoderFallback.ReplacementFallback, Replace);
        if (found is null && name.StartsWith("cp", StringComparison.Ordinal) && int.TryParse(name.AsSpan(2), out var page) && page is > 0 and < 65536)
            found = CodePagesEncodingProvider.Instance.GetEncoding(page, EncoderFallback.ReplacementFallback, Replace);
        return found;
    }

    private static Encoding Page(int codePage) =>
        CodePagesEncodingProvider.Instance.GetEncoding(codePage, EncoderFallback.ReplacementFallback, Replace)!;

    private static FrozenDictionary<string, Encoding> Build(params (Encoding Encoding, string Names)[] rows) =>
        rows.SelectMany(row => row.Names.Split(' ').Select(name => KeyValuePair.Create(name, row.Encoding)))
            .ToFrozenDictionary(StringComparer.Ordinal);
}
