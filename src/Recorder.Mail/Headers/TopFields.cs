using System.Text;

namespace Recorder.Mail;

/// <summary>The fields that hops wrote on top of a message: those above a Received field counted from the top.</summary>
/// <param name="Fields">With one of the names asked for, topmost first: unfolded to one line, nothing decoded. At most 200.</param>
/// <param name="ReceivedSeen">Received fields found, the one at which the reading ended not counted.</param>
public sealed record TopFields(IReadOnlyList<HeaderLine> Fields, int ReceivedSeen)
{
    private const int MaxFields = 200;

    /// <param name="message">The message or a prefix of it; only <see cref="MailReadLimits.MaxHeaderBytes"/> are looked at.</param>
    /// <param name="receivedFields">How many Received fields stand above those that are not ours; the next one ends the reading.</param>
    public static TopFields Read(ReadOnlySpan<byte> message, int receivedFields, IReadOnlyCollection<string> names, MailReadLimits? limits = null)
    {
        limits ??= MailReadLimits.Default;
        var (found, received) = (new List<HeaderLine>(), 0);
        var lines = new FieldLines(message[..Math.Min(message.Length, limits.MaxHeaderBytes)]);
        for (var count = 0; count < limits.MaxHeaderFields && lines.Next(); count++)
        {
            if (FieldLines.NameIs(lines.Name, "Received") && received++ == receivedFields)
                return new TopFields(found, receivedFields);
            if (found.Count < MaxFields && NameOf(lines.Name, names) is { } name)
                found.Add(new HeaderLine(name, OneLine(lines.Value)));
        }
        return new TopFields(found, received);
    }

    private static string? NameOf(ReadOnlySpan<byte> name, IReadOnlyCollection<string> names)
    {
        foreach (var candidate in names)
        {
            if (FieldLines.NameIs(name, candidate))
                return candidate;
        }
        return null;
    }

    private static string OneLine(ReadOnlySpan<byte> value) =>
        Encoding.UTF8.GetString(value).Replace('\r', ' ').Replace('\n', ' ').Trim();
}
