using System.ComponentModel.DataAnnotations;

namespace Recorder.Delivery.Outbox;

/// <summary>Section <c>Outbox</c>: deliveries that we owe and that the next hop does not take yet.</summary>
public sealed class OutboxOptions
{
    public const string Section = "Outbox";

    /// <summary>Hours after which a delivery is given up: the sender of a message gets a report, a person who asked is told. RFC 5321
    /// §4.5.4.1 asks for 4 to 5 days.</summary>
    [Range(1, 336)]
    public int GiveUpHours { get; set; } = 120;

    /// <summary>Hours that a delivery may wait before health says so: a next hop that is down for a night should be known before that.</summary>
    [Range(1, 336)]
    public int AlarmHours { get; set; } = 4;
}
