namespace Recorder.Benchmarks.Load;

/// <param name="Wire">Headers and body as they go after DATA: CRLF, dots doubled, without the final dot.</param>
/// <param name="Probe">A word that no other message has, to be searched for; null for ordinary mail.</param>
internal sealed record LoadMail(string From, IReadOnlyList<string> To, byte[] Wire, string? Probe = null);

internal enum Fate
{
    /// <summary>2xx: the other side is responsible.</summary>
    Acknowledged,

    /// <summary>4xx or 5xx, or the connection failed before the end of the data: nobody but us has it.</summary>
    Refused,

    /// <summary>All of it was sent and no answer came: it may have been kept.</summary>
    Unknown,
}

/// <param name="Milliseconds">From the moment it was meant to be sent to the final reply.</param>
/// <param name="Words">The final reply, or what went wrong.</param>
internal sealed record Answer(LoadMail Mail, Fate Fate, double Milliseconds, string Words);
