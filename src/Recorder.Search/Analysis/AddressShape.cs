namespace Recorder.Search.Analysis;

/// <summary>Finds the address around an at sign, so that it can be searched as one term besides its parts.</summary>
internal static class AddressShape
{
    /// <summary>Longer addresses are found by their parts alone.</summary>
    public const int MaxChars = 255;

    /// <summary>RFC 5321 section 4.5.3.1: at most 64 octets before the at sign, 255 behind it.</summary>
    private const int MaxLocalChars = 64;
    private const int MaxDomainChars = 190;

    /// <summary>
    /// RFC 5322 section 3.2.3 atext besides letters and digits, and the dot between atoms; but not what joins an address
    /// to a link around it (<c>?mail=amy@example.edu&amp;x=1</c>). Addresses that do hold those are found by their parts in order.
    /// </summary>
    private const string LocalPunctuation = "'*+^_`{|}~-.";

    /// <summary>The address in lower case, or null where one side is empty.</summary>
    public static string? Around(string text, int atSign)
    {
        var start = atSign;
        while (start > 0 && atSign - start < MaxLocalChars && IsLocal(text[start - 1])) start--;
        while (start < atSign && text[start] is '\'' or '.') start++;
        var end = atSign + 1;
        while (end < text.Length && end - atSign < MaxDomainChars && IsDomain(text[end])) end++;
        while (end > atSign + 1 && text[end - 1] is '.' or '-') end--;
        return start == atSign || end == atSign + 1 ? null : Normal(text.AsSpan(start, end - start));
    }

    /// <summary>The text as one address term when it is an address with a dotted domain and nothing else.</summary>
    public static string? Whole(string text)
    {
        var bare = text.Trim().TrimStart('<').TrimEnd('>');
        var atSign = bare.IndexOf('@', StringComparison.Ordinal);
        if (atSign < 0 || bare.IndexOf('.', atSign) < 0) return null;
        var found = Around(bare, atSign);
        return found?.Length == bare.Length ? found : null;
    }

    /// <summary>The domain of an address, at sign first, when the text is that and nothing else.</summary>
    public static string? Domain(string text) =>
        text.Length > 1 && text.Length <= MaxDomainChars && text[0] == '@'
        && text.AsSpan(1).TrimEnd(".-").Length == text.Length - 1 && text.Skip(1).All(IsDomain) ? Normal(text) : null;

    // A surrogate would be cut in half by the length limits; such addresses are still found by their parts.
    private static bool IsLetter(char c) => CharClasses.Of(c) is CharClass.Word or CharClass.Run;

    private static bool IsLocal(char c) => IsLetter(c) || LocalPunctuation.Contains(c, StringComparison.Ordinal);

    private static bool IsDomain(char c) => IsLetter(c) || c is '.' or '-';

    private static string Normal(ReadOnlySpan<char> address) =>
        System.Text.Ascii.IsValid(address) ? address.ToString().ToLowerInvariant() : Folding.Exact(address);
}
