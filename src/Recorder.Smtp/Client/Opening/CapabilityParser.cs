using System.Globalization;

namespace Recorder.Smtp.Client;

/// <summary>All that a session needs to know of the EHLO or LHLO reply.</summary>
/// <param name="Size">SIZE was announced, with or without a limit.</param>
internal sealed record HopFeatures(
    NextHopCapabilities Announced, bool Size, bool StartTls,
    IReadOnlySet<string> AuthMechanisms, IReadOnlySet<string> XForwardAttributes)
{
    /// <summary>What a hop offers that knows only HELO.</summary>
    public static HopFeatures None { get; } = CapabilityParser.Parse("");
}

/// <summary>Reads the extensions a server announces (RFC 5321 §4.1.1.1): a keyword a line, any case, the first line is its name.</summary>
internal static class CapabilityParser
{
    public static HopFeatures Parse(string ehloText)
    {
        var words = new Dictionary<string, HashSet<string>>(StringComparer.OrdinalIgnoreCase);
        foreach (string line in ehloText.Split('\n').Skip(1))
            Add(words, line);

        return new HopFeatures(
            new NextHopCapabilities(
                MaxMessageBytes: SizeLimit(words),
                EightBitMime: words.ContainsKey("8BITMIME"),
                SmtpUtf8: words.ContainsKey("SMTPUTF8"),
                Dsn: words.ContainsKey("DSN"),
                Chunking: words.ContainsKey("CHUNKING"),
                Pipelining: words.ContainsKey("PIPELINING"),
                XForward: words.ContainsKey("XFORWARD")),
            Size: words.ContainsKey("SIZE"),
            StartTls: words.ContainsKey("STARTTLS"),
            AuthMechanisms: words.GetValueOrDefault("AUTH") ?? [],
            XForwardAttributes: words.GetValueOrDefault("XFORWARD") ?? []);
    }

    private static void Add(Dictionary<string, HashSet<string>> words, string line)
    {
        // "AUTH=PLAIN" is how servers older than RFC 2554 announced mechanisms; some still say it beside the right form.
        if (line.StartsWith("AUTH=", StringComparison.OrdinalIgnoreCase)) line = "AUTH " + line[5..];
        string[] parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0) return;
        if (!words.TryGetValue(parts[0], out var values))
            words[parts[0]] = values = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        values.UnionWith(parts.Skip(1));
    }

    /// <summary>RFC 1870 §4: no number or zero means no fixed limit.</summary>
    private static long SizeLimit(Dictionary<string, HashSet<string>> words) =>
        words.TryGetValue("SIZE", out var values)
        && long.TryParse(values.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out long limit)
            ? limit
            : 0;
}
