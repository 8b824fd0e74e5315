using Recorder.Smtp;

namespace Recorder.Flow;

/// <summary>How a recipient ended; with the protocol it decides the reply.</summary>
public enum SettlementKind
{
    /// <summary>The next hop took it.</summary>
    Delivered,

    /// <summary>Recorded and kept back.</summary>
    Held,

    /// <summary>Recorded; the original travels elsewhere.</summary>
    Journaled,

    /// <summary>Settled by an earlier try.</summary>
    SettledBefore,

    /// <summary>Not delivered yet: our outbox owes it from here on.</summary>
    Owned,

    /// <summary>4xx from the next hop, or no way to it.</summary>
    Deferred,

    /// <summary>5xx from the next hop.</summary>
    Refused,

    /// <summary>The connection broke after the last byte: it may have arrived.</summary>
    Unknown,

    /// <summary>RFC 5321 §6.3: it has been here before.</summary>
    Looping,

    /// <summary>We could not make it durable: the upstream still owes it.</summary>
    NotRecorded,

    /// <summary>A filter is down and the setting says to wait for it: not recorded, the upstream still owes it.</summary>
    NotScreened,
}

/// <param name="Reply">The next hop's words, or ours for what stays at the upstream; null where there are none.</param>
/// <param name="Words">What to tell where there is no reply.</param>
public sealed record Settlement(SettlementKind Kind, SmtpReply? Reply = null, string? Words = null)
{
    /// <summary>Nobody needs to send it again.</summary>
    public bool IsSettled => Kind is SettlementKind.Delivered or SettlementKind.Held or SettlementKind.Journaled
        or SettlementKind.SettledBefore or SettlementKind.Owned;

    /// <summary>Only the upstream has it: nothing of it may be answered 2xx, nor taken over.</summary>
    public bool StaysUpstream => Kind is SettlementKind.NotRecorded or SettlementKind.NotScreened;

    /// <summary>Somebody still owes it, or a report that it goes no further; the outbox could.</summary>
    public bool IsOpen => Kind is SettlementKind.Deferred or SettlementKind.Refused or SettlementKind.Unknown or SettlementKind.Looping;
}
