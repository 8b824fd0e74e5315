using System.Text.Json;

namespace Recorder.Completeness.MailLogs;

/// <summary>An entry as <c>journalctl -o json</c> prints it: one object a line.</summary>
internal static class JournaldLine
{
    /// <param name="words">The message of a delivering client of Postfix; empty of anything else.</param>
    /// <returns>False where it is no such object, or has no time.</returns>
    public static bool Read(ReadOnlySpan<byte> line, out DateTimeOffset at, out ReadOnlySpan<byte> words)
    {
        at = default;
        words = default;
        var isClient = false;
        byte[]? message = null;
        try
        {
            var json = new Utf8JsonReader(line);
            while (json.Read())
            {
                if (json.TokenType != JsonTokenType.PropertyName || json.CurrentDepth != 1) continue;
                if (json.ValueTextEquals("MESSAGE"u8)) message = Bytes(ref json);
                else if (json.ValueTextEquals("SYSLOG_IDENTIFIER"u8)) isClient = SyslogHead.IsClient(Bytes(ref json));
                else if (json.ValueTextEquals("__REALTIME_TIMESTAMP"u8)) at = MomentOf(Bytes(ref json));
                else json.Skip();
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            return false;
        }

        words = isClient ? message : default;
        return at != default;
    }

    // A message that is not UTF-8 comes as an array of its bytes.
    private static byte[] Bytes(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.String) return System.Text.Encoding.UTF8.GetBytes(json.GetString()!);
        var bytes = new List<byte>();
        if (json.TokenType == JsonTokenType.StartArray)
        {
            while (json.Read() && json.TokenType == JsonTokenType.Number) bytes.Add((byte)json.GetInt32());
        }

        return [.. bytes];
    }

    private static DateTimeOffset MomentOf(ReadOnlySpan<byte> microseconds) =>
        System.Buffers.Text.Utf8Parser.TryParse(microseconds, out long value, out _) && value is > 0 and < 250_000_000_000_000_000
            ? DateTimeOffset.UnixEpoch.AddTicks(value * TimeSpan.TicksPerMicrosecond) : default;
}
