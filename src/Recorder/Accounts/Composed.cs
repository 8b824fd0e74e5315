using System.Text;

namespace Recorder.Accounts;

/// <summary>Text in Unicode's composed form (NFC).</summary>
internal static class Composed
{
    /// <summary>What cannot be composed (halves of characters, U+FFFE) stays as it was written: senders choose it, and no mail may fail by it.</summary>
    public static string Of(string text)
    {
        try
        {
            return text.Normalize(NormalizationForm.FormC);
        }
        catch (ArgumentException)
        {
            return text;
        }
    }
}
