namespace Recorder.Mail;

/// <summary>A field as received; the value still folded and encoded.</summary>
internal readonly record struct RawField(string Name, byte[] Value)
{
    public bool Is(string name) => Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}

internal static class RawFields
{
    /// <summary>The first of that name, which is the one that mail programs go by; null when absent.</summary>
    public static byte[]? First(this List<RawField> fields, string name)
    {
        foreach (var field in fields)
        {
            if (field.Is(name))
                return field.Value;
        }
        return null;
    }
}
