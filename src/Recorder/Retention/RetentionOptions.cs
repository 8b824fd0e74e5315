using System.ComponentModel.DataAnnotations;

namespace Recorder.Retention;

/// <summary>Section <c>Retention</c>: how long mail is kept, and when it is gone (docs/retention.md).</summary>
public sealed class RetentionOptions
{
    public const string Section = "Retention";

    /// <summary>Shorter terms than this need <see cref="AllowShorter"/>.</summary>
    public const int UsualLeastDays = 365;

    /// <summary>Days a message is kept and findable where no rule says otherwise, from the received time; imported mail from the time of its import.</summary>
    [Range(1, 36_500)]
    public int Days { get; set; } = 365;

    /// <summary>Must be true for fewer than 365 days, here and in rules.</summary>
    public bool AllowShorter { get; set; }

    /// <summary>Days from the end of a message's term until it must be physically gone from archive and index.</summary>
    [Range(7, 90)]
    public int GraceDays { get; set; } = 7;

    /// <summary>Two different administrators must approve each purge and each erasure.</summary>
    public bool TwoPersons { get; set; }

    /// <summary>Purge every day by itself. Off: only recorder purge --execute removes anything.</summary>
    public bool PurgeDaily { get; set; } = true;

    /// <summary>The hour of the day, UTC, from which the daily purge runs.</summary>
    [Range(0, 23)]
    public int PurgeHour { get; set; } = 3;
}
