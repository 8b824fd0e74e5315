using System.Globalization;
using System.Text;

namespace Recorder.Smtp.Client;

/// <summary>xtext (RFC 3461 §4): printable ASCII as it is, all else as <c>+</c> and two upper-case hex digits of its UTF-8.</summary>
internal static class Xtext
{
    public static string Encode(string text)
    {
        var encoded = new StringBuilder(text.Length);
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            if (b is > 32 and < 127 and not (byte)'+' and not (byte)'=') encoded.Append((char)b);
            else encoded.Append(CultureInfo.InvariantCulture, $"+{b:X2}");
        }
        return encoded.ToString();
    }
}
