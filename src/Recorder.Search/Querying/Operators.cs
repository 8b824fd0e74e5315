namespace Recorder.Search.Querying;

internal enum Operator
{
    From, To, Cc, Bcc, Subject, FileName, List, Attachment, Has, Is, Before, After, OlderThan, NewerThan, Larger, Smaller, MessageId,
}

/// <summary>The operator names people type, English as in Gmail and Chinese.</summary>
internal static class Operators
{
    private static readonly Dictionary<string, Operator> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["from"] = Operator.From, ["寄件者"] = Operator.From, ["寄件人"] = Operator.From,
        ["to"] = Operator.To, ["收件者"] = Operator.To, ["收件人"] = Operator.To,
        ["cc"] = Operator.Cc, ["副本"] = Operator.Cc,
        ["bcc"] = Operator.Bcc, ["密件副本"] = Operator.Bcc,
        ["subject"] = Operator.Subject, ["主旨"] = Operator.Subject,
        ["filename"] = Operator.FileName, ["附件"] = Operator.Attachment,
        ["list"] = Operator.List,
        ["has"] = Operator.Has, ["is"] = Operator.Is,
        ["before"] = Operator.Before, ["after"] = Operator.After,
        ["older_than"] = Operator.OlderThan, ["newer_than"] = Operator.NewerThan,
        ["larger"] = Operator.Larger, ["smaller"] = Operator.Smaller,
        ["rfc822msgid"] = Operator.MessageId,
    };

    /// <summary>What <c>is:</c> may name, and the disposition code (or its first part) it stands for.</summary>
    private static readonly Dictionary<string, string> States = new(StringComparer.OrdinalIgnoreCase)
    {
        ["held"] = "held", ["quarantined"] = "held",
        ["spam"] = "held.spam", ["phish"] = "held.phish", ["malware"] = "held.malware",
        ["delivered"] = "deliver", ["journal"] = "journal", ["imported"] = "import",
    };

    public static Operator? Named(string name) => Names.TryGetValue(name, out var found) ? found : null;

    public static string? StateCode(string name) => States.GetValueOrDefault(name);

    /// <summary>The field that takes words, or null for operators whose value is not words.</summary>
    public static SearchField? Field(Operator name) => name switch
    {
        Operator.From => SearchField.From,
        Operator.To => SearchField.To,
        Operator.Cc => SearchField.Cc,
        Operator.Bcc => SearchField.Bcc,
        Operator.Subject => SearchField.Subject,
        Operator.FileName or Operator.Attachment => SearchField.FileName,
        Operator.List => SearchField.List,
        _ => null,
    };
}
