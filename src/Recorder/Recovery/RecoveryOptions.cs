using System.ComponentModel.DataAnnotations;

namespace Recorder.Recovery;

/// <summary>Section <c>Recovery</c>: how much mail one account may take away (docs/accounts.md).</summary>
public sealed class RecoveryOptions
{
    public const string Section = "Recovery";

    /// <summary>Messages that one account may export, download or send again in 24 hours: more than a lost folder, too few for a stolen password to empty a mailbox unseen.</summary>
    [Range(100, 10_000_000)]
    public int MaxTakenPerDay { get; set; } = 5_000;

    /// <summary>Messages in 24 hours from which administrators see the account on their overview.</summary>
    [Range(10, 10_000_000)]
    public int NotedTakenPerDay { get; set; } = 1_000;
}
