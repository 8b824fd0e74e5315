namespace Recorder.Smtp.Server;

/// <summary>The facts of Postfix's XFORWARD command.</summary>
internal static class XForwardReader
{
    public const string Announcement = "XFORWARD NAME ADDR PROTO HELO PORT IDENT SOURCE";

    /// <param name="known">What earlier XFORWARD commands said; the sender may spread the facts over several.</param>
    /// <returns>null where the syntax is wrong or an attribute is unknown.</returns>
    public static XForwardFacts? Read(string text, XForwardFacts known)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0) return null;
        XForwardFacts? facts = known;
        foreach (var word in words) facts = facts is null ? null : Add(facts, word);
        return facts;
    }

    private static XForwardFacts? Add(XForwardFacts facts, string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0 || !Xtext.IsValid(word.AsSpan(equals + 1))) return null;
        var value = Value(Xtext.Decode(word[(equals + 1)..]));
        return word[..equals].ToUpperInvariant() switch
        {
            "NAME" => facts with { Name = value },
            "ADDR" => facts with { Address = value },
            "PORT" => facts with { Port = value },
            "PROTO" => facts with { Protocol = value },
            "HELO" => facts with { Helo = value },
            "IDENT" => facts with { Identity = value },
            "SOURCE" => facts with { Source = value },
            _ => null,
        };
    }

    private static string? Value(string decoded) => decoded.ToUpperInvariant() is "" or "[UNAVAILABLE]" or "[TEMPUNAVAIL]" ? null : decoded;
}
