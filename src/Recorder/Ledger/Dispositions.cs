namespace Recorder.Ledger;

/// <summary>What was decided for one recipient at first sight. Codes are stable; sentences are made from them.</summary>
public static class Dispositions
{
    public const string Deliver = "deliver";
    public const string Journal = "journal";

    /// <summary>An operator brought it from a mailbox elsewhere; it was delivered there long ago.</summary>
    public const string Import = "import";

    /// <summary>Every held code begins with this.</summary>
    public const string HeldPrefix = "held.";

    /// <summary>Bare CR or LF in the message and a next hop without CHUNKING.</summary>
    public const string HeldBareLineEnds = "held.bare-line-ends";

    public const string HeldSpam = "held.spam", HeldPhish = "held.phish", HeldMalware = "held.malware";

    /// <summary>By a list's block, of mail that no filter called spam.</summary>
    public const string HeldBlocked = "held.blocked";

    /// <summary>Never recorded: stands for a hold that another reader of a shared address decided.</summary>
    public const string HeldShared = "held.shared";

    public static bool IsHeld(string code) => code.StartsWith(HeldPrefix, StringComparison.Ordinal);

    /// <summary>What could harm the reader's machine or purse.</summary>
    public static bool IsHarmful(string code) =>
        code.StartsWith(HeldMalware, StringComparison.Ordinal) || code.StartsWith(HeldPhish, StringComparison.Ordinal);
}
