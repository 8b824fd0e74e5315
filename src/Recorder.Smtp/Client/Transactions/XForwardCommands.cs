namespace Recorder.Smtp.Client;

/// <summary>
/// XFORWARD, Postfix's way of telling a content filter who the client was. Sent before each MAIL, since the
/// server forgets the facts with the transaction. Only attributes that were announced are sent.
/// </summary>
internal static class XForwardCommands
{
    /// <summary>Postfix refuses longer values and lines.</summary>
    private const int MaxValueChars = 255;
    private const int MaxLineChars = 510;

    public static IReadOnlyList<string> For(XForwardFacts? facts, IReadOnlySet<string> announced)
    {
        var commands = new List<string>();
        if (facts is null) return commands;
        foreach (string attribute in Attributes(facts, announced))
        {
            if (commands.Count > 0 && commands[^1].Length + attribute.Length < MaxLineChars) commands[^1] += " " + attribute;
            else commands.Add("XFORWARD " + attribute);
        }
        return commands;
    }

    private static IEnumerable<string> Attributes(XForwardFacts facts, IReadOnlySet<string> announced) =>
        from fact in Name(facts)
        where fact.Value is not null && announced.Contains(fact.Key)
        let value = Xtext.Encode(fact.Value)
        where value.Length is > 0 and <= MaxValueChars
        select $"{fact.Key}={value}";

    private static IEnumerable<(string Key, string? Value)> Name(XForwardFacts facts) =>
    [
        ("NAME", facts.Name),
        ("ADDR", TagIPv6(facts.Address)),
        ("PORT", facts.Port),
        ("PROTO", facts.Protocol),
        ("HELO", facts.Helo),
        ("IDENT", facts.Identity),
        ("SOURCE", facts.Source),
    ];

    private static string? TagIPv6(string? address) =>
        address is not null && address.Contains(':') && !address.StartsWith("IPV6:", StringComparison.OrdinalIgnoreCase)
            ? "IPV6:" + address
            : address;
}
