namespace Recorder.Smtp.Client;

/// <summary>
/// Keeps an address or a parameter from becoming more than that on the wire. Not a check of RFC 5321 syntax:
/// the intake did that, but releases and imports bring addresses of their own.
/// </summary>
internal static class PathSyntax
{
    /// <summary>No control characters; spaces and angle brackets only inside a quoted local part.</summary>
    public static bool IsSafePath(string path)
    {
        bool isQuoted = false, isEscaped = false;
        foreach (char c in path)
        {
            if (char.IsControl(c)) return false;
            if (!isQuoted && (c is '<' or '>' || char.IsWhiteSpace(c))) return false;
            if (c == '"' && !isEscaped) isQuoted = !isQuoted;
            isEscaped = isQuoted && c == '\\' && !isEscaped;
        }
        return !isQuoted;
    }

    /// <summary>A parameter value ends at the first space.</summary>
    public static bool IsSafeParameter(string? value) =>
        value is null || !value.Any(static c => char.IsControl(c) || char.IsWhiteSpace(c));
}
