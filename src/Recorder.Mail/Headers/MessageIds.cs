namespace Recorder.Mail;

/// <summary>Identifiers as headers carry them.</summary>
internal static class MessageIds
{
    /// <summary>What stands in angle brackets, else the whole value (RFC 5322 §3.6.4 and those who forget the brackets).</summary>
    public static string Of(string value)
    {
        var open = value.IndexOf('<');
        if (open < 0)
            return value.Trim();
        var close = value.IndexOf('>', open);
        return (close < 0 ? value[(open + 1)..] : value[(open + 1)..close]).Trim();
    }

    /// <summary>The list's identifier without its description (RFC 2919 §3), lower case.</summary>
    public static string OfList(string value)
    {
        var open = value.LastIndexOf('<');
        var close = open < 0 ? -1 : value.IndexOf('>', open);
        return (close < 0 ? value : value[(open + 1)..close]).Trim().ToLowerInvariant();
    }
}
