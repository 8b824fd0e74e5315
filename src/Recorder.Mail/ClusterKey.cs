namespace Recorder.Mail;

/// <summary>Messages likely to resemble each other get near keys, so that the archive stores them side by side.</summary>
public static class ClusterKey
{
    private const int MaxLength = 200;

    private static readonly string[] Prefixes =
    [
        "re", "fw", "fwd", "aw", "wg", "sv", "vs", "rv", "res", "enc", "tr", "antw", "odp",
        "回覆", "回复", "回信", "答覆", "答复", "轉寄", "轉發", "转发", "转寄", "返信", "転送", "회신", "전달",
    ];

    /// <summary>List-Id, then the subject without reply prefixes, then the sender's domain; at most 200 characters.</summary>
    public static string Of(HeaderFacts facts)
    {
        var from = facts.From.Count > 0 ? facts.From[0].Address : "";
        var domain = from[(from.LastIndexOf('@') + 1)..];
        var key = $"{facts.ListId}|{Normalise(facts.Subject)}|{domain.ToLowerInvariant()}";
        return key.Length <= MaxLength ? key : key[..(char.IsHighSurrogate(key[MaxLength - 1]) ? MaxLength - 1 : MaxLength)];
    }

    /// <summary>Lower case, white space folded, without any number of reply and forward prefixes (Re:, Fwd:, 回覆：, Re[2]:).</summary>
    public static string Normalise(string subject)
    {
        var rest = HeaderText.Tidy(subject).AsSpan();
        while (PrefixLength(rest) is > 0 and var length)
            rest = rest[length..].TrimStart();
        return rest.ToString().ToLowerInvariant();
    }

    private static int PrefixLength(ReadOnlySpan<char> subject)
    {
        foreach (var prefix in Prefixes)
        {
            if (!subject.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                continue;
            var at = prefix.Length;
            if (at < subject.Length && subject[at] is '[' or '(' && subject[at..].IndexOfAny(']', ')') is > 1 and <= 4 and var close)
                at += close + 1;
            while (at < subject.Length && subject[at] == ' ')
                at++;
            if (at < subject.Length && subject[at] is ':' or '\uFF1A')
                return at + 1;
        }
        return 0;
    }
}
