using System.Globalization;
using System.Text;

namespace Recorder.Smtp.Server;

/// <summary>The encoding of RFC 3461 §4: printable ASCII, and '+' with two hexadecimal digits for the rest.</summary>
internal static class Xtext
{
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is < '!' or > '~' or '=') return false;
            if (text[i] != '+') continue;
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2])) return false;
            i += 2;
        }
        return true;
    }

    /// <param name="text">Valid xtext.</param>
    /// <returns>As UTF-8 reads it; control characters become '?', so that they can do no harm where the value ends up.</returns>
    public static string Decode(string text)
    {
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '+') bytes.Add((byte)text[i]);
            else bytes.Add(byte.Parse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            if (text[i] == '+') i += 2;
        }
        var decoded = Encoding.UTF8.GetString([.. bytes]);
        return string.Concat(decoded.Select(c => char.IsControl(c) ? '?' : c));
    }
}
