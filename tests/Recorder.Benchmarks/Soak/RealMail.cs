using Recorder.SystemTests.Peers;

namespace Recorder.Benchmarks.Soak;

/// <summary>The corpus of real mail beside the project, ready for the wire; nothing where it is absent.</summary>
internal static class RealMail
{
    public static IReadOnlyList<byte[]> Load() => Machine.CorpusFolder() is { } folder
        ? [.. Directory.EnumerateFiles(Path.Combine(folder, "mail"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(file => OnWire(File.ReadAllBytes(file)))]
        : [];

    // Every line ends in CRLF and a dot in front is doubled (RFC 5321 §4.5.2); an mbox's From line is no part of the mail.
    private static byte[] OnWire(byte[] file)
    {
        var wire = new MemoryStream(file.Length + file.Length / 30);
        var rest = file.AsSpan();
        if (rest.StartsWith("From "u8) && rest.IndexOf((byte)'\n') is var first and >= 0)
        {
            rest = rest[(first + 1)..];
        }

        while (rest.Length > 0)
        {
            var feed = rest.IndexOf((byte)'\n');
            var line = (feed < 0 ? rest : rest[..feed]).TrimEnd((byte)'\r');
            wire.Write(line.StartsWith("."u8) ? "."u8 : default);
            wire.Write(line);
            wire.Write("\r\n"u8);
            rest = feed < 0 ? default : rest[(feed + 1)..];
        }

        return wire.ToArray();
    }
}
