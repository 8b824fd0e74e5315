namespace Recorder.Completeness.Hours;

/// <summary>How a recipient of a record stands, as the log has told it so far.</summary>
public enum RecipientStand
{
    /// <summary>Neither delivered nor refused: the mail server was answered 4xx and owes it still.</summary>
    Waiting,

    /// <summary>The next hop took it.</summary>
    Delivered,

    Held,

    /// <summary>A copy for the record alone: the mail went its own way.</summary>
    Journaled,

    /// <summary>We owe it.</summary>
    Outbox,

    /// <summary>We owed it, nobody took it, and its sender was told.</summary>
    Returned,

    /// <summary>Refused with 5xx: the mail server tells the sender.</summary>
    Refused,
}

/// <summary>What came in within an hour, and what became of it until now. Everything but records is recipients.</summary>
/// <param name="Hour">Its beginning, UTC. A record counts in the hour of the time in its id.</param>
/// <param name="FirstSequence">Of the hour's first record.</param>
/// <param name="Records">Imported ones too.</param>
/// <param name="Recorded">Recipients of what came over the wire.</param>
/// <param name="HandedOver">Of them, those whose mail server has surely seen our 2xx.</param>
/// <param name="Unsettled">Handed over, and neither delivered nor held, journaled, in the outbox or returned: must be 0.</param>
public sealed record HourCount(
    DateTimeOffset Hour, long FirstSequence, long LastSequence, long Records = 0, long Recorded = 0, long HandedOver = 0, long Delivered = 0, long Held = 0, long Journaled = 0,
    long Outbox = 0, long Returned = 0, long Refused = 0, long Waiting = 0, long Unsettled = 0)
{
    /// <summary>The same with one recipient more, or one less.</summary>
    internal HourCount With(RecipientStand stand, bool isHandedOver, int by)
    {
        var unsettled = isHandedOver && stand is (RecipientStand.Waiting or RecipientStand.Refused) ? by : 0;
        var counted = this with { Recorded = Recorded + by, HandedOver = HandedOver + (isHandedOver ? by : 0), Unsettled = Unsettled + unsettled };
        return stand switch
        {
            RecipientStand.Delivered => counted with { Delivered = Delivered + by },
            RecipientStand.Held => counted with { Held = Held + by },
            RecipientStand.Journaled => counted with { Journaled = Journaled + by },
            RecipientStand.Outbox => counted with { Outbox = Outbox + by },
            RecipientStand.Returned => counted with { Returned = Returned + by },
            RecipientStand.Refused => counted with { Refused = Refused + by },
            _ => counted with { Waiting = Waiting + by },
        };
    }
}
