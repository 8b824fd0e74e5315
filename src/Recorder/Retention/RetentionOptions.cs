using System.ComponentModel.DataAnnotations;

namespace Recorder.Retention;

/// <summary>Section <c>Retention</c>: how long mail is findable. This version removes nothing from the archive.</summary>
public sealed class RetentionOptions
{
    public const string Section = "Retention";

    /// <summary>Days a message is kept and findable, from the received time.</summary>
    [Range(1, 36_500)]
    public int Days { get; set; } = 365;

    /// <summary>Must be true for fewer than 365 days.</summary>
    public bool AllowShorter { get; set; }
}
