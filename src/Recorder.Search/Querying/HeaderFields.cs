namespace Recorder.Search.Querying;

/// <summary>Which header fields have a place of their own in the index, and which name other messages.</summary>
internal static class HeaderFields
{
    public static SearchField? Own(string lowerName) => lowerName switch
    {
        "from" => SearchField.From,
        "to" => SearchField.To,
        "cc" => SearchField.Cc,
        "subject" => SearchField.Subject,
        "list-id" => SearchField.List,
        _ => null,
    };

    /// <summary>RFC 5322 section 3.6.4: their value is a list of Message-IDs.</summary>
    public static bool NamesMessages(string name) => name.Equals("in-reply-to", StringComparison.OrdinalIgnoreCase) || name.Equals("references", StringComparison.OrdinalIgnoreCase);
}
