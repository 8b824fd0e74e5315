namespace Recorder.Control;

/// <summary>What a command answers to the shell.</summary>
public static class ExitCodes
{
    public const int Done = 0;

    /// <summary>The work ended and found something wrong (verify: damage).</summary>
    public const int Findings = 1;

    /// <summary>The call or a setting cannot be used; nothing was done.</summary>
    public const int BadInput = 2;

    /// <summary>The data folder is in use, or the running service cannot be reached.</summary>
    public const int Unavailable = 3;

    /// <summary>Refused or failed on the way; the message says what to do.</summary>
    public const int Failed = 4;
}
