namespace Recorder;

/// <summary>A server elsewhere on which work here depends, and which can be asked beforehand whether it would do its part.</summary>
public interface IProbed
{
    /// <summary>sign-in, filter or mailbox, as the codes of the checks have it.</summary>
    string Kind { get; }

    /// <summary>Which of them, for people.</summary>
    string Name { get; }

    /// <summary>Comes back when it would. No password of anybody is needed.</summary>
    /// <exception cref="Exception">What keeps it from it is the message.</exception>
    Task ProbeAsync(CancellationToken cancel);
}
